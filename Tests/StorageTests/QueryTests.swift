import GRDB
import Testing
import Units

@testable import Storage

@Suite struct QueryTests {
    let folder: TemporaryFolder
    let store: Store

    init() throws {
        folder = try TemporaryFolder()
        store = try folder.store()
        // Ids 1 to 40: every fourth is live; two owners, two departments.
        try store.commit(
            Batch(
                rows: (1...40).map { id in
                    row(
                        id, owner: id % 2 == 0 ? 1 : 2, department: id <= 20 ? "physics" : "chemistry",
                        endedAt: id % 4 == 0 ? nil : 1000 + id)
                }))
    }

    @Test func `Live reservations come by id, and no ended ones`() throws {
        #expect(try store.read(.liveReservations).map(\.id.number) == [4, 8, 12, 16, 20, 24, 28, 32, 36, 40])
    }

    @Test func `The personal fields of live reservations come in one go`() throws {
        try store.commit(
            Batch(events: [
                event(4, personal: [.command: "a"]), event(5, personal: [.command: "ended"]), event(8),
                event(4, personal: [.reason: "b", .tags: "c"]), event(nil, personal: [.reason: "none"]),
            ]))
        let fields = try store.read(.personalOfLive)
        #expect(fields.keys.map(\.number) == [4])
        #expect(fields[ReservationID(4)]?.map(\.name) == [.command, .reason, .tags])
        #expect(fields[ReservationID(4)] == (try store.read(.personal(of: ReservationID(4)))))
    }

    static let pages: [(StoreQuery<[ReservationRow]>, [Int64])] = [
        (.endedReservations(limit: 3), [39, 38, 37]),
        (.endedReservations(before: ReservationID(37), limit: 3), [35, 34, 33]),
        (.endedReservations(before: ReservationID(2), limit: 3), [1]),
        (.endedReservations(before: ReservationID(1), limit: 3), []),
        (.endedReservations(owner: UserID(1), limit: 3), [38, 34, 30]),
        (.endedReservations(owner: UserID(1), before: ReservationID(30), limit: 2), [26, 22]),
        (.endedReservations(department: DepartmentID("physics"), limit: 2), [19, 18]),
        (.endedReservations(owner: UserID(1), department: DepartmentID("physics"), limit: 2), [18, 14]),
        (.endedReservations(owner: UserID(9), limit: 2), []),
        (.endedReservations(limit: 0), []),
        (.endedReservations(limit: -1), []),
    ]

    @Test(arguments: pages.indices) func `Ended reservations come in pages, newest first`(_ index: Int) throws {
        let (query, expected) = QueryTests.pages[index]
        #expect(try store.read(query).map(\.id.number) == expected)
    }

    @Test func `A page of events follows a sequence number, and holds no more than the limit`() async throws {
        try store.commit(Batch(events: (0..<1500).map { event(payload: "\($0)") }))
        #expect(try await store.read(.events(after: 0, limit: 2)).map(\.sequence) == [1, 2])
        #expect(try await store.read(.events(after: 1498, limit: 10)).map(\.sequence) == [1499, 1500])
        #expect(try await store.read(.events(after: 1500, limit: 10)) == [])
        #expect(try await store.read(.events(after: 0, limit: .max)).count == StorageLimits.pageRows)
    }

    @Test func `Asynchronous reads run beside each other and beside commits`() async throws {
        let store = self.store
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 {
                group.addTask { try await store.read(.liveReservations).count }
                group.addTask { try Int(store.commit(Batch(events: [event()])).sequence) }
            }
            for try await number in group { #expect(number > 0) }
        }
        #expect(try store.reader.verify().head.sequence == 20)
    }

    @Test(arguments: [
        ("SELECT body FROM reservation WHERE ended_at IS NULL ORDER BY id", "reservation_live"),
        (
            "SELECT body FROM reservation WHERE ended_at IS NOT NULL AND id < 9 AND owner = 1 ORDER BY id DESC LIMIT 9",
            "reservation_owner"
        ),
        (
            "SELECT body FROM reservation WHERE ended_at IS NOT NULL AND id < 9 AND department = 'a' "
                + "ORDER BY id DESC LIMIT 9", "reservation_department"
        ),
    ])
    func `What a start or a list asks is answered from an index, however many have ended`(
        _ sql: String, _ index: String
    ) throws {
        let plan = try store.reader.database.read { db in
            try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql).map { $0["detail"] as String }
        }
        #expect(plan.contains { $0.contains("INDEX \(index)") }, "\(plan)")
        #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
    }
}
