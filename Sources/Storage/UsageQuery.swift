import GRDB
import Units

extension StoreQuery where Value == [TariffRow] {
    /// All of them, by id.
    public static var tariffs: Self {
        Self { db throws(StoreError) in
            guard try UsageTables.areThere(db) else { return [] }
            let statement = try Prepared(db, "SELECT id, body FROM tariff ORDER BY id")
            defer { statement.reset() }
            var rows: [TariffRow] = []
            while try statement.next() { rows.append(TariffRow(id: statement.integer(0), body: statement.bytes(1))) }
            return rows
        }
    }
}

extension StoreQuery where Value == Int64 {
    /// The id of the last tariff; 0 where there is none.
    public static var lastTariff: Self {
        Self { db throws(StoreError) in
            guard try UsageTables.areThere(db) else { return 0 }
            let statement = try Prepared(db, "SELECT max(id) FROM tariff")
            defer { statement.reset() }
            return try statement.next() ? statement.integer(0) : 0
        }
    }

    /// The number of the last usage record; 0 where there is none.
    public static var lastRecord: Self {
        Self { db throws(StoreError) in
            guard try UsageTables.areThere(db) else { return 0 }
            let statement = try Prepared(db, "SELECT max(number) FROM usage_record")
            defer { statement.reset() }
            return try statement.next() ? statement.integer(0) : 0
        }
    }
}

extension StoreQuery where Value == [UsageRecordRow] {
    /// Records with numbers above `number`, in order. `limit` is held to `StorageLimits.pageRows`, here as below.
    public static func records(after number: Int64, limit: Int) -> Self {
        page(.records(after: number), limit)
    }

    /// Of those that are posted to a month.
    /// - Parameter month: any day of it.
    public static func records(of month: CivilDate, after number: Int64, limit: Int) -> Self {
        page(.records(of: month, after: number), limit)
    }

    /// Of those of one reservation.
    public static func records(of reservation: ReservationID, after number: Int64 = 0, limit: Int) -> Self {
        page(.records(of: reservation, after: number), limit)
    }

    private static func page(_ stream: RecordStatement, _ limit: Int) -> Self {
        Self { db throws(StoreError) in
            guard try UsageTables.areThere(db) else { return [] }
            let statement = try stream.prepare(db, limit: Int64(min(max(limit, 0), StorageLimits.pageRows)))
            defer { statement.reset() }
            var rows: [UsageRecordRow] = []
            while try statement.next() { rows.append(try UsageRecordRow(statement)) }
            return rows
        }
    }
}

extension StoreQuery where Value == [TaggedRecordRow] {
    /// Records that are posted to a month, with numbers above `number`, in order, and their reservations' tags.
    /// - Parameters:
    ///   - month: any day of it.
    ///   - limit: held to `StorageLimits.pageRows`.
    public static func taggedRecords(of month: CivilDate, after number: Int64, limit: Int) -> Self {
        Self { db throws(StoreError) in
            let records = try StoreQuery<[UsageRecordRow]>.records(of: month, after: number, limit: limit).run(db)
            var tags = try ReservationTags(db)
            var rows: [TaggedRecordRow] = []
            rows.reserveCapacity(records.count)
            for record in records {
                rows.append(TaggedRecordRow(record: record, tags: try tags.of(record.reservation.number)))
            }
            return rows
        }
    }
}

extension StoreStream where Row == UsageRecordRow {
    /// Records with numbers above `number`, in order.
    public static func records(after number: Int64) -> Self { all(.records(after: number)) }

    /// Of those that are posted to a month.
    /// - Parameter month: any day of it.
    public static func records(of month: CivilDate, after number: Int64 = 0) -> Self {
        all(.records(of: month, after: number))
    }

    /// Records of some tariffs whose intervals have a part in `interval`, in order, but for those that a record of one
    /// of `reversals` names as its original.
    /// - Parameters:
    ///   - tariffs: at most `StorageLimits.filterItems`.
    ///   - reversals: the tariffs of records that take back another one; as many at most.
    public static func standing(
        tariffs: [Int64], overlapping interval: Range<Timestamp>, reversals: [Int64]
    ) -> Self {
        Self { db, body in
            guard try UsageTables.areThere(db) else { return }
            try UsageTables.checkItems("tariffs", tariffs.count)
            try UsageTables.checkItems("reversals", reversals.count)
            // A record is posted to its interval's day or a later one, whatever the zone. Months without one of the
            // tariffs are passed over.
            let first = interval.lowerBound.milliseconds / 86_400_000 - 1
            let statement = try Prepared(
                db,
                """
                SELECT \(UsageRecordRow.columns) FROM usage_record AS candidate
                WHERE number >= (
                        SELECT min((SELECT min(number) FROM usage_record WHERE month = months.month)) FROM (
                            SELECT DISTINCT month FROM usage_month
                            WHERE month > ?1 AND tariff IN (SELECT value FROM json_each(?2))) AS months)
                    AND tariff IN (SELECT value FROM json_each(?2)) AND from_at < ?4 AND to_at > ?3
                    AND NOT EXISTS (
                        SELECT 1 FROM usage_record AS reversal WHERE reversal.original = candidate.number
                            AND reversal.tariff IN (SELECT value FROM json_each(?5)))
                ORDER BY number
                """)
            defer { statement.reset() }
            try statement.bind(first - 31, at: 1)
            try statement.bind(UsageTables.json(tariffs), at: 2)
            try statement.bind(interval.lowerBound.milliseconds, at: 3)
            try statement.bind(interval.upperBound.milliseconds, at: 4)
            try statement.bind(UsageTables.json(reversals), at: 5)
            while try statement.next() { try body(try UsageRecordRow(statement)) }
        }
    }

