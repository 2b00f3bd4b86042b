import Foundation
import GRDB
import Testing
import Units

@testable import Storage

@Suite struct UsageSumTests {
    let folder: TemporaryFolder
    let store: Store

    init() throws {
        folder = try TemporaryFolder()
        store = try folder.store()
    }

    /// `ALLOT_SEED` repeats a run.
    static let seed =
        ProcessInfo.processInfo.environment["ALLOT_SEED"].flatMap { UInt64($0) } ?? .random(in: 0 ... .max)

    @Test func `Whatever the filter and the grouping, sums are what the records come to`() throws {
        var usage = RandomUsage(UsageSumTests.seed)
        print("ALLOT_SEED=\(usage.seed) sums of usage")
        try store.commit(Batch(tariffs: (1...RandomUsage.tariffs).map { tariff($0) }))
        while usage.records.count < 600 {
            try store.commit(Batch(records: usage.next(Int.random(in: 1...60, using: &usage.random))))
        }
        #expect(try store.usageDifference() == nil, "ALLOT_SEED=\(usage.seed)")
        var rows = 0
        for round in 0..<300 {
            let filter = try usage.filter()
            let grouping = UsageGrouping(rawValue: Int.random(in: 0..<16, using: &usage.random))
            let found = try store.all(.sums(filter, by: grouping))
            let expected = UsageSumTests.sums(usage.records.filter { filter.contains($0) }, grouping)
            #expect(found.count == expected.count, "ALLOT_SEED=\(usage.seed) round \(round): \(filter) \(grouping)")
            #expect(Set(found) == expected, "ALLOT_SEED=\(usage.seed) round \(round): \(filter) \(grouping)")
            rows += found.count
        }
        #expect(rows > 1000, "the filters let something through; ALLOT_SEED=\(usage.seed)")
    }

    @Test func `Sums come in the order of what they are grouped by, and then of tariffs`() throws {
        var usage = RandomUsage(UsageSumTests.seed)
        try store.commit(
            Batch(tariffs: (1...RandomUsage.tariffs).map { tariff($0) }, records: usage.next(600)))
        let days = UsageFilter(days: try day("2027-01-01")..<(try day("2028-01-01")))
        let sums = try store.all(.sums(days, by: [.day, .user])).map {
            [$0.day?.daysSinceEpoch ?? -1, Int64($0.user?.uid ?? 0), $0.tariff]
        }
        #expect(sums.count > 300)
        #expect(sums == sums.sorted { $0.lexicographicallyPrecedes($1) }, "ALLOT_SEED=\(usage.seed)")
    }

    @Test func `Months come in order, of the departments that are asked for`() throws {
        var usage = RandomUsage(UsageSumTests.seed)
        try store.commit(
            Batch(tariffs: (1...RandomUsage.tariffs).map { tariff($0) }, records: usage.next(600)))
        let months = try day("2027-01-31")..<(try day("2027-03-01"))
        let departments = [DepartmentID("größe"), DepartmentID("vision")]
        let found = try store.all(.months(months, departments: departments))
        var expected: [UsageMonthRow: Int64] = [:]
        for record in usage.records where record.day.month < 3 && departments.contains(record.department) {
            let key = UsageMonthRow(
                month: record.day.firstOfMonth, department: record.department, team: record.team,
                tariff: record.tariff, quantity: 0)
            expected[key, default: 0] += record.quantity
        }
        #expect(found.count == expected.count)
        for row in found {
            var key = row
            key.quantity = 0
            #expect(expected[key] == row.quantity, "ALLOT_SEED=\(usage.seed): \(row)")
        }
        let order = found.map { ($0.month, $0.department.text, $0.team?.text ?? "", $0.tariff) }
        #expect(zip(order, order.dropFirst()).allSatisfy { $0 < $1 })
        #expect(try store.all(.months(months, departments: [])) == [])
    }

