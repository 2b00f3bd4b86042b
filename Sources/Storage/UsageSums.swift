import GRDB
import Units

extension StoreStream where Row == UsageMonthRow {
    /// What each month's records come to, in the order of month, department, team and tariff.
    /// - Parameters:
    ///   - months: by any day of each; the end's month is not one of them.
    ///   - departments: nil for all; at most `StorageLimits.filterItems`.
    public static func months(_ months: Range<CivilDate>, departments: [DepartmentID]? = nil) -> Self {
        Self { db, body in
            guard try UsageTables.areThere(db) else { return }
            var values = FilterValues(first: 3)
            let filter = UsageFilter(days: months, departments: departments)
            try filter.check()
            let statement = try Prepared(
                db,
                """
                SELECT month, department, team, tariff, quantity FROM usage_month
                WHERE month >= ?1 AND month < ?2\(filter.conditions(&values))
                ORDER BY month, department, team, tariff
                """)
            defer { statement.reset() }
            try statement.bind(months.lowerBound.firstOfMonth.daysSinceEpoch, at: 1)
            try statement.bind(months.upperBound.firstOfMonth.daysSinceEpoch, at: 2)
            try values.bind(to: statement)
            while try statement.next() {
                let team = statement.text(2)
                try body(
                    UsageMonthRow(
                        month: try UsageTables.day(statement.integer(0), "a month's sum"),
                        department: DepartmentID(statement.text(1)), team: team.isEmpty ? nil : TeamID(team),
                        tariff: statement.integer(3), quantity: statement.integer(4)))
            }
        }
    }
}

extension StoreStream where Row == UsageSum {
    /// What the records that the filter lets through come to, by tariff and what else is grouped by, in that order:
    /// day, department, team, user, tariff.
    ///
    /// Where neither days nor users are asked for, whole months are read as months, and so are those of which nothing
    /// is outside of the days; the rest is read as days.
    public static func sums(_ filter: UsageFilter, by grouping: UsageGrouping) -> Self {
        Self { db, body in
            guard try UsageTables.areThere(db) else { return }
            try filter.check()
            let columns = grouping.columns
            var values = FilterValues(first: 7)
            let conditions = filter.conditions(&values)
            let parts = try SumParts(filter, grouping, db)
            let names = (columns + ["tariff"]).joined(separator: ", ")
            let statement = try Prepared(
                db,
                """
                SELECT \(names), sum(quantity) FROM (\(parts.sql(names, conditions)))
                GROUP BY \(names) ORDER BY \(names)
                """)
            defer { statement.reset() }
            try parts.bind(to: statement)
            try values.bind(to: statement)
            while try statement.next() { try body(try UsageSum(statement, columns)) }
        }
    }
}

/// Which tables a filter's days are read from.
private struct SumParts {
    private struct Part {
        let table: String
        let column: String
        let range: Range<CivilDate>
    }

    private let parts: [Part]

    init(_ filter: UsageFilter, _ grouping: UsageGrouping, _ db: Database) throws(StoreError) {
        guard filter.users == nil, grouping.isDisjoint(with: [.day, .user]), !filter.days.isEmpty else {
            parts = [Part(table: "usage_day", column: "day", range: filter.days)]
            return
        }
        // A month of which nothing is outside of the days is a whole one: mostly the one that goes on.
        var (first, end) = (filter.days.lowerBound, filter.days.upperBound)
        if try !SumParts.isUsed(first.firstOfMonth..<first, db) { first = first.firstOfMonth }
        if end > end.firstOfMonth, try !SumParts.isUsed(end..<end.firstOfNextMonth, db) { end = end.firstOfNextMonth }
        let firstMonth = first == first.firstOfMonth ? first : first.firstOfNextMonth
        let endMonth = end.firstOfMonth
        guard firstMonth < endMonth else {
            parts = [Part(table: "usage_day", column: "day", range: first..<end)]
            return
        }
        parts = [
            Part(table: "usage_day", column: "day", range: first..<firstMonth),
            Part(table: "usage_month", column: "month", range: firstMonth..<endMonth),
            Part(table: "usage_day", column: "day", range: endMonth..<end),
        ].filter { !$0.range.isEmpty }
    }

