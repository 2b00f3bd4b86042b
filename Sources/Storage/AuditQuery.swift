import GRDB
import Units

/// Which of the journal's events are wanted; nil for any.
public struct AuditFilter: Sendable, Hashable {
    public var actor: UserID?
    public var reservation: ReservationID?
    /// A whole kind, or its first part: `reservation` for all that begin with `reservation.`.
    public var kind: String?
    /// Only of these kinds; nil for any.
    public var only: [String]?
    /// Of none of these kinds.
    public var without: [String] = []
    /// What the daemon did by itself is left out where the first part of its kind is one of these.
    public var ownWithout: [String] = []
    public var from: Timestamp?
    /// Exclusive.
    public var until: Timestamp?

    public init() {}
}

/// Some of the events that a filter lets through, newest first.
public struct AuditPage: Sendable {
    public var events: [AuditEvent]
    /// The next page is of the events below it; nil where there are none.
    public var before: Int64?
}

/// An event with those of its personal values that are still there.
public struct AuditEvent: Sendable {
    public var entry: JournalEntry
    public var values: [PersonalName: [UInt8]]
}

extension StoreQuery where Value == AuditPage {
    /// The newest events with sequences below `before` that the filter lets through. It looks at
    /// `StorageLimits.auditRows` rows at most, so a page may have few events, or none, and not be the last.
    public static func audit(_ filter: AuditFilter, before: Int64? = nil, limit: Int) -> Self {
        Self { db throws(StoreError) in
            let end = try AuditRange.end(before: before, until: filter.until, db)
            let start = try filter.from.map { time throws(StoreError) in try AuditRange.first(from: time, db) } ?? 1
            let floor = max(end - Int64(StorageLimits.auditRows), start)
            let statement = try filter.statement(db)
            defer { statement.reset() }
            try statement.bind(floor, at: 1)
            try statement.bind(end, at: 2)
            var page = AuditPage(events: [], before: floor > start ? floor : nil)
            let limit = min(max(limit, 0), StorageLimits.pageRows)
            while try statement.next() {
                if page.events.count == limit {
                    page.before = page.events.last?.entry.sequence
                    break
                }
                page.events.append(try AuditEvent(statement, db))
            }
            return page
        }
    }
}

extension StoreQuery where Value == [Int64: AuditEvent] {
    /// These events; those that the journal does not have are left out.
    public static func events(_ sequences: Set<Int64>) -> Self {
        Self { db throws(StoreError) in
            var events: [Int64: AuditEvent] = [:]
            let statement = try Prepared(
                db, "SELECT \(try JournalRow.columns(db)) FROM journal WHERE sequence = ?1")
            for sequence in sequences.sorted().prefix(StorageLimits.pageRows) {
                defer { statement.reset() }
                try statement.bind(sequence, at: 1)
                if try statement.next() { events[sequence] = try AuditEvent(statement, db) }
            }
            return events
        }
    }
}

extension AuditEvent {
    fileprivate init(_ statement: Prepared, _ db: Database) throws(StoreError) {
        do throws(JournalFault) {
            entry = try JournalRow(statement).entry()
        } catch {
            throw .journal(error)
        }
        values = [:]
        guard !entry.personal.isEmpty else { return }
        let personal = try Prepared(db, "SELECT name, value FROM personal WHERE reservation = ?1 AND sequence = ?2")
        defer { personal.reset() }
        try personal.bind(entry.reservation?.number ?? Chain.noReservation, at: 1)
        try personal.bind(entry.sequence, at: 2)
        while try personal.next() { values[PersonalName(rawValue: personal.text(0))] = personal.bytes(1) }
    }
}

extension AuditFilter {
    /// With everything bound but the range, which is `?1` and `?2`. No text of a filter is part of the SQL.
    fileprivate func statement(_ db: Database) throws(StoreError) -> Prepared {
        var conditions = ["sequence >= ?1", "sequence < ?2"]
        var texts: [String] = []
        func placeholders(_ values: [String]) -> String {
            texts += values
            return (texts.count - values.count..<texts.count).map { "?\($0 + 5)" }.joined(separator: ", ")
        }
        if actor != nil { conditions.append("actor = ?3") }
        if reservation != nil { conditions.append("reservation = ?4") }
        if let kind {
            let one = placeholders([kind])
            conditions.append("(kind = \(one) OR substr(kind, 1, length(\(one)) + 1) = \(one) || '.')")
        }
        if let only { conditions.append("kind IN (\(placeholders(only)))") }
        if !without.isEmpty { conditions.append("kind NOT IN (\(placeholders(without)))") }
        if !ownWithout.isEmpty {
            let firsts = placeholders(ownWithout)
            conditions.append("(actor IS NOT NULL OR substr(kind, 1, instr(kind, '.') - 1) NOT IN (\(firsts)))")
        }
        let statement = try Prepared(
            db,
            """
            SELECT \(try JournalRow.columns(db)) FROM journal WHERE \(conditions.joined(separator: " AND "))
            ORDER BY sequence DESC
            """)
        if let actor { try statement.bind(Int64(actor.uid), at: 3) }
        if let reservation { try statement.bind(reservation.number, at: 4) }
        for (index, text) in texts.enumerated() { try statement.bind(text, at: Int32(index + 5)) }
        return statement
    }
}

/// Where times lie in the journal: they never go back, so that a search by halves finds them.
enum AuditRange {
    /// Above the last event that may be wanted.
    static func end(before: Int64?, until: Timestamp?, _ db: Database) throws(StoreError) -> Int64 {
        var end = try StoreQuery<JournalHead>.journalHead.run(db).sequence + 1
        if let before { end = min(end, before) }
        if let until { end = min(end, try first(from: until, db)) }
        return end
    }

    /// The first event at `time` or later; above the last one where all are older.
    static func first(from time: Timestamp, _ db: Database) throws(StoreError) -> Int64 {
        var low: Int64 = 1
        var high = try StoreQuery<JournalHead>.journalHead.run(db).sequence + 1
        let statement = try Prepared(db, "SELECT at FROM journal WHERE sequence >= ?1 ORDER BY sequence LIMIT 1")
        while low < high {
            let middle = low + (high - low) / 2
            defer { statement.reset() }
            try statement.bind(middle, at: 1)
            let isOlder = try statement.next() && statement.integer(0) < time.milliseconds
            if isOlder { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