    private static func all(_ statement: RecordStatement) -> Self {
        Self { db, body in
            guard try UsageTables.areThere(db) else { return }
            let statement = try statement.prepare(db, limit: -1)
            defer { statement.reset() }
            while try statement.next() { try body(try UsageRecordRow(statement)) }
        }
    }
}

extension StoreQuery where Value == [InvoiceRow] {
    /// The sealed ones of a month, by department.
    /// - Parameter month: any day of it.
    public static func invoices(of month: CivilDate) -> Self {
        Self { db throws(StoreError) in
            guard try UsageTables.areThere(db) else { return [] }
            let statement = try Prepared(
                db, "SELECT \(InvoiceRow.columns) FROM invoice WHERE month = ?1 ORDER BY department, number")
            defer { statement.reset() }
            try statement.bind(month.firstOfMonth.daysSinceEpoch, at: 1)
            var rows: [InvoiceRow] = []
            while try statement.next() { rows.append(try InvoiceRow(statement)) }
            return rows
        }
    }
}

extension StoreQuery where Value == InvoiceRow? {
    /// A sealed one; nil where there is none of that number.
    public static func invoice(_ number: String) -> Self {
        Self { db throws(StoreError) in
            guard try UsageTables.areThere(db) else { return nil }
            let statement = try Prepared(db, "SELECT \(InvoiceRow.columns) FROM invoice WHERE number = ?1")
            defer { statement.reset() }
            try statement.bind(number, at: 1)
            return try statement.next() ? try InvoiceRow(statement) : nil
        }
    }
}

/// What is common to the questions about usage.
enum UsageTables {
    /// A backup may be of the time before there were any.
    static func areThere(_ db: Database) throws(StoreError) -> Bool { try StoreQuery<Int64>.userVersion.run(db) >= 5 }

    static func checkItems(_ field: String, _ count: Int) throws(StoreError) {
        guard count <= StorageLimits.filterItems else {
            throw .limitExceeded(field: field, limit: StorageLimits.filterItems)
        }
    }

    /// For `json_each`: a list of any length is one value.
    static func json(_ numbers: [Int64]) -> String { "[" + numbers.map { "\($0)" }.joined(separator: ",") + "]" }

    static func json(_ texts: [String]) -> String { "[" + texts.map(json).joined(separator: ",") + "]" }

    private static func json(_ text: String) -> String {
        var escaped = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" {
                escaped += "\\\(scalar)"
            } else if scalar.value < 0x20 {
                escaped += "\\u00" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
            } else {
                escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped + "\""
    }

    /// A day as it is stored; none beyond those that a calendar has here.
    static func day(_ number: Int64, _ what: @autoclosure () -> String) throws(StoreError) -> CivilDate {
        guard 0...2_932_896 ~= number else { throw .corrupt("the day of \(what())") }
        return CivilDate(daysSinceEpoch: number)
    }
}

/// A choice of records, in the order of their numbers.
private struct RecordStatement {
    private let condition: String
    private let value: Int64?
    private let number: Int64

    static func records(after number: Int64) -> RecordStatement {
        RecordStatement(condition: "TRUE", value: nil, number: number)
    }

    static func records(of month: CivilDate, after number: Int64) -> RecordStatement {
        RecordStatement(condition: "month = ?3", value: month.firstOfMonth.daysSinceEpoch, number: number)
    }

    static func records(of reservation: ReservationID, after number: Int64) -> RecordStatement {
        RecordStatement(condition: "reservation = ?3", value: reservation.number, number: number)
    }

    /// - Parameter limit: negative for none.
    func prepare(_ db: Database, limit: Int64) throws(StoreError) -> Prepared {
        let statement = try Prepared(
            db,
            """
            SELECT \(UsageRecordRow.columns) FROM usage_record WHERE \(condition) AND number > ?1
            ORDER BY number LIMIT ?2
            """)
        try statement.bind(number, at: 1)
        try statement.bind(limit, at: 2)
        if let value { try statement.bind(value, at: 3) }
        return statement
    }
}

extension UsageRecordRow {
    static let columns = """
        number, day, month, reservation, department, team, user, devices, from_at, to_at, quantity, tariff, original
        """

    init(_ statement: Prepared) throws(StoreError) {
        let number = statement.integer(0)
        let day = try UsageTables.day(statement.integer(1), "usage record \(number)")
        guard day.firstOfMonth.daysSinceEpoch == statement.integer(2) else {
            throw .corrupt("the month of usage record \(number)")
        }
        guard let devices = DeviceSet(bytes: statement.bytes(7)) else {
            throw .corrupt("the devices of usage record \(number)")
        }
        let team = statement.text(5)
        guard let uid = UInt32(exactly: statement.integer(6)) else {
            throw .corrupt("the user of usage record \(number)")
        }
        self.init(
            number: number, day: day, reservation: ReservationID(statement.integer(3)),
            department: DepartmentID(statement.text(4)), team: team.isEmpty ? nil : TeamID(team),
            user: UserID(uid), devices: devices,
            from: Timestamp(milliseconds: statement.integer(8)), to: Timestamp(milliseconds: statement.integer(9)),
            quantity: statement.integer(10), tariff: statement.integer(11), original: statement.optionalInteger(12))
    }
}

extension InvoiceRow {
    static let columns = "number, month, department, body"

    init(_ statement: Prepared) throws(StoreError) {
        let number = statement.text(0)
        self.init(
            number: number, month: try UsageTables.day(statement.integer(1), "invoice \(number)"),
            department: DepartmentID(statement.text(2)), body: statement.bytes(3))
    }
}