    /// Whether a record is posted to one of the days.
    private static func isUsed(_ days: Range<CivilDate>, _ db: Database) throws(StoreError) -> Bool {
        let statement = try Prepared(db, "SELECT 1 FROM usage_day WHERE day >= ?1 AND day < ?2 LIMIT 1")
        defer { statement.reset() }
        try statement.bind(days.lowerBound.daysSinceEpoch, at: 1)
        try statement.bind(days.upperBound.daysSinceEpoch, at: 2)
        return try statement.next()
    }

    /// The rows of all of them, with the columns that are asked for. The ranges are numbered from 1.
    func sql(_ names: String, _ conditions: String) -> String {
        parts.enumerated().map { index, part in
            """
            SELECT \(names), quantity FROM \(part.table)
            WHERE \(part.column) >= ?\(2 * index + 1) AND \(part.column) < ?\(2 * index + 2)\(conditions)
            """
        }.joined(separator: " UNION ALL ")
    }

    func bind(to statement: Prepared) throws(StoreError) {
        for (index, part) in parts.enumerated() {
            try statement.bind(part.range.lowerBound.daysSinceEpoch, at: Int32(2 * index + 1))
            try statement.bind(part.range.upperBound.daysSinceEpoch, at: Int32(2 * index + 2))
        }
    }
}

extension UsageGrouping {
    fileprivate var columns: [String] {
        [(UsageGrouping.day, "day"), (.department, "department"), (.team, "team"), (.user, "user")]
            .filter { contains($0.0) }.map(\.1)
    }
}

extension UsageSum {
    fileprivate init(_ statement: Prepared, _ columns: [String]) throws(StoreError) {
        self.init(tariff: 0, quantity: 0)
        var index: Int32 = 0
        for column in columns {
            switch column {
            case "day": day = try UsageTables.day(statement.integer(index), "a day's sum")
            case "department": department = DepartmentID(statement.text(index))
            case "team": team = statement.text(index).isEmpty ? nil : TeamID(statement.text(index))
            default: user = UserID(UInt32(truncatingIfNeeded: statement.integer(index)))
            }
            index += 1
        }
        tariff = statement.integer(index)
        quantity = statement.integer(index + 1)
    }
}

/// The lists that a filter's conditions are about, for the numbers that stand in them. Each is one value, so that
/// statements differ by which lists there are and not by what is in them.
struct FilterValues {
    private let first: Int
    private var lists: [String] = []

    /// - Parameter first: the number of the first of them in the statement.
    init(first: Int) {
        self.first = first
    }

    /// The list as a table, for an IN.
    fileprivate mutating func table(_ list: String) -> String {
        lists.append(list)
        return "SELECT value FROM json_each(?\(first + lists.count - 1))"
    }

    func bind(to statement: Prepared) throws(StoreError) {
        for (index, list) in lists.enumerated() { try statement.bind(list, at: Int32(first + index)) }
    }
}

extension UsageFilter {
    func check() throws(StoreError) {
        try UsageTables.checkItems("departments", departments?.count ?? 0)
        try UsageTables.checkItems("teams", teams?.count ?? 0)
        try UsageTables.checkItems("users", users?.count ?? 0)
        try UsageTables.checkItems("tariffs", tariffs?.count ?? 0)
    }

    /// All but the days, each with an AND before it. No text of a filter is part of the SQL.
    func conditions(_ values: inout FilterValues) -> String {
        var conditions = ""
        func add(_ column: String, _ list: String?) {
            if let list { conditions += " AND \(column) IN (\(values.table(list)))" }
        }
        add("department", departments.map { UsageTables.json($0.map(\.text)) })
        add("team", teams.map { UsageTables.json($0.map { $0?.text ?? "" }) })
        add("user", users.map { UsageTables.json($0.map { Int64($0.uid) }) })
        add("tariff", tariffs.map { UsageTables.json($0) })
        return conditions
    }
}
