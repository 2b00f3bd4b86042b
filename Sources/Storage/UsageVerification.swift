import GRDB
import Units

/// Usage records in the order of their numbers, one at a time, beside something else that goes on in steps: records
/// never change, so that each piece may be read from another state, if only a later one.
public struct RecordCursor: Sendable {
    private var last: Int64
    private var page: [UsageRecordRow] = []
    private var index = 0

    /// - Parameter number: of the record before the first.
    public init(after number: Int64 = 0) {
        last = number
    }

    /// The next one; nil where this state has no more.
    /// - Throws: `StoreError`, `recordNumber` where one is missing.
    public mutating func next(in snapshot: StoreSnapshot) throws(StoreError) -> UsageRecordRow? {
        if index == page.count {
            page = try snapshot.read(.records(after: last, limit: StorageLimits.pageRows))
            index = 0
        }
        guard index < page.count else { return nil }
        let record = page[index]
        guard record.number == last + 1 else { throw .recordNumber(expected: last + 1, found: record.number) }
        index += 1
        last = record.number
        return record
    }
}

/// A sum by day or by month that is not what the records come to.
public struct UsageDifference: Sendable, Hashable, CustomStringConvertible {
    /// `usage_day` or `usage_month`.
    public let table: String
    /// The values of its key, in their order.
    public let key: String
    /// nil where there is no record, or no sum, of this key.
    public let records: Int64?
    public let sum: Int64?

    public var description: String {
        "\(table) has \(sum.map { "\($0)" } ?? "nothing") for \(key), and the records come to "
            + (records.map { "\($0)" } ?? "nothing")
    }
}

extension StoreSnapshot {
    /// The first sum that differs from what the records come to, either way; nil where all are right.
    ///
    /// It goes month by month, and sorts one month's records at a time, in memory and then in temporary files of
    /// SQLite's.
    public func usageDifference() throws(StoreError) -> UsageDifference? {
        guard try UsageTables.areThere(db) else { return nil }
        let next = try Prepared(
            db,
            """
            SELECT min(
                ifnull((SELECT min(month) FROM usage_record WHERE month >= ?1), ?2),
                ifnull((SELECT min(month) FROM usage_month WHERE month >= ?1), ?2),
                ifnull((SELECT min(day) FROM usage_day WHERE day >= ?1), ?2))
            """)
        defer { next.reset() }
        let checks = [try SumCheck.days(db), try SumCheck.months(db)]
        var end = Int64.min
        while true {
            try next.bind(end, at: 1)
            try next.bind(.max, at: 2)
            guard try next.next(), next.integer(0) < .max else { return nil }
            let first = try UsageTables.day(next.integer(0), "a sum").firstOfMonth
            next.reset()
            end = first.firstOfNextMonth.daysSinceEpoch
            for check in checks {
                if let difference = try check.difference(first.daysSinceEpoch..<end) { return difference }
            }
        }
    }
}

/// The records of a month, and the sums of it with their signs turned: by key they come to nothing.
private struct SumCheck {
    private let table: String
    private let statement: Prepared

    static func days(_ db: Database) throws(StoreError) -> SumCheck {
        try SumCheck("usage_day", ["day", "department", "tariff", "team", "user"], "day >= ?1 AND day < ?2", db)
    }

    static func months(_ db: Database) throws(StoreError) -> SumCheck {
        try SumCheck("usage_month", ["month", "department", "team", "tariff"], "month >= ?1 AND month < ?2", db)
    }

    private init(_ table: String, _ key: [String], _ range: String, _ db: Database) throws(StoreError) {
        self.table = table
        let names = key.joined(separator: ", ")
        let shown = key.map { "\"\($0) \" || \($0)" }.joined(separator: " || ', ' || ").replacing("\"", with: "'")
        statement = try Prepared(
            db,
            """
            SELECT \(shown), sum(record), sum(total) FROM (
                SELECT \(names), quantity AS record, NULL AS total FROM usage_record WHERE month >= ?1 AND month < ?2
                UNION ALL
                SELECT \(names), NULL, quantity FROM \(table) WHERE \(range))
            GROUP BY \(names) HAVING sum(record) IS NOT sum(total) LIMIT 1
            """)
    }

    func difference(_ days: Range<Int64>) throws(StoreError) -> UsageDifference? {
        defer { statement.reset() }
        try statement.bind(days.lowerBound, at: 1)
        try statement.bind(days.upperBound, at: 2)
        guard try statement.next() else { return nil }
        return UsageDifference(
            table: table, key: statement.text(0), records: statement.optionalInteger(1),
            sum: statement.optionalInteger(2))
    }
}
