import GRDB
import Units

/// What is personal and old enough to be erased.
public struct OutdatedPersonal: Sendable, Hashable {
    /// Ended reservations that have personal fields left.
    public var reservations: [ReservationID] = []
    /// Events about no reservation that have.
    public var events: [Int64] = []
    /// Of both.
    public var values = 0
    /// Where to look on; nil where all has been looked at.
    public var after: ReservationID?

    public var isEmpty: Bool { reservations.isEmpty && events.isEmpty }
}

extension StoreQuery where Value == OutdatedPersonal {
    /// Some of what has personal fields left: reservations that ended before `time`, and events of some kinds, about no
    /// reservation, of before it.
    /// - Parameters:
    ///   - after: reservations up to this one are passed over; 0 for none.
    ///   - limit: so many reservations are looked at, and so many events given, at most.
    public static func outdatedPersonal(
        before time: Timestamp, kinds: [String], after: ReservationID, limit: Int
    ) -> Self {
        Self { db throws(StoreError) in
            var found = OutdatedPersonal()
            let limit = min(max(limit, 1), StorageLimits.pageRows)
            let kept = try Prepared(
                db,
                """
                SELECT personal.reservation, ended_at, count(*)
                FROM personal JOIN reservation ON id = personal.reservation
                WHERE personal.reservation > ?1 GROUP BY personal.reservation ORDER BY personal.reservation LIMIT ?2
                """)
            defer { kept.reset() }
            try kept.bind(after.number, at: 1)
            try kept.bind(Int64(limit), at: 2)
            var looked = 0
            while try kept.next() {
                looked += 1
                found.after = ReservationID(kept.integer(0))
                guard let ended = kept.optionalInteger(1), ended < time.milliseconds else { continue }
                found.reservations.append(ReservationID(kept.integer(0)))
                found.values += Int(kept.integer(2))
            }
            if looked < limit { found.after = nil }
            let events = try Prepared(
                db,
                """
                SELECT sequence, count(*) FROM personal JOIN journal USING (sequence)
                WHERE personal.reservation = \(Chain.noReservation) AND sequence < ?1
                AND kind IN (SELECT value FROM json_each(?2))
                GROUP BY sequence ORDER BY sequence LIMIT ?3
                """)
            defer { events.reset() }
            try events.bind(try AuditRange.first(from: time, db), at: 1)
            try events.bind(UsageTables.json(kinds), at: 2)
            try events.bind(Int64(limit), at: 3)
            while try events.next() {
                found.events.append(events.integer(0))
                found.values += Int(events.integer(1))
            }
            return found
        }
    }
}
