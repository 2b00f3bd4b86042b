import GRDB
import Testing
import Units

@testable import Storage

/// Rows that name the row which says who made them.
@Suite struct CallerTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func seen(_ user: UInt32) -> JournalEvent {
        event(nil, kind: "caller.seen", actor: user, personal: [.name: "user\(user)"])
    }

    private func asked(_ number: Int64, by caller: Int64?, user: UInt32 = 1000, at: Int64 = 0) -> JournalEvent {
        var made = event(number, actor: user, personal: [.reason: "thesis"])
        made.caller = caller
        made.at = time(1_700_000_000_000 + at)
        return made
    }

    @Test func `A row without a caller has the hash that it always had`() {
        // From Version1, computed before there were callers.
        var chain = Chain()
        let link = Chain.Link(
            sequence: 3, at: time(1_700_000_060_000), actor: nil, reservation: ReservationID(2),
            kind: "reservation.ended", payload: [], personal: [], caller: nil)
        let before = chain.hash(of: link, after: [UInt8](repeating: 1, count: 32))
        var named = link
        named.caller = 1
        #expect(chain.hash(of: named, after: [UInt8](repeating: 1, count: 32)) != before)
        #expect(chain.hash(of: link, after: [UInt8](repeating: 1, count: 32)) == before)
    }

    @Test func `The caller is read back, and the chain covers it`() throws {
        let store = try folder.store()
        try store.commit(Batch(events: [seen(1000), asked(1, by: 1), seen(1001), asked(2, by: 3, user: 1001)]))
        #expect(try store.read(.events(after: 0, limit: 9)).map(\.caller) == [nil, 1, nil, 3])
        _ = try store.reader.verify()
        try store.close()
        try tamper(folder.database, "UPDATE journal SET caller = 1 WHERE sequence = 4")
        #expect(throws: JournalFault.hash(sequence: 4)) { try StoreReader(path: folder.database).verify() }
    }

    @Test(arguments: [
        ("UPDATE journal SET caller = NULL WHERE sequence = 2", JournalFault.hash(sequence: 2)),
        ("UPDATE journal SET caller = 1 WHERE sequence = 3", .hash(sequence: 3)),
        ("UPDATE journal SET caller = 7 WHERE sequence = 2", .malformed(sequence: 2, detail: "its caller")),
    ])
    func `A caller that was taken away, put in or moved is noticed`(_ statement: String, _ fault: JournalFault) throws {
        let store = try folder.store()
        try store.commit(Batch(events: [seen(1000), asked(1, by: 1), asked(2, by: nil)]))
        try store.close()
        try tamper(folder.database, statement)
        #expect(throws: fault) { try StoreReader(path: folder.database).verify() }
    }

    @Test func `A file of before there were callers is read and proven as it is`() throws {
        let queue = try DatabaseQueue(path: folder.database)
        try queue.writeWithoutTransaction { db in try db.execute(sql: Version1.dump) }
        try queue.close()
        let reader = try StoreReader(path: folder.database)
        #expect(try reader.verify().head.description == Version1.head)
        #expect(try reader.read(.audit(AuditFilter(), limit: 9)).events.count == 3)
    }

    @Test func `Hashes that are asked for are given, where there are such events`() throws {
        let store = try folder.store()
        let first = try store.commit(Batch(events: [seen(1000)]))
        let second = try store.commit(Batch(events: [asked(1, by: 1)]))
        let hashes = try store.reader.verify(hashesOf: [1, 2, 3]).hashes
        #expect(hashes == [1: first.hash, 2: second.hash])
    }
}

/// What an audit finds in the journal.
@Suite struct AuditQueryTests {
    private let folder: TemporaryFolder
    private let store: Store

    init() throws {
        folder = try TemporaryFolder()
        store = try folder.store()
        var events: [JournalEvent] = []
        for number in Int64(1)...6 {
            let isOwn = number.isMultiple(of: 3)
            let kind = ["reservation.submitted", "access.denied", "daemon.started"][Int(number - 1) % 3]
            events.append(
                JournalEvent(
                    at: time(number * 1000), actor: isOwn ? nil : UserID(UInt32(1000 + number)), kind: kind,
                    payload: Array("{}".utf8), reservation: number == 4 ? ReservationID(9) : nil,
                    personal: number == 4 ? [PersonalField(name: .reason, value: Array("why".utf8))] : []))
        }
        try store.commit(Batch(events: events))
    }

