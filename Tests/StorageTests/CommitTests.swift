import Storage
import Testing
import Units

@Suite struct CommitTests {
    let folder: TemporaryFolder
    let store: Store

    init() throws {
        folder = try TemporaryFolder()
        store = try folder.store()
    }

    @Test func `What is committed is read back, also after the store was opened anew`() throws {
        let first = try store.commit(
            Batch(
                events: [event(1, payload: "a", personal: [.command: "make"]), event(nil, payload: "", actor: nil)],
                rows: [row(1)], replies: [reply("k")], scalars: ["nextReservation": 2, "engineTime": -5]))
        #expect(first.sequence == 2)
        try store.close()
        let again = try folder.store()
        let events = try again.read(.events(after: 0, limit: 10))
        #expect(events.map(\.sequence) == [1, 2])
        #expect(events.map { String(decoding: $0.payload, as: UTF8.self) } == ["a", ""])
        #expect(events.map(\.actor) == [UserID(1000), nil])
        #expect(events.map(\.reservation) == [ReservationID(1), nil])
        #expect(events.map(\.personal) == [[.command], []])
        #expect(events[0].kind == "reservation.submitted")
        #expect(events[0].at == time(1_700_000_000_000))
        #expect(try again.read(.personal(of: ReservationID(1))).map(\.value) == [Array("make".utf8)])
        #expect(try again.read(.reservation(ReservationID(1))) == row(1))
        #expect(try again.read(.reservation(ReservationID(2))) == nil)
        #expect(try again.read(.scalars) == ["nextReservation": 2, "engineTime": -5])
        #expect(try again.read(.reply(reply("k").key, at: time(0))) == reply("k"))
        #expect(try again.read(.journalHead) == first)
        #expect(try again.journalHead() == first)
        #expect(try again.commit(Batch(events: [event()])).sequence == 3)
    }

    @Test func `Extreme values come back as they went in`() throws {
        let body = (0...255).map { UInt8($0) }
        let odd = JournalEvent(
            at: time(.min), actor: UserID(.max), kind: "", payload: body, reservation: ReservationID(.max),
            personal: [PersonalField(name: .tags, value: [])])
        try store.commit(Batch(events: [odd], rows: [], scalars: ["low": .min, "high": .max]))
        let read = try store.read(.events(after: 0, limit: 1))
        #expect(read.map(\.at) == [time(.min)])
        #expect(read.map(\.actor) == [UserID(.max)])
        #expect(read.map(\.payload) == [body])
        #expect(read.map(\.reservation) == [ReservationID(.max)])
        #expect(try store.read(.personal(of: ReservationID(.max))) == odd.personal)
        #expect(try store.read(.scalars) == ["low": .min, "high": .max])
        #expect(try store.reader.verify().personalValues == 1)
    }

    @Test func `A row takes the place of the one before, within a batch too`() throws {
        try store.commit(Batch(rows: [row(1, body: "one"), row(1, owner: 7, department: "chemistry", body: "two")]))
        #expect(
            try store.read(.reservation(ReservationID(1))) == row(1, owner: 7, department: "chemistry", body: "two"))
        try store.commit(Batch(rows: [row(1, endedAt: 5)]))
        #expect(try store.read(.liveReservations) == [])
        #expect(try store.read(.endedReservations(limit: 10)) == [row(1, endedAt: 5)])
    }

    @Test func `Scalars that a batch does not name stay`() throws {
        try store.commit(Batch(scalars: ["a": 1, "b": 2]))
        try store.commit(Batch(scalars: ["b": 3]))
        #expect(try store.read(.scalars) == ["a": 1, "b": 3])
    }

    @Test func `A batch that fails leaves nothing, and the next one follows the last good one`() throws {
        let head = try store.commit(Batch(events: [event(1)], replies: [reply("k")]))
        let bad = Batch(
            events: [event(2), event(3)], rows: [row(2)], replies: [reply("new"), reply("k", body: "other")],
            scalars: ["a": 1])
        #expect(throws: StoreError.replyExists(user: 1000, key: "k")) { try store.commit(bad) }
        #expect(try store.journalHead() == head)
        #expect(try store.read(.events(after: 0, limit: 10)).count == 1)
        #expect(try store.read(.reservation(ReservationID(2))) == nil)
        #expect(try store.read(.scalars) == [:])
        #expect(try store.replies(to: [reply("new").key], at: time(0)) == [nil])
        try store.commit(Batch(events: [event(2)], scalars: ["a": 1]))
        #expect(try store.read(.scalars) == ["a": 1])
        #expect(try store.reader.verify().head.sequence == 2)
    }

    @Test func `An empty batch changes nothing`() throws {
        let head = try store.commit(Batch(events: [event()]))
        #expect(try store.commit(Batch()) == head)
        #expect(Batch().isEmpty)
    }

    @Test func `A batch may hold the same event many times, and the most that it may hold`() throws {
        let head = try store.commit(Batch(events: Array(repeating: event(1), count: StorageLimits.batchItems)))
        #expect(head.sequence == Int64(StorageLimits.batchItems))
        #expect(try store.reader.verify().head == head)
    }

    @Test func `After it was closed the store takes no more`() throws {
        try store.close()
        #expect(throws: StoreError.closed) { try store.commit(Batch(events: [event()])) }
        #expect(throws: StoreError.closed) { try store.journalHead() }
    }
}

