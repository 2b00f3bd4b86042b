import Storage
import Testing
import Units

@Suite struct VerificationTests {
    let folder: TemporaryFolder

    /// The sample's five events, closed, so that the one file holds all.
    init() throws {
        folder = try TemporaryFolder()
        let store = try folder.store()
        try writeSample(store)
        try store.close()
    }

    private func verify(anchor: JournalHead? = nil) throws -> Verification {
        try StoreReader(path: folder.database).verify(anchor: anchor)
    }

    @Test func `A journal as it was written verifies, event by event, in order`() throws {
        var sequences: [Int64] = []
        let reader = try StoreReader(path: folder.database)
        var rows: [ReservationRow] = []
        var live = -1
        let seen = try reader.verify(
            event: { sequences.append($0.sequence) },
            end: { snapshot in
                try snapshot.forEachReservation { rows.append($0) }
                live = try snapshot.read(.liveReservations).count
            })
        #expect(sequences == [1, 2, 3, 4, 5])
        #expect(seen.head == (try reader.read(.journalHead)))
        #expect(seen.personalValues == 3)
        #expect(rows.isEmpty && live == 0)
    }

    static let tamperings: [(String, JournalFault)] = [
        ("UPDATE journal SET payload = x'00' WHERE sequence = 3", .hash(sequence: 3)),
        ("UPDATE journal SET payload = CAST(payload || x'00' AS BLOB) WHERE sequence = 5", .hash(sequence: 5)),
        ("UPDATE journal SET kind = 'reservation.extended' WHERE sequence = 1", .hash(sequence: 1)),
        ("UPDATE journal SET at = at + 1 WHERE sequence = 2", .hash(sequence: 2)),
        ("UPDATE journal SET actor = 0 WHERE sequence = 2", .hash(sequence: 2)),
        ("UPDATE journal SET actor = NULL WHERE sequence = 2", .hash(sequence: 2)),
        (
            "UPDATE journal SET actor = actor + (1 << 32) WHERE sequence = 2",
            .malformed(sequence: 2, detail: "its actor")
        ),
        ("UPDATE journal SET actor = -1 WHERE sequence = 4", .malformed(sequence: 4, detail: "its actor")),
        ("UPDATE journal SET reservation = 9 WHERE sequence = 3", .hash(sequence: 3)),
        ("UPDATE journal SET reservation = 0 WHERE sequence = 4", .malformed(sequence: 4, detail: "its reservation")),
        ("UPDATE journal SET hash = zeroblob(32) WHERE sequence = 4", .hash(sequence: 4)),
        ("UPDATE journal SET personal = x'' WHERE sequence = 2", .hash(sequence: 2)),
        ("DELETE FROM journal WHERE sequence = 1", .gap(expected: 1, found: 2)),
        ("DELETE FROM journal WHERE sequence IN (3, 4)", .gap(expected: 3, found: 5)),
        ("DELETE FROM journal WHERE sequence = 5", .end(recorded: 5, found: 4)),
        ("DELETE FROM journal", .end(recorded: 5, found: 0)),
        ("UPDATE journal SET sequence = 6 WHERE sequence = 5", .gap(expected: 5, found: 6)),
        (
            "UPDATE journal SET sequence = -3 WHERE sequence = 3; UPDATE journal SET sequence = 3 WHERE sequence = 4; "
                + "UPDATE journal SET sequence = 4 WHERE sequence = -3", .hash(sequence: 3)
        ),
        (
            "INSERT INTO journal SELECT 6, at, actor, kind, reservation, payload, personal, hash, caller FROM journal "
                + "WHERE sequence = 5", .hash(sequence: 6)
        ),
        (
            "INSERT INTO journal SELECT 0, at, actor, kind, reservation, payload, personal, hash, caller FROM journal "
                + "WHERE sequence = 1", .gap(expected: 1, found: 0)
        ),
        (
            "UPDATE personal SET value = x'00' WHERE sequence = 2 AND name = 'reason'",
            .personalValue(sequence: 2, name: "reason")
        ),
        ("UPDATE personal SET salt = zeroblob(16) WHERE sequence = 4", .personalValue(sequence: 4, name: "reason")),
        (
            "UPDATE personal SET name = 'tags' WHERE sequence = 4",
            .personalWithoutEvent(sequence: 4, name: "tags")
        ),
        (
            "UPDATE personal SET sequence = 3 WHERE sequence = 4", .personalWithoutEvent(sequence: 3, name: "reason")
        ),
        (
            "INSERT INTO personal VALUES (1, 1, 'reason', zeroblob(16), x'00')",
            .personalWithoutEvent(sequence: 1, name: "reason")
        ),
        (
            "INSERT INTO personal VALUES (1, 77, 'reason', zeroblob(16), x'00')",
            .personalWithoutEvent(sequence: 77, name: "reason")
        ),
        (
            "UPDATE meta SET value = 4 WHERE name = 'journal.sequence'", .end(recorded: 4, found: 5)
        ),
    ]

