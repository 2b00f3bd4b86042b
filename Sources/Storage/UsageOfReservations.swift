import GRDB
import Units

extension StoreStream where Row == UsageOfReservation {
    /// What the records that the filter lets through come to, by reservation, day and tariff, with whose they are and
    /// the reservation's tags.
    ///
    /// Read from the records, in the order of their numbers. A reservation that has records at several times comes
    /// several times: nothing is held in memory but the records of one that follow each other.
    public static func reservations(_ filter: UsageFilter) -> Self {
        Self { db, body in
            guard try UsageTables.areThere(db) else { return }
            try filter.check()
            var values = FilterValues(first: 5)
            let statement = try Prepared(
                db,
                """
                SELECT reservation, tariff, quantity, day, department, team, user FROM usage_record
                WHERE number >= ?1 AND number <= ?2 AND day >= ?3 AND day < ?4\(filter.conditions(&values))
                ORDER BY number
                """)
            defer { statement.reset() }
            guard let numbers = try UsageOfReservation.numbers(of: filter.days, db) else { return }
            try statement.bind(numbers.lowerBound, at: 1)
            try statement.bind(numbers.upperBound, at: 2)
            try statement.bind(filter.days.lowerBound.daysSinceEpoch, at: 3)
            try statement.bind(filter.days.upperBound.daysSinceEpoch, at: 4)
            try values.bind(to: statement)
            var run = try ReservationRun(db)
            while try statement.next() {
                if !run.holds(statement) {
                    try run.finish(body)
                    try run.begin(statement)
                }
                try run.add(statement.integer(2), of: statement.integer(1))
            }
            try run.finish(body)
        }
    }
}

extension UsageOfReservation {
    /// The numbers between which all records of some days are; nil where there are none. Records come nearly in the
    /// order of their days, so that to read all between is less work than to look each of them up.
    fileprivate static func numbers(of days: Range<CivilDate>, _ db: Database) throws(StoreError) -> ClosedRange<Int64>?
    {
        let statement = try Prepared(
            db,
            """
            WITH RECURSIVE months (month) AS (
                SELECT min(month) FROM usage_record WHERE month >= ?1
                UNION ALL
                SELECT (SELECT min(month) FROM usage_record WHERE usage_record.month > months.month)
                FROM months WHERE month < ?2)
            SELECT min((SELECT min(number) FROM usage_record WHERE usage_record.month = months.month)),
                max((SELECT max(number) FROM usage_record WHERE usage_record.month = months.month))
            FROM months WHERE month < ?2
            """)
        defer { statement.reset() }
        try statement.bind(days.lowerBound.firstOfMonth.daysSinceEpoch, at: 1)
        try statement.bind(days.upperBound.daysSinceEpoch, at: 2)
        guard try statement.next(), let first = statement.optionalInteger(0) else { return nil }
        return first...statement.integer(1)
    }
}

/// What reservations were tagged with, looked up once for records that follow each other.
struct ReservationTags {
    private let find: Prepared
    private var last: (reservation: Int64, tags: [UInt8]?)?

    init(_ db: Database) throws(StoreError) {
        find = try Prepared(
            db, "SELECT value FROM personal WHERE reservation = ?1 AND name = ?2 ORDER BY sequence LIMIT 1")
    }

    mutating func of(_ reservation: Int64) throws(StoreError) -> [UInt8]? {
        if let last, last.reservation == reservation { return last.tags }
        defer { find.reset() }
        try find.bind(reservation, at: 1)
        try find.bind(PersonalName.tags.rawValue, at: 2)
        let tags = try find.next() ? find.bytes(0) : nil
        last = (reservation, tags)
        return tags
    }
}

/// Records of one reservation that follow each other, summed by tariff.
private struct ReservationRun {
    private var allTags: ReservationTags
    /// What the records have in common; nil before the first.
    private var head: UsageOfReservation?
    /// Few: a list is quicker than a table.
    private var sums: [(tariff: Int64, quantity: Int64)] = []

    init(_ db: Database) throws(StoreError) {
        allTags = try ReservationTags(db)
    }

    /// Whether the row that the statement stands on belongs to the run.
    func holds(_ row: Prepared) -> Bool {
        guard let head else { return false }
        return head.reservation.number == row.integer(0) && head.day.daysSinceEpoch == row.integer(3)
            && row.has(head.department.text, at: 4) && row.has(head.team?.text ?? "", at: 5)
            && Int64(head.user.uid) == row.integer(6)
    }

    /// Begins another run with that row.
    mutating func begin(_ row: Prepared) throws(StoreError) {
        let (number, team, user) = (row.integer(0), row.text(5), UserID(UInt32(truncatingIfNeeded: row.integer(6))))
        head = UsageOfReservation(
            reservation: ReservationID(number), day: try UsageTables.day(row.integer(3), "a record"),
            department: DepartmentID(row.text(4)), team: team.isEmpty ? nil : TeamID(team), user: user,
            tags: try allTags.of(number), tariff: 0, quantity: 0)
    }

    mutating func add(_ quantity: Int64, of tariff: Int64) throws(StoreError) {
        guard let index = sums.firstIndex(where: { $0.tariff == tariff }) else {
            return sums.append((tariff, quantity))
        }
        let (sum, isOver) = sums[index].quantity.addingReportingOverflow(quantity)
        guard !isOver else { throw .limitExceeded(field: "sum of quantities", limit: .max) }
        sums[index].quantity = sum
    }

    mutating func finish(_ body: (UsageOfReservation) throws -> Void) throws {
        guard var row = head else { return }
        for sum in sums {
            (row.tariff, row.quantity) = (sum.tariff, sum.quantity)
            try body(row)
        }
        sums.removeAll(keepingCapacity: true)
    }
}