@Suite struct LimitTests {
    static func text(_ count: Int) -> String { String(repeating: "x", count: count) }

    static let tooMuch: [(String, Int, Batch)] = [
        ("kind", 64, Batch(events: [event(kind: text(65))])),
        ("payload", 1 << 20, Batch(events: [event(payload: text(1 << 20 + 1))])),
        ("command", 1 << 20, Batch(events: [event(personal: [.command: text(1 << 20 + 1)])])),
        ("name of a personal field", 32, Batch(events: [event(personal: [.init(rawValue: text(33)): ""])])),
        (
            "personal fields", 16,
            Batch(events: [
                event(
                    personal: Dictionary(
                        uniqueKeysWithValues: (0...16).map { (PersonalName(rawValue: "n\($0)"), "") }))
            ])
        ),
        ("body", 1 << 20, Batch(rows: [row(1, body: text(1 << 20 + 1))])),
        ("department", 128, Batch(rows: [row(1, department: text(129))])),
        ("idempotency key", 256, Batch(replies: [reply(text(257))])),
        ("reply", 1 << 20, Batch(replies: [reply("k", body: text(1 << 20 + 1))])),
        ("name of a scalar", 64, Batch(scalars: [text(65): 1])),
        ("scalars", 256, Batch(scalars: Dictionary(uniqueKeysWithValues: (0...256).map { ("s\($0)", 1) }))),
        ("events", 100_000, Batch(events: Array(repeating: event(), count: 100_001))),
        ("tariff", 4096, Batch(tariffs: [TariffRow(id: 1, body: Array(text(4097).utf8))])),
        ("department", 128, Batch(records: [record(1, on: .init(daysSinceEpoch: 1), department: text(129))])),
        ("team", 128, Batch(records: [record(1, on: .init(daysSinceEpoch: 1), team: text(129))])),
        ("invoice's number", 256, Batch(invoices: [invoice(text(257), .init(daysSinceEpoch: 1))])),
        ("department", 128, Batch(invoices: [invoice("a", .init(daysSinceEpoch: 1), department: text(129))])),
        (
            "invoice", 16 << 20,
            Batch(invoices: [
                InvoiceRow(
                    number: "a", month: .init(daysSinceEpoch: 1), department: DepartmentID("a"),
                    body: [UInt8](repeating: 0, count: 16 << 20 + 1))
            ])
        ),
        ("tariffs", 100_000, Batch(tariffs: Array(repeating: tariff(1), count: 100_001))),
        ("eraseAtEnd", 100_000, Batch(eraseAtEnd: Array(repeating: ReservationID(1), count: 100_001))),
    ]

    @Test(arguments: tooMuch.indices) func `What is over a limit is refused by name, and nothing is kept`(_ index: Int)
        throws
    {
        let (field, limit, batch) = LimitTests.tooMuch[index]
        let folder = try TemporaryFolder()
        let store = try folder.store()
        defer { withExtendedLifetime(folder) {} }
        #expect(throws: StoreError.limitExceeded(field: field, limit: limit)) { try store.commit(batch) }
        #expect(try store.journalHead() == .empty)
    }

    @Test func `What is right at a limit is taken`() throws {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        defer { withExtendedLifetime(folder) {} }
        try store.commit(
            Batch(
                events: [event(kind: LimitTests.text(64), payload: LimitTests.text(1 << 20))],
                rows: [row(1, department: LimitTests.text(128), body: LimitTests.text(1 << 20))],
                replies: [reply(LimitTests.text(256), body: LimitTests.text(1 << 20))],
                scalars: [LimitTests.text(64): 1]))
        #expect(try store.reader.verify().head.sequence == 1)
    }
}