    @Test(arguments: tamperings.indices) func `Tampering is found at its first row`(_ index: Int) throws {
        let (statement, fault) = VerificationTests.tamperings[index]
        try tamper(folder.database, "PRAGMA ignore_check_constraints = ON", statement)
        #expect(throws: fault, "\(statement)") { try verify() }
    }

    @Test func `Events before the one that was tampered with are still given`() throws {
        try tamper(folder.database, "UPDATE journal SET payload = x'00' WHERE sequence = 4")
        var sequences: [Int64] = []
        #expect(throws: JournalFault.hash(sequence: 4)) {
            try StoreReader(path: folder.database).verify(event: { sequences.append($0.sequence) })
        }
        #expect(sequences == [1, 2, 3])
    }

    /// Whoever can write the file can make its inside agree with itself; only what was kept elsewhere tells.
    @Test func `A tail that was cut off with its record shows against an anchor, and only so`() throws {
        let anchor = try verify().head
        try tamper(
            folder.database, "DELETE FROM journal WHERE sequence > 3", "DELETE FROM personal WHERE sequence > 3",
            "UPDATE meta SET value = 3 WHERE name = 'journal.sequence'",
            "UPDATE meta SET value = (SELECT hash FROM journal WHERE sequence = 3) WHERE name = 'journal.hash'")
        #expect(try verify().head.sequence == 3)
        #expect(throws: JournalFault.truncated(anchor: 5, end: 3)) { try verify(anchor: anchor) }
    }

    @Test func `A journal that was written anew shows against an anchor`() throws {
        let anchor = try verify().head
        let other = try TemporaryFolder()
        try writeSample(try other.store())
        let reader = try StoreReader(path: other.database)
        #expect(try reader.verify().head.sequence == 5)
        #expect(throws: JournalFault.anchor(sequence: 5)) { try reader.verify(anchor: anchor) }
    }

    @Test func `An anchor anywhere in the journal holds`() throws {
        let store = try folder.store()
        let anchor = try store.journalHead()
        try store.commit(Batch(events: [event(), event()]))
        #expect(try store.reader.verify(anchor: anchor).head.sequence == 7)
        #expect(try store.reader.verify(anchor: .empty).head.sequence == 7)
    }

    @Test func `More events than one piece holds verify, while others are committed`() throws {
        let store = try folder.store()
        let many = StorageLimits.verifyRows * 2 + 3
        try store.commit(Batch(events: (0..<many).map { event(payload: "\($0)") }))
        var count = 0
        var added = false
        let seen = try store.reader.verify(event: { _ in
            count += 1
            if !added {
                added = true
                try store.commit(Batch(events: [event()]))
            }
        })
        #expect(count == 5 + many + 1)
        #expect(seen.head == (try store.journalHead()))
    }

    @Test func `What a closure throws ends the verification as it is`() throws {
        #expect(throws: TestFailure.self) {
            try StoreReader(path: folder.database).verify(event: { _ in throw TestFailure("enough") })
        }
        #expect(throws: TestFailure.self) {
            try StoreReader(path: folder.database).verify(end: { _ in throw TestFailure("enough") })
        }
    }

    @Test func `An exclusive owner and a second program read the same database`() throws {
        let store = try folder.store()
        let other = try StoreReader(path: folder.database)
        let head = try store.commit(Batch(events: [event()]))
        #expect(try other.verify().head == head)
    }
}
