import GRDB
import Units

extension StoreQuery where Value == [JournalEntry] {
    /// Events with sequence numbers above `sequence`, in order. `limit` is held to `StorageLimits.pageRows`.
    public static func events(after sequence: Int64, limit: Int) -> Self {
        Self { db throws(StoreError) in
            let statement = try Prepared(db, JournalRow.select(db))
            defer { statement.reset() }
            try statement.bind(sequence, at: 1)
            try statement.bind(Int64(min(max(limit, 0), StorageLimits.pageRows)), at: 2)
            var entries: [JournalEntry] = []
            while try statement.next() {
                do throws(JournalFault) {
                    entries.append(try JournalRow(statement).entry())
                } catch {
                    throw .journal(error)
                }
            }
            return entries
        }
    }
}

extension StoreQuery where Value == JournalHead {
    /// The journal's end as the last commit recorded it.
    public static var journalHead: Self {
        Self { db throws(StoreError) in
            let statement = try Prepared(
                db,
                """
                SELECT sequence.value, hash.value FROM meta AS sequence JOIN meta AS hash
                WHERE sequence.name = '\(Schema.Meta.sequence)' AND hash.name = '\(Schema.Meta.hash)'
                """)
            defer { statement.reset() }
            guard try statement.next() else { throw .corrupt("the journal's recorded end is missing") }
            return JournalHead(sequence: statement.integer(0), hash: statement.bytes(1))
        }
    }

    /// The same, where the journal's last row agrees with it.
    static var checkedHead: Self {
        Self { db throws(StoreError) in
            let recorded = try journalHead.run(db)
            let statement = try Prepared(db, "SELECT sequence, hash FROM journal ORDER BY sequence DESC LIMIT 1")
            defer { statement.reset() }
            var found = JournalHead.empty
            if try statement.next() {
                found = JournalHead(sequence: statement.integer(0), hash: statement.bytes(1))
            }
            guard found.sequence == recorded.sequence else {
                throw .journal(.end(recorded: recorded.sequence, found: found.sequence))
            }
            guard found.hash == recorded.hash else { throw .journal(.hash(sequence: found.sequence)) }
            return found
        }
    }
}

/// A row of the journal with all that the chain covers.
struct JournalRow {
    /// The columns that `init` reads. A backup may be of the time before there were callers.
    static func columns(_ db: Database) throws(StoreError) -> String {
        let hasCallers = try StoreQuery<Int64>.userVersion.run(db) >= 4
        return "sequence, at, actor, reservation, kind, payload, personal, hash, \(hasCallers ? "caller" : "NULL")"
    }

    static func select(_ db: Database) throws(StoreError) -> String {
        "SELECT \(try columns(db)) FROM journal WHERE sequence > ?1 ORDER BY sequence LIMIT ?2"
    }

    let link: Chain.Link
    let hash: [UInt8]

    /// A number that its type would cut is refused: it would have the hash of another one.
    init(_ statement: Prepared) throws(JournalFault) {
        let sequence = statement.integer(0)
        let actor = statement.optionalInteger(2)
        let reservation = statement.optionalInteger(3)
        guard actor.map({ UInt32(exactly: $0) != nil }) ?? true else {
            throw .malformed(sequence: sequence, detail: "its actor")
        }
        guard reservation.map({ $0 > 0 }) ?? true else {
            throw .malformed(sequence: sequence, detail: "its reservation")
        }
        let caller = statement.optionalInteger(8)
        guard caller.map({ $0 > 0 && $0 < sequence }) ?? true else {
            throw .malformed(sequence: sequence, detail: "its caller")
        }
        link = Chain.Link(
            sequence: sequence, at: Timestamp(milliseconds: statement.integer(1)),
            actor: actor.map { UserID(UInt32(truncatingIfNeeded: $0)) },
            reservation: reservation.map { ReservationID($0) }, kind: statement.text(4),
            payload: statement.bytes(5), personal: statement.bytes(6), caller: caller)
        hash = statement.bytes(7)
    }

    func digests() throws(JournalFault) -> [(name: String, digest: [UInt8])] {
        guard let digests = PersonalDigests.decode(link.personal) else {
            throw .malformed(sequence: link.sequence, detail: "the digests of its personal fields")
        }
        return digests
    }

    func entry() throws(JournalFault) -> JournalEntry {
        JournalEntry(
            sequence: link.sequence, at: link.at, actor: link.actor, kind: link.kind, payload: link.payload,
            reservation: link.reservation, personal: try digests().map { PersonalName(rawValue: $0.name) },
            caller: link.caller)
    }
}
