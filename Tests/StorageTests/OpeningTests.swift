import GRDB
import Glibc
import Testing
import Units

@testable import Storage

@Suite struct OpeningTests {
    @Test func `A new folder is for this user alone, and so are all files in it`() throws {
        let parent = try TemporaryFolder()
        let path = parent.path + "/state"
        defer {
            for name in ["", ".lock", ".reserve", "-wal", "-shm"] { unlink("\(path)/allot.db\(name)") }
            rmdir(path)
        }
        let old = umask(0)
        defer { umask(old) }
        let store = try Store(folder: path, diskReserve: 4096)
        try store.commit(Batch(events: [event()]))
        #expect(try Files.mode(path) == 0o700)
        for name in ["", ".lock", ".reserve", "-wal", "-shm"] {
            #expect(try Files.mode("\(path)/allot.db\(name)") == 0o600, "allot.db\(name)")
        }
    }

    @Test func `A database that others may read is closed to them`() throws {
        let folder = try TemporaryFolder()
        try folder.store().close()
        chmod(folder.database, 0o644)
        let store = try folder.store()
        try store.commit(Batch(events: [event()]))
        for name in ["", "-wal", "-shm"] { #expect(try Files.mode(folder.database + name) == 0o600) }
    }

    @Test func `A folder into which others may write is refused`() throws {
        let folder = try TemporaryFolder()
        chmod(folder.path, 0o770)
        #expect(throws: StoreError.self) { try folder.store() }
        #expect(folder.names == [])
        chmod(folder.path, 0o755)
        _ = try folder.store()
    }

    @Test func `A folder that can not be made is named with the reason`() {
        let error = #expect(throws: StoreError.self) { try Store(folder: "/proc/nowhere/x", diskReserve: 0) }
        #expect(error?.description == "/proc/nowhere/x: No such file or directory")
        #expect(throws: StoreError.self) { try Store(folder: "/etc/passwd", diskReserve: 0) }
    }

    @Test func `A second daemon is kept out, and told who has the database`() throws {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        #expect(throws: StoreError.locked(path: folder.database + ".lock", process: getpid())) {
            try folder.store()
        }
        try store.commit(Batch(events: [event()]))
    }

    @Test func `The lock goes with the store, and a lock file that was left over locks nothing`() throws {
        let folder = try TemporaryFolder()
        do { _ = try folder.store() }
        #expect(folder.names.contains("allot.db.lock"))
        _ = try folder.store()
    }

    @Test func `A file that is no SQLite database is refused, and left as it is`() throws {
        for content in ["", "hello", String(repeating: "SQLite format 4\0", count: 100)] {
            let folder = try TemporaryFolder()
            try Files.write(Array(content.utf8), to: folder.database)
            #expect(throws: StoreError.notADatabase(path: folder.database)) { try folder.store() }
            #expect(try Files.read(folder.database) == Array(content.utf8))
        }
    }

    @Test func `A database of another program is refused, and left as it is`() throws {
        let folder = try TemporaryFolder()
        try tamper(folder.database, "CREATE TABLE other (x)", "PRAGMA application_id = 42")
        let before = try Files.read(folder.database)
        #expect(throws: StoreError.notAllot(path: folder.database, applicationID: 42)) { try folder.store() }
        #expect(try Files.read(folder.database) == before)
    }

    @Test func `A link in the database's place is refused`() throws {
        let folder = try TemporaryFolder()
        let other = try TemporaryFolder()
        try other.store().close()
        symlink(other.database, folder.database)
        let error = #expect(throws: StoreError.self) { try folder.store() }
        #expect(error?.description == "\(folder.database): is not a regular file")
    }

    @Test func `A log without its database is refused: its content would be lost, or play into a new one`() throws {
        let folder = try TemporaryFolder()
        try Files.write(Array("log".utf8), to: folder.database + "-wal")
        let error = #expect(throws: StoreError.self) { try folder.store() }
        #expect(error?.description == "\(folder.database): is missing while \(folder.database)-wal is there")
    }

    @Test func `A database that was not finished when it was made is made anew`() throws {
        let folder = try TemporaryFolder()
        try Files.write(Array("half of it".utf8), to: folder.database + ".new")
        #expect(try folder.store().journalHead() == .empty)
        #expect(!folder.names.contains("allot.db.new"))
    }

    @Test func `Damaged pages are reported as damage`() throws {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        try writeSample(store)
        try store.close()
        var bytes = try Files.read(folder.database)
        for index in 4096..<bytes.count { bytes[index] = UInt8(truncatingIfNeeded: index &* 31) }
        try Files.write(bytes, to: folder.database)
        let error = #expect(throws: StoreError.self) { try folder.store() }
        guard case .corrupt = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `A journal whose last events were deleted does not open`() throws {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        try writeSample(store)
        try store.close()
        try tamper(folder.database, "DELETE FROM journal WHERE sequence > 3")
        #expect(throws: StoreError.journal(.end(recorded: 5, found: 3))) { try folder.store() }
    }

    @Test func `Another program that holds the database makes a commit fail as busy, not hang`() throws {
        let folder = try TemporaryFolder()
        let store = try Store(folder: folder.path, diskReserve: 0, busyTimeout: Span(milliseconds: 50))
        let other = try DatabaseQueue(path: folder.database)
        try other.inDatabase { db in
            try db.execute(sql: "BEGIN IMMEDIATE")
            #expect(throws: StoreError.busy) { try store.commit(Batch(events: [event()])) }
            try db.execute(sql: "ROLLBACK")
        }
        #expect(try store.commit(Batch(events: [event()])).sequence == 1)
    }

    @Test func `A disk reserve that is negative or beyond the limit is refused`() throws {
        let folder = try TemporaryFolder()
        for bytes in [-1, StorageLimits.diskReserveBytes + 1] {
            let limit = Int(StorageLimits.diskReserveBytes)
            #expect(throws: StoreError.limitExceeded(field: "diskReserve", limit: limit)) {
                try folder.store(diskReserve: bytes)
            }
        }
    }
}
