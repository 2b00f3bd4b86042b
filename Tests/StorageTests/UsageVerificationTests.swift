import GRDB
import Testing
import Units

@testable import Storage

@Suite struct UsageVerificationTests {
    let folder: TemporaryFolder
    let store: Store

    init() throws {
        folder = try TemporaryFolder()
        store = try folder.store()
    }

    /// Two months of records: with the second of them, one that is of a team.
    private func writeSample() throws {
        try store.commit(
            Batch(
                tariffs: [tariff(1), tariff(2)],
                records: [
                    record(1, on: try day("2026-11-30"), quantity: 7),
                    record(2, on: try day("2026-12-01"), team: "one", quantity: 8),
                    record(3, on: try day("2026-12-01"), quantity: 0, tariff: 2),
                ]))
        try store.close()
    }

    private func difference() throws -> UsageDifference? {
        try StoreReader(path: folder.database).database.read { db in try StoreSnapshot(db).usageDifference() }
    }

    static let tampering: [(String, UsageDifference?)] = [
        ("UPDATE usage_day SET quantity = quantity", nil),
        (
            "UPDATE usage_day SET quantity = 9 WHERE team = 'one'",
            UsageDifference(
                table: "usage_day", key: "day 20788, department vision, tariff 1, team one, user 1000", records: 8,
                sum: 9)
        ),
        (
            "DELETE FROM usage_day WHERE tariff = 2",
            UsageDifference(
                table: "usage_day", key: "day 20788, department vision, tariff 2, team , user 1000", records: 0,
                sum: nil)
        ),
        (
            "INSERT INTO usage_day VALUES (20900, 'vision', 1, '', 1000, 0)",
            UsageDifference(
                table: "usage_day", key: "day 20900, department vision, tariff 1, team , user 1000", records: nil,
                sum: 0)
        ),
        (
            "UPDATE usage_month SET quantity = 6 WHERE month = 20758",
            UsageDifference(
                table: "usage_month", key: "month 20758, department vision, team , tariff 1", records: 7, sum: 6)
        ),
        (
            "INSERT INTO usage_month VALUES (20757, 'vision', '', 1, 1)",
            UsageDifference(
                table: "usage_month", key: "month 20757, department vision, team , tariff 1", records: nil, sum: 1)
        ),
        (
            "DELETE FROM usage_month WHERE tariff = 2",
            UsageDifference(
                table: "usage_month", key: "month 20788, department vision, team , tariff 2", records: 0, sum: nil)
        ),
        (
            "DELETE FROM usage_record WHERE number = 3",
            UsageDifference(
                table: "usage_day", key: "day 20788, department vision, tariff 2, team , user 1000", records: nil,
                sum: 0)
        ),
    ]

    @Test(arguments: tampering.indices) func `The first sum that is not what the records come to is named`(
        _ index: Int
    ) throws {
        let (statement, expected) = UsageVerificationTests.tampering[index]
        try writeSample()
        try tamper(folder.database, "DROP TRIGGER usage_record_keeps_rows", statement)
        #expect(try difference() == expected)
    }

    @Test func `A difference says what both sides have`() {
        let difference = UsageDifference(table: "usage_day", key: "day 1", records: nil, sum: -4)
        #expect(difference.description == "usage_day has -4 for day 1, and the records come to nothing")
    }

    @Test(arguments: [
        ("month = 20757", "the month of usage record 2"), ("month = 20758", "the month of usage record 2"),
        ("day = 20819, month = 20788", "the month of usage record 2"),
        ("day = -1, month = -1", "the day of usage record 2"),
        ("devices = x'0100'", "the devices of usage record 2"),
        ("devices = zeroblob(17)", "the devices of usage record 2"),
        ("user = 4294967296", "the user of usage record 2"),
    ])
    func `A record that can't be one is damage, not a smaller number`(_ change: String, _ what: String) throws {
        try writeSample()
        try tamper(
            folder.database, "PRAGMA ignore_check_constraints = ON", "DROP TRIGGER usage_record_keeps_content",
            "UPDATE usage_record SET \(change) WHERE number = 2")
        let reader = try StoreReader(path: folder.database)
        #expect(throws: StoreError.corrupt(what)) { try reader.read(.records(after: 0, limit: 9)) }
    }

    @Test func `Records are read step by step beside the events that they were written with`() throws {
        let today = try day("2026-11-05")
        try store.commit(Batch(tariffs: [tariff(1)]))
        var number: Int64 = 0
        for size in [1, 0, 2500, 3, 0, 1200] {
            let records = (0..<size).map { record(number + 1 + Int64($0), on: today) }
            number += Int64(size)
            try store.commit(Batch(events: [event(1, payload: "\(number)")], records: records))
        }
        var cursor = RecordCursor()
        var read: Int64 = 0
        _ = try store.reader.verify(
            each: { entry, snapshot in
                while read < Int64(String(decoding: entry.payload, as: UTF8.self)) ?? 0 {
                    read += 1
                    let next = try cursor.next(in: snapshot)
                    #expect(next?.number == read)
                }
            },
            end: { snapshot in
                let next = try cursor.next(in: snapshot)
                #expect(next == nil)
            })
        #expect(read == 3704)
        // More may come.
        try store.commit(Batch(records: [record(3705, on: today)]))
        let next = try store.reader.database.read { db in try cursor.next(in: StoreSnapshot(db)) }
        #expect(next?.number == 3705)
    }

