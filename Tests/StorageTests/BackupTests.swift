import Glibc
import Storage
import Testing
import Units

@Suite struct BackupTests {
    @Test func `A backup, restored, verifies and holds what the store held, while commits go on`() async throws {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        try store.commit(
            Batch(
                events: (Int64(1)...2000).map { event($0, personal: [.command: "run \($0)"]) },
                rows: (1...2000).map { row($0) },
                replies: [reply("k")], scalars: ["nextReservation": 2001]))
        let backup = try await store.backup()
        let later = try store.commit(Batch(events: [event()]))
        #expect(backup.head.sequence == 2000)
        let bytes = try await content(backup)
        #expect(Int64(bytes.count) == backup.byteCount)
        let restored = try TemporaryFolder()
        try Files.write(bytes, to: restored.database)
        #expect(try StoreReader(path: restored.database).verify(anchor: backup.head).head == backup.head)
        let opened = try restored.store()
        #expect(try await opened.read(.liveReservations) == (try await store.read(.liveReservations)))
        #expect(try await opened.read(.scalars) == ["nextReservation": 2001])
        #expect(try opened.replies(to: [reply("k").key], at: time(0)) == [reply("k")])
        #expect(try opened.commit(Batch(events: [event()])).sequence == later.sequence)
    }

    @Test func `Backups taken during commits each end with a whole batch`() async throws {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        defer { withExtendedLifetime(folder) {} }
        let writing = Task.detached {
            for _ in 0..<200 { try store.commit(Batch(events: [event(), event(), event()])) }
        }
        for _ in 0..<5 {
            let backup = try await store.backup()
            #expect(backup.head.sequence % 3 == 0)
            let restored = try TemporaryFolder()
            try Files.write(try await content(backup), to: restored.database)
            #expect(try StoreReader(path: restored.database).verify().head == backup.head)
        }
        try await writing.value
        #expect(try store.journalHead().sequence == 600)
    }

    @Test func `A backup holds nothing that was erased`() async throws {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        let secret = "correct horse battery staple"
        try store.commit(Batch(events: [event(1, personal: [.command: secret, .reason: "kept for now"])]))
        #expect(Files.contains(secret, in: try await content(store.backup())))
        try store.commit(Batch(eraseAtEnd: [ReservationID(1)]))
        let bytes = try await content(store.backup())
        #expect(!Files.contains(secret, in: bytes))
        #expect(Files.contains("kept for now", in: bytes))
    }

    @Test func `One backup runs at a time, and a copy that nobody reads is given up`() async throws {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        try await { @Sendable () async throws -> Void in
            let backup = try await store.backup()
            await #expect(throws: StoreError.backupRunning) { try await store.backup() }
            #expect(backup.byteCount > 0)
        }()
        _ = try await content(store.backup())
        #expect(folder.names.filter { $0.contains("backup") } == [])
    }

    @Test func `What a backup left that did not end is removed at the next start`() throws {
        let folder = try TemporaryFolder()
        try folder.store().close()
        try Files.write([1, 2, 3], to: folder.database + ".backup")
        _ = try folder.store()
        #expect(!folder.names.contains("allot.db.backup"))
    }

    private func content(_ backup: Backup) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await piece in backup {
            #expect(piece.count <= StorageLimits.backupChunkBytes)
            bytes += piece
        }
        return bytes
    }
}
