import GRDB
import Units

/// What a verification has seen, all of it in order.
public struct Verification: Sendable, Hashable {
    /// The journal's end: an anchor for the next time.
    public let head: JournalHead
    /// Personal values that were there and fit their digests.
    public let personalValues: Int
    /// Personal values that have been erased: nothing of theirs is left to check.
    public let erasedValues: Int
    /// The hashes of the events that were asked for, where there are such events.
    public let hashes: [Int64: [UInt8]]
}

/// One committed state of the store, for as long as the closure runs that is given it.
public struct StoreSnapshot {
    let db: Database

    init(_ db: Database) {
        self.db = db
    }

    /// Answers a query from this state.
    public func read<Value>(_ query: StoreQuery<Value>) throws(StoreError) -> Value {
        try query.run(db)
    }

    /// Every reservation, live and ended, by id, without holding them all in memory.
    public func forEachReservation(_ body: (ReservationRow) throws -> Void) throws {
        let statement = try Prepared(db, "SELECT \(ReservationRow.columns) FROM reservation ORDER BY id")
        defer { statement.reset() }
        while try statement.next() { try body(ReservationRow(statement)) }
    }
}

extension StoreReader {
    /// Proves the journal from its first event: recomputes the chain, compares the personal values that are still
    /// there with their digests, and the end with what the last commit recorded.
    /// - Parameters:
    ///   - anchor: a head that was kept elsewhere, which must be in the journal.
    ///   - hashesOf: sequences whose hashes are wanted, for the caller to compare with anchors of its own.
    ///   - event: is given each event once it has been proven, for the caller to fold.
    ///   - end: is given the state right after the last event, for the caller to compare what it has folded with.
    /// - Throws: `JournalFault` for the first row that is wrong, `StoreError`, or what the closures throw.
    public func verify(
        anchor: JournalHead? = nil, hashesOf: Set<Int64> = [], event: (JournalEntry) throws -> Void = { _ in },
        end: (StoreSnapshot) throws -> Void = { _ in }
    ) throws -> Verification {
        try verify(anchor: anchor, hashesOf: hashesOf, each: { entry, _ in try event(entry) }, end: end)
    }

    /// The same for a caller that compares as it goes.
    /// - Parameter each: is given each event once it has been proven, and a state in which that event and what was
    ///   written together with it are there.
    public func verify(
        anchor: JournalHead? = nil, hashesOf: Set<Int64> = [], each: (JournalEntry, StoreSnapshot) throws -> Void,
        end: (StoreSnapshot) throws -> Void = { _ in }
    ) throws -> Verification {
        var verifier = Verifier(anchor: anchor, hashesOf: hashesOf)
        var isDone = false
        while !isDone {
            // In pieces: a single long read would keep the write-ahead log from being written over.
            isDone = try database.read { db in
                do {
                    let snapshot = StoreSnapshot(db)
                    guard try verifier.page(db, { try each($0, snapshot) }) else { return false }
                    try verifier.finish(db)
                } catch let error as DatabaseError {
                    throw StoreError(error)
                }
                try end(StoreSnapshot(db))
                return true
            }
        }
        return verifier.verification
    }
}

/// The state of a verification between its pages.
private struct Verifier {
    private let anchor: JournalHead?
    private var head = JournalHead.empty
    /// Where the next page begins: at first below every number, so that no row escapes by one below 1.
    private var last = Int64.min
    private var personalValues = 0
    private var erasedValues = 0
    private var chain = Chain()
    private let wanted: Set<Int64>
    private var hashes: [Int64: [UInt8]] = [:]

    init(anchor: JournalHead?, hashesOf wanted: Set<Int64>) {
        self.anchor = anchor
        self.wanted = wanted
    }

    var verification: Verification {
        Verification(head: head, personalValues: personalValues, erasedValues: erasedValues, hashes: hashes)
    }

    /// Proves the next rows; whether they were the last.
    mutating func page(_ db: Database, _ body: (JournalEntry) throws -> Void) throws -> Bool {
        let rows = try Prepared(db, JournalRow.select(db))
        let values = try Prepared(
            db, "SELECT name, salt, value FROM personal WHERE reservation = ?1 AND sequence = ?2")
        defer { rows.reset() }
        try rows.bind(last, at: 1)
        try rows.bind(Int64(StorageLimits.verifyRows), at: 2)
        var count = 0
        while try rows.next() {
            let row = try JournalRow(rows)
            try check(row)
            if !row.link.personal.isEmpty { try checkPersonal(of: row, values) }
            try body(try row.entry())
            count += 1
        }
        return count < StorageLimits.verifyRows
    }

    /// What can be told at the end only, in the same state as the last page.
    func finish(_ db: Database) throws {
        if let anchor, anchor.sequence > head.sequence {
            throw JournalFault.truncated(anchor: anchor.sequence, end: head.sequence)
        }
        let recorded = try StoreQuery<JournalHead>.journalHead.run(db)
        guard recorded == head else {
            throw JournalFault.end(recorded: recorded.sequence, found: head.sequence)
        }
        let orphans = try Prepared(
            db,
            """
            SELECT personal.sequence, name FROM personal LEFT JOIN journal USING (sequence)
            WHERE journal.sequence IS NULL OR ifnull(journal.reservation, 0) <> personal.reservation
                OR length(journal.personal) = 0
            ORDER BY personal.sequence LIMIT 1
            """)
        defer { orphans.reset() }
        if try orphans.next() {
            throw JournalFault.personalWithoutEvent(sequence: orphans.integer(0), name: orphans.text(1))
        }
    }

    private mutating func check(_ row: JournalRow) throws(JournalFault) {
        let sequence = row.link.sequence
        guard sequence == head.sequence + 1 else {
            throw .gap(expected: head.sequence + 1, found: sequence)
        }
        guard chain.hash(of: row.link, after: head.hash) == row.hash else { throw .hash(sequence: sequence) }
        if let anchor, anchor.sequence == sequence, anchor.hash != row.hash { throw .anchor(sequence: sequence) }
        head = JournalHead(sequence: sequence, hash: row.hash)
        if wanted.contains(sequence) { hashes[sequence] = row.hash }
        last = sequence
    }

    private mutating func checkPersonal(of row: JournalRow, _ values: Prepared) throws {
        let sequence = row.link.sequence
        let digests = Dictionary(try row.digests().map { ($0.name, $0.digest) }) { first, _ in first }
        defer { values.reset() }
        try values.bind(row.link.reservation?.number ?? Chain.noReservation, at: 1)
        try values.bind(sequence, at: 2)
        var found = 0
        while try values.next() {
            let name = values.text(0)
            guard let digest = digests[name] else {
                throw JournalFault.personalWithoutEvent(sequence: sequence, name: name)
            }
            guard Chain.digest(ofPersonal: values.bytes(2), salt: values.bytes(1)) == digest else {
                throw JournalFault.personalValue(sequence: sequence, name: name)
            }
            found += 1
        }
        personalValues += found
        erasedValues += digests.count - found
    }
}