    @Test func `A record that is missing is noticed by its number`() throws {
        try writeSample()
        try tamper(
            folder.database, "DROP TRIGGER usage_record_keeps_rows", "DELETE FROM usage_record WHERE number = 2")
        let database = try StoreReader(path: folder.database).database
        var cursor = RecordCursor()
        func next() throws -> Int64? {
            try database.read { db in try cursor.next(in: StoreSnapshot(db))?.number }
        }
        #expect(try next() == 1)
        #expect(throws: StoreError.recordNumber(expected: 2, found: 3)) { try next() }
    }

    /// What a power cut leaves of a commit that had not returned.
    @Test func `A log that was cut anywhere leaves sums that are what its records come to`() throws {
        var usage = RandomUsage(UsageSumTests.seed)
        print("ALLOT_SEED=\(usage.seed) usage in a cut log")
        try store.commit(Batch(tariffs: (1...RandomUsage.tariffs).map { tariff($0) }))
        try store.checkpoint()
        var ends: Set<Int64> = [0]
        for _ in 0..<12 {
            try store.commit(Batch(events: [event(1)], records: usage.next(40)))
            ends.insert(Int64(usage.records.count))
        }
        let log = try Files.read(folder.database + "-wal")
        var seen: Set<Int64> = []
        for _ in 0..<20 {
            let copy = try TemporaryFolder()
            try Files.write(try Files.read(folder.database), to: copy.database)
            let cut = Int.random(in: 0...log.count, using: &usage.random)
            try Files.write(log[..<cut], to: copy.database + "-wal")
            let opened = try copy.store()
            let last = try opened.read(.lastRecord)
            seen.insert(last)
            #expect(ends.contains(last), "ALLOT_SEED=\(usage.seed), cut \(cut)")
            #expect(try opened.journalHead().sequence * 40 == last, "ALLOT_SEED=\(usage.seed), cut \(cut)")
            #expect(try opened.all(.records(after: 0)) == Array(usage.records.prefix(Int(last))))
            #expect(try opened.usageDifference() == nil, "ALLOT_SEED=\(usage.seed), cut \(cut)")
        }
        #expect(seen.count > 1, "the cuts fell between different batches; ALLOT_SEED=\(usage.seed)")
    }
}

@Suite struct StandingRecordTests {
    @Test func `For a correction: records of the tariffs with a part in the interval that nothing takes back`() throws {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        let hour: Int64 = 3_600_000
        let start = try day("2026-11-30").daysSinceEpoch * 24 * hour
        let (november, december, january) = (try day("2026-11-30"), try day("2026-12-01"), try day("2027-01-15"))
        // 1 and 2 are usages, 3 another SKU's, 8 reversals, 9 restatements, 4 credits.
        try store.commit(
            Batch(
                tariffs: [1, 2, 3, 4, 8, 9].map { tariff($0) },
                records: [
                    record(1, on: november, from: start, to: start + hour, tariff: 1),
                    record(2, on: november, from: start + hour, to: start + 2 * hour, tariff: 2),
                    record(3, on: november, from: start + hour, to: start + 2 * hour, tariff: 3),
                    record(4, on: december, from: start + 24 * hour, to: start + 25 * hour, tariff: 1),
                    record(5, on: december, from: start + hour, to: start + 2 * hour, tariff: 1),
                    record(6, on: december, from: start + hour, to: start + 2 * hour, tariff: 4, original: 5),
                    record(7, on: january, from: start + hour, to: start + 2 * hour, tariff: 8, original: 2),
                    record(8, on: january, from: start + hour, to: start + 2 * hour, tariff: 9, original: 2),
                ]))
        func standing(_ tariffs: [Int64], _ from: Int64, _ to: Int64) throws -> [Int64] {
            let interval = time(start + from * hour)..<time(start + to * hour)
            return try store.all(.standing(tariffs: tariffs, overlapping: interval, reversals: [8])).map(\.number)
        }
        #expect(try standing([1, 2], 0, 2) == [1, 5])
        #expect(try standing([1, 2, 9], 0, 2) == [1, 5, 8])
        #expect(try standing([1, 2], 0, 1) == [1])
        #expect(try standing([1, 2], 1, 24) == [5])
        #expect(try standing([1, 2], 1, 25) == [4, 5])
        #expect(try standing([3], 0, 99) == [3])
        #expect(try standing([], 0, 99) == [])
        #expect(try standing([77], 0, 99) == [])
        let all = time(.min / 2)..<time(.max / 2)
        #expect(
            try store.all(.standing(tariffs: [1, 2], overlapping: all, reversals: [])).map(\.number) == [1, 2, 4, 5])
        let tooMany = [Int64](repeating: 1, count: StorageLimits.filterItems + 1)
        #expect(throws: StoreError.limitExceeded(field: "tariffs", limit: StorageLimits.filterItems)) {
            try store.all(.standing(tariffs: tooMany, overlapping: all, reversals: []))
        }
    }

    @Test(arguments: [
        ("SELECT number FROM usage_record WHERE month = 20758 AND number > 5 ORDER BY number", "usage_record_month"),
        ("SELECT min(number) FROM usage_record WHERE month = 20758", "usage_record_month"),
        (
            "SELECT number FROM usage_record WHERE reservation = 7 AND number > 5 ORDER BY number",
            "usage_record_reservation"
        ),
        ("SELECT 1 FROM usage_record WHERE original = 5 AND tariff IN (1, 2)", "usage_record_original"),
    ])
    func `Records are found by an index that has their order`(_ sql: String, _ index: String) throws {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        let plan = try store.reader.database.read { db in
            try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql).map { $0["detail"] as String }
        }
        #expect(plan.contains { $0.contains("INDEX \(index)") }, "\(plan)")
        #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
    }
}