    @Test(arguments: [
        (AuditFilter(), [6, 5, 4, 3, 2, 1]),
        (.with { $0.actor = UserID(1004) }, [4]),
        (.with { $0.reservation = ReservationID(9) }, [4]),
        (.with { $0.kind = "reservation" }, [4, 1]),
        (.with { $0.kind = "reserv" }, []),
        (.with { $0.kind = "access.denied" }, [5, 2]),
        (.with { $0.kind = "%" }, []),
        (.with { $0.only = ["daemon.started", "access.denied"] }, [6, 5, 3, 2]),
        (.with { $0.only = [] }, []),
        (.with { $0.without = ["daemon.started", "access.denied"] }, [4, 1]),
        (.with { $0.ownWithout = ["daemon", "access"] }, [5, 4, 2, 1]),
        (.with { $0.from = time(3000) }, [6, 5, 4, 3]),
        (.with { $0.until = time(3000) }, [2, 1]),
        (.with { ($0.from, $0.until) = (time(2001), time(4001)) }, [4, 3]),
        (.with { ($0.from, $0.kind) = (time(2000), "reservation") }, [4]),
    ])
    func `A filter lets through what it says, newest first`(_ filter: AuditFilter, _ expected: [Int64]) throws {
        #expect(try store.read(.audit(filter, limit: 100)).events.map(\.entry.sequence) == expected)
    }

    @Test func `Pages follow each other to the end`() throws {
        var seen: [Int64] = []
        var before: Int64?
        repeat {
            let page = try store.read(.audit(AuditFilter(), before: before, limit: 4))
            seen += page.events.map(\.entry.sequence)
            before = page.before
        } while before != nil
        #expect(seen == [6, 5, 4, 3, 2, 1])
    }

    @Test func `Personal values come along until they are erased`() throws {
        var filter = AuditFilter()
        filter.reservation = ReservationID(9)
        #expect(try store.read(.audit(filter, limit: 1)).events.first?.values == [.reason: Array("why".utf8)])
        var batch = Batch()
        batch.erasePersonal = [ReservationID(9)]
        try store.commit(batch)
        let left = try #require(try store.read(.audit(filter, limit: 1)).events.first)
        #expect(left.values.isEmpty)
        #expect(left.entry.personal == [.reason])
        #expect(try store.reader.verify().erasedValues == 1)
    }
}

extension AuditFilter {
    fileprivate static func with(_ change: (inout AuditFilter) -> Void) -> AuditFilter {
        var filter = AuditFilter()
        change(&filter)
        return filter
    }
}

/// What is old enough to be forgotten.
@Suite struct RetentionQueryTests {
    @Test func `What ended before, and who asked before, is found in pieces and erased; the chain verifies`() throws {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        for number in Int64(1)...5 {
            var asked = event(number, personal: [.reason: "thesis", .tags: "{}"])
            var seen = event(nil, kind: "caller.seen", personal: [.name: "ada"])
            (asked.at, seen.at) = (time(number * 1000), time(number * 1000))
            let ended: Int64? = number == 3 ? nil : number * 1000
            try store.commit(Batch(events: [seen, asked], rows: [row(number, endedAt: ended)]))
        }
        var after = ReservationID(0)
        var erased: [Int64] = []
        var events: [Int64] = []
        while true {
            let found = try store.read(
                .outdatedPersonal(before: time(5000), kinds: ["caller.seen"], after: after, limit: 2))
            var batch = Batch()
            (batch.erasePersonal, batch.erasePersonalOfEvents) = (found.reservations, found.events)
            try store.commit(batch)
            erased += found.reservations.map(\.number)
            events += found.events
            guard let next = found.after else { break }
            after = next
        }
        #expect(erased == [1, 2, 4])
        #expect(events == [1, 3, 5, 7])
        #expect(try store.read(.personal(of: ReservationID(5))).count == 2)
        #expect(try store.read(.personal(of: ReservationID(3))).count == 2, "it has not ended")
        let seen = try store.reader.verify()
        #expect(seen.erasedValues == 10)
        #expect(seen.personalValues == 5)
    }
}
