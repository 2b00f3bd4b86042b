import GRDB
import Units

/// A question to the store, answered from one committed state: `store.read(.reservation(id))`, in both a waiting and
/// an asynchronous form.
public struct StoreQuery<Value: Sendable>: Sendable {
    let run: @Sendable (Database) throws(StoreError) -> Value

    init(_ run: @escaping @Sendable (Database) throws(StoreError) -> Value) {
        self.run = run
    }
}

extension StoreQuery where Value == [ReservationRow] {
    /// All that have not ended, by id: what a start needs, however many have.
    public static var liveReservations: Self {
        Self { db throws(StoreError) in
            let statement = try Prepared(db, "\(select) WHERE ended_at IS NULL ORDER BY id")
            return try rows(statement)
        }
    }

    /// Ended ones, newest id first, of one owner or department where given, with ids below `before`.
    /// `limit` is held to `StorageLimits.pageRows`.
    public static func endedReservations(
        owner: UserID? = nil, department: DepartmentID? = nil, before: ReservationID? = nil, limit: Int
    ) -> Self {
        Self { db throws(StoreError) in
            var conditions = ["ended_at IS NOT NULL", "id < ?1"]
            if owner != nil { conditions.append("owner = ?3") }
            if department != nil { conditions.append("department = ?4") }
            let order = "ORDER BY id DESC LIMIT ?2"
            let statement = try Prepared(db, "\(select) WHERE \(conditions.joined(separator: " AND ")) \(order)")
            try statement.bind(before?.number ?? .max, at: 1)
            try statement.bind(Int64(min(max(limit, 0), StorageLimits.pageRows)), at: 2)
            if let owner { try statement.bind(Int64(owner.uid), at: 3) }
            if let department { try statement.bind(department.text, at: 4) }
            return try rows(statement)
        }
    }

    private static func rows(_ statement: Prepared) throws(StoreError) -> [ReservationRow] {
        defer { statement.reset() }
        var rows: [ReservationRow] = []
        while try statement.next() { rows.append(ReservationRow(statement)) }
        return rows
    }

    private static var select: String { "SELECT \(ReservationRow.columns) FROM reservation" }
}

extension StoreQuery where Value == ReservationRow? {
    /// One reservation, live or ended; nil where there is none of that id.
    public static func reservation(_ id: ReservationID) -> Self {
        Self { db throws(StoreError) in
            let statement = try Prepared(db, "SELECT \(ReservationRow.columns) FROM reservation WHERE id = ?1")
            defer { statement.reset() }
            try statement.bind(id.number, at: 1)
            return try statement.next() ? ReservationRow(statement) : nil
        }
    }
}

extension StoreQuery where Value == [PersonalField] {
    /// What is still held of a reservation's personal fields, oldest event first.
    public static func personal(of id: ReservationID) -> Self {
        Self { db throws(StoreError) in
            let sql = "SELECT name, value FROM personal WHERE reservation = ?1 ORDER BY sequence, name"
            let statement = try Prepared(db, sql)
            defer { statement.reset() }
            try statement.bind(id.number, at: 1)
            var fields: [PersonalField] = []
            while try statement.next() {
                fields.append(PersonalField(name: .init(rawValue: statement.text(0)), value: statement.bytes(1)))
            }
            return fields
        }
    }
}

extension StoreQuery where Value == [ReservationID: [PersonalField]] {
    /// The same for all that have not ended, in one go: what a start needs.
    public static var personalOfLive: Self {
        Self { db throws(StoreError) in
            let statement = try Prepared(
                db,
                """
                SELECT personal.reservation, name, value FROM reservation JOIN personal ON personal.reservation = id
                WHERE ended_at IS NULL ORDER BY id, sequence, name
                """)
            defer { statement.reset() }
            var fields: [ReservationID: [PersonalField]] = [:]
            while try statement.next() {
                let field = PersonalField(name: .init(rawValue: statement.text(1)), value: statement.bytes(2))
                fields[ReservationID(statement.integer(0)), default: []].append(field)
            }
            return fields
        }
    }
}

extension StoreQuery where Value == [UsageRow] {
    /// What everybody has used.
    public static var usage: Self {
        Self { db throws(StoreError) in
            let statement = try Prepared(
                db, "SELECT department, team, user, amount, at FROM usage ORDER BY department, team, user")
            defer { statement.reset() }
            var rows: [UsageRow] = []
            while try statement.next() {
                let team = statement.text(1)
                rows.append(
                    UsageRow(
                        department: DepartmentID(statement.text(0)), team: team.isEmpty ? nil : TeamID(team),
                        user: UserID(UInt32(truncatingIfNeeded: statement.integer(2))), amount: statement.integer(3),
                        at: Timestamp(milliseconds: statement.integer(4))))
            }
            return rows
        }
    }
}

extension StoreQuery where Value == [UInt8]? {
    /// A part of the state, as a batch wrote it; nil where none has.
    public static func document(_ name: String) -> Self {
        Self { db throws(StoreError) in
            let statement = try Prepared(db, "SELECT body FROM document WHERE name = ?1")
            defer { statement.reset() }
            try statement.bind(name, at: 1)
            return try statement.next() ? statement.bytes(0) : nil
        }
    }
}

extension StoreQuery where Value == [String: Int64] {
    /// The numbers that batches have set, by name.
    public static var scalars: Self {
        Self { db throws(StoreError) in
            let statement = try Prepared(db, "SELECT name, value FROM meta WHERE name NOT LIKE 'journal.%'")
            defer { statement.reset() }
            var scalars: [String: Int64] = [:]
            while try statement.next() { scalars[statement.text(0)] = statement.integer(1) }
            return scalars
        }
    }
}

extension StoreQuery where Value == StoredReply? {
    /// What is stored under a key and has not expired.
    public static func reply(_ key: ReplyKey, at now: Timestamp) -> Self {
        Self { db throws(StoreError) in try reply(Prepared(db, replySQL), key, at: now) }
    }

    static var replySQL: String {
        """
        SELECT digest, status, content_type, body, stored_at, expires_at FROM reply
        WHERE user = ?1 AND key = ?2 AND expires_at > ?3
        """
    }

    static func reply(_ statement: Prepared, _ key: ReplyKey, at now: Timestamp) throws(StoreError) -> StoredReply? {
        defer { statement.reset() }
        try statement.bind(Int64(key.user.uid), at: 1)
        try statement.bind(key.key, at: 2)
        try statement.bind(now.milliseconds, at: 3)
        guard try statement.next() else { return nil }
        return StoredReply(
            key: key, digest: statement.bytes(0), status: Int(statement.integer(1)), contentType: statement.text(2),
            body: statement.bytes(3), storedAt: Timestamp(milliseconds: statement.integer(4)),
            expiresAt: Timestamp(milliseconds: statement.integer(5)))
    }
}

extension ReservationRow {
    static let columns = "id, owner, department, submitted_at, ended_at, body"

    init(_ statement: Prepared) {
        self.init(
            id: ReservationID(statement.integer(0)), owner: UserID(UInt32(truncatingIfNeeded: statement.integer(1))),
            department: DepartmentID(statement.text(2)), submittedAt: Timestamp(milliseconds: statement.integer(3)),
            endedAt: statement.optionalInteger(4).map { Timestamp(milliseconds: $0) }, body: statement.bytes(5))
    }
}