    @Test func `By reservation and tariff, with the tags that it was submitted with while they are kept`() throws {
        let (november, december) = (try day("2026-11-30"), try day("2026-12-01"))
        try store.commit(
            Batch(
                events: [
                    event(1, personal: [.command: "a", .tags: "one", .reason: "r"]),
                    event(1, personal: [.tags: "later"]), event(2, personal: [.command: "b"]),
                    event(3, personal: [.tags: "three"]),
                ],
                tariffs: [tariff(1), tariff(2)],
                records: [
                    record(1, on: november, reservation: 1, quantity: 10),
                    record(2, on: november, reservation: 1, quantity: 20, tariff: 2),
                    record(3, on: december, reservation: 1, quantity: 30),
                    record(4, on: december, reservation: 2, quantity: 40),
                    record(5, on: november, reservation: 1, user: 7, quantity: -5),
                    record(6, on: december, reservation: 3, quantity: 50),
                ]))
        func sums(_ filter: UsageFilter) throws -> [String: Int64] {
            try store.reader.fold(.reservations(filter), into: [:]) { sums, row in
                let tags = row.tags.map { String(decoding: $0, as: UTF8.self) } ?? "none"
                sums["\(row.reservation) \(tags) \(row.tariff)", default: 0] += row.quantity
            }
        }
        let both = UsageFilter(days: november..<(try day("2026-12-02")))
        let all = ["r-1 one 1": Int64(35), "r-1 one 2": 20, "r-2 none 1": 40, "r-3 three 1": 50]
        #expect(try sums(both) == all)
        let tagged = try store.read(.taggedRecords(of: december, after: 3, limit: 9))
        #expect(tagged.map(\.record) == (try store.read(.records(of: december, after: 3, limit: 9))))
        #expect(tagged.map { $0.tags.map { String(decoding: $0, as: UTF8.self) } } == [nil, "three"])
        #expect(try store.read(.taggedRecords(of: november, after: 0, limit: 2)).map(\.record.number) == [1, 2])
        #expect(try sums(UsageFilter(days: november..<december)) == ["r-1 one 1": 5, "r-1 one 2": 20])
        #expect(try sums(UsageFilter(days: both.days, users: [UserID(7)])) == ["r-1 one 1": -5])
        #expect(try sums(UsageFilter(days: both.days, tariffs: [2])) == ["r-1 one 2": 20])
        #expect(try sums(UsageFilter(days: (try day("2027-01-01"))..<(try day("2028-01-01")))) == [:])
        var erasing = Batch()
        erasing.erasePersonal = [ReservationID(1)]
        try store.commit(erasing)
        #expect(try sums(UsageFilter(days: november..<december)) == ["r-1 none 1": 5, "r-1 none 2": 20])
    }

    @Test func `By reservation, whatever the filter, sums are what the records come to`() throws {
        var usage = RandomUsage(UsageSumTests.seed)
        try store.commit(
            Batch(tariffs: (1...RandomUsage.tariffs).map { tariff($0) }, records: usage.next(600)))
        for round in 0..<100 {
            let filter = try usage.filter()
            var found: [String: Int64] = [:]
            for row in try store.all(.reservations(filter)) {
                let whose = "\(row.day) \(row.department) \(row.team?.text ?? "") \(row.user)"
                found["\(row.reservation) \(row.tariff) \(whose)", default: 0] += row.quantity
            }
            var expected: [String: Int64] = [:]
            for record in usage.records where filter.contains(record) {
                let whose = "\(record.day) \(record.department) \(record.team?.text ?? "") \(record.user)"
                expected["\(record.reservation) \(record.tariff) \(whose)", default: 0] += record.quantity
            }
            #expect(found == expected, "ALLOT_SEED=\(usage.seed) round \(round): \(filter)")
        }
    }

    @Test func `A filter with too long a list is refused by name`() throws {
        let days = try day("2026-11-01")..<(try day("2026-12-01"))
        let count = StorageLimits.filterItems + 1
        let filters = [
            ("departments", UsageFilter(days: days, departments: Array(repeating: DepartmentID("a"), count: count))),
            ("teams", UsageFilter(days: days, teams: Array(repeating: nil, count: count))),
            ("users", UsageFilter(days: days, users: Array(repeating: UserID(1), count: count))),
            ("tariffs", UsageFilter(days: days, tariffs: Array(repeating: 1, count: count))),
        ]
        for (field, filter) in filters {
            let expected = StoreError.limitExceeded(field: field, limit: StorageLimits.filterItems)
            #expect(throws: expected) { try store.all(.sums(filter, by: [])) }
            #expect(throws: expected) { try store.all(.reservations(filter)) }
        }
        let most = UsageFilter(days: days, departments: Array(repeating: DepartmentID("a"), count: count - 1))
        #expect(try store.all(.sums(most, by: [])) == [])
    }

    @Test func `What the closure throws ends the stream and comes out`() throws {
        try store.commit(
            Batch(tariffs: [tariff(1)], records: (1...9).map { record($0, on: CivilDate(daysSinceEpoch: 1)) }))
        var seen = 0
        #expect(throws: TestFailure.self) {
            try store.reader.fold(.records(after: 0), into: ()) { _, record in
                seen += 1
                if record.number == 4 { throw TestFailure("enough") }
            }
        }
        #expect(seen == 4)
        #expect(try store.all(.records(after: 0)).count == 9)
    }

    /// By adding up in memory.
    private static func sums(_ records: [UsageRecordRow], _ grouping: UsageGrouping) -> Set<UsageSum> {
        var sums: [UsageSum: Int64] = [:]
        for record in records {
            let key = UsageSum(
                day: grouping.contains(.day) ? record.day : nil,
                department: grouping.contains(.department) ? record.department : nil,
                team: grouping.contains(.team) ? record.team : nil,
                user: grouping.contains(.user) ? record.user : nil, tariff: record.tariff, quantity: 0)
            sums[key, default: 0] += record.quantity
        }
        return Set(
            sums.map { key, quantity in
                var sum = key
                sum.quantity = quantity
                return sum
            })
    }
}
