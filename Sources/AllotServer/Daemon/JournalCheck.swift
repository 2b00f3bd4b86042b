import AllotAPI
import Crypto
import Policy
import Scheduling
import Storage
import Units

/// `allotd verify`: proves the journal from its first row, and that every projection is what the journal says.
public struct JournalCheck: Sendable {
    /// What has been found right.
    public struct Report: Sendable {
        /// The journal's end, `1042:9f86…`: kept elsewhere, it shows a later truncation.
        public var anchor: String
        public var events: Int64
        public var reservations: Int
        public var live: Int
        /// Usage records, and sealed invoices that were made once more.
        public var records: Int64 = 0
        public var invoices: Int = 0
        /// The journal's end, and restores that it names.
        var head: JournalHead
        var restores: [(entry: JournalEntry, record: RestoreRecord)] = []
        /// With the anchors that were given.
        var comparison = AnchorComparison()
    }

    /// Why it does not verify.
    public enum Fault: Error, Sendable, Hashable, CustomStringConvertible {
        /// The text is no anchor.
        case anchor(String)
        /// The payload of that event can not be read.
        case unreadable(sequence: Int64, String)
        /// The event does not fit what the journal says before it.
        case impossible(sequence: Int64, kind: String)
        /// The row of that reservation differs from what the journal says, or is missing, or has no event.
        case projection(ReservationID, String)
        /// What is drained, or had to give way of late, is not what the journal says.
        case host
        /// What users have had of devices in a month is not what the journal says.
        case deviceTimes
        /// What has been posted to departments' budgets, or announced of them, is not what the journal says.
        case budgets
        /// The policy's versions and proposals are not what the journal says, or a text is not what its name says.
        case policy(String)
        /// It gave up after so many events.
        case takesTooLong(events: Int64)
        /// What that user has used is not what the journal says.
        case usage(UserID)
        /// Usage records, what they come to, or what metering knows, are not what the journal says.
        case metering(String)

        public var description: String {
            switch self {
            case .anchor(let text): "'\(text)' is no anchor; they look like 1042:9f86…"
            case .unreadable(let sequence, let reason): "event \(sequence) can not be read: \(reason)"
            case .impossible(let sequence, let kind): "event \(sequence) (\(kind)) does not fit what is before it"
            case .projection(let id, let reason): "reservation \(id): \(reason)"
            case .host: "what is drained, or had to give way of late, differs from the journal"
            case .deviceTimes: "what users have had of devices in a month differs from the journal"
            case .budgets: "what counts against departments' budgets differs from the journal"
            case .policy(let what): "the policy: \(what)"
            case .takesTooLong(let events): "it took too long: given up after \(events) events; use 'allotd verify'"
            case .metering(let what): "metering: \(what)"
            case .usage(let user): "what uid \(user) has used differs from the journal"
            }
        }
    }

    private var state = EngineState()
    private var ledger = PolicyLedger()
    private var texts: Set<PolicyDigest> = []
    /// Of each its record's SHA-256: of a long journal there are many.
    private var ended: [ReservationID: [UInt8]] = [:]
    private var metering: MeteringCheck
    private var restores: [(entry: JournalEntry, record: RestoreRecord)] = []
    private let deadline: ContinuousClock.Instant?

    private var events: Int64 = 0

    private init(_ reader: StoreReader, deadline: ContinuousClock.Instant?) throws(StoreError) {
        self.deadline = deadline
        metering = MeteringCheck(tariffs: try TariffTable(try reader.read(.tariffs)))
    }

    /// Verifies the database in a state folder, also beside a running daemon.
    /// - Throws: `Fault`, `JournalFault` or `StoreError` for the first thing that is wrong.
    public static func run(folder: String, anchor: String?) throws -> Report {
        let head = try anchor.map { text throws(Fault) in
            guard let head = JournalHead(text) else { throw .anchor(text) }
            return head
        }
        return try run(StoreReader(path: "\(folder)/allot.db"), anchor: head)
    }

    /// The same of an open store, with anchors that were kept elsewhere.
    /// - Parameter limit: it gives up after so long.
    static func run(
        _ reader: StoreReader, anchor: JournalHead? = nil, anchors: [Anchor] = [], limit: Duration? = nil
    ) throws -> Report {
        var check = try JournalCheck(reader, deadline: limit.map { .now + $0 })
        var rows = 0
        let verification = try reader.verify(
            anchor: anchor, hashesOf: Set(anchors.map(\.head.sequence)), each: { try check.fold($0, $1) },
            end: { snapshot in
                try snapshot.forEachReservation { row in
                    rows += 1
                    try check.compare(row)
                }
                try check.finish()
                try check.compare(try snapshot.read(.usage))
                try check.compare(host: try snapshot.read(.document(HostRecord.name)))
                try check.compare(deviceTimes: try snapshot.read(.document(DeviceTimesRecord.name)))
                try check.compare(budgets: try snapshot.read(.document(BudgetsRecord.name)))
                try check.metering.finish(snapshot)
                try check.compare(policy: try snapshot.read(.document(PolicyRecord.name)))
                for digest in check.texts {
                    let text = try snapshot.read(.document(PolicyRecord.textName(digest)))
                    guard let text, PolicyRecord.digest(of: text) == digest else {
                        throw Fault.policy("text \(digest) is not what its name says")
                    }
                }
            })
        return Report(
            anchor: verification.head.description, events: check.events, reservations: rows,
            live: check.state.reservations.count, records: check.metering.records, invoices: check.metering.sealed,
            head: verification.head, restores: check.restores,
            comparison: AnchorComparison(
                anchors, hashes: verification.hashes, end: verification.head.sequence,
                restores: check.restores.map(\.record)))
    }

    private mutating func fold(_ entry: JournalEntry, _ store: StoreSnapshot) throws {
        events += 1
        if let deadline, events.isMultiple(of: 1000), .now > deadline { throw Fault.takesTooLong(events: events) }
        if entry.kind == AuditKind.storeRestored {
            do throws(AllotAPI.JSONFault) {
                restores.append((entry, try RestoreRecord(entry.payload)))
            } catch {
                throw Fault.unreadable(sequence: entry.sequence, "\(error)")
            }
        }
        if entry.kind.hasPrefix("policy.") { return try fold(policy: entry, store) }
        if try metering.fold(entry, store) || metering.fold(money: entry, store) { return }
        let event: Event?
        do throws(AllotAPI.JSONFault) {
            event = try EventRecord.event(kind: entry.kind, payload: entry.payload)
        } catch {
            throw Fault.unreadable(sequence: entry.sequence, "\(error)")
        }
        guard let event else { return }
        let after: Reservation?
        do throws(EngineState.Misfit) {
            after = try state.apply(event)
        } catch {
            throw Fault.impossible(sequence: entry.sequence, kind: entry.kind)
        }
        try metering.fold(event, after, store)
        if let after, case .ended = after.state { ended[after.id] = JournalCheck.digest(of: after) }
    }

    private mutating func fold(policy entry: JournalEntry, _ store: StoreSnapshot) throws {
        let event: PolicyEvent?
        do {
            event = try PolicyRecord.event(kind: entry.kind, payload: entry.payload)
        } catch {
            throw Fault.unreadable(sequence: entry.sequence, "\(error)")
        }
        guard let event else { return }
        do throws(PolicyLedger.Misfit) {
            try ledger.apply(event)
        } catch {
            throw Fault.impossible(sequence: entry.sequence, kind: entry.kind)
        }
        switch event {
        case .taken(let version), .changed(let version):
            texts.insert(version.digest)
            try metering.hold(version.digest, version: version.number, store)
        case .proposed(let proposal): texts.insert(proposal.digest)
        case .approved, .rejected, .expired, .conflicted: break
        }
    }

    private static func digest(of reservation: Reservation) -> [UInt8] { digest(ReservationRecord.bytes(reservation)) }

    private static func digest(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

    private func compare(policy body: [UInt8]?) throws(Fault) {
        guard body ?? PolicyRecord.bytes(PolicyLedger()) == PolicyRecord.bytes(ledger) else {
            throw .policy("its versions and proposals differ from the journal")
        }
    }

    /// Compares a row with what the journal says of it, and ticks it off.
    private mutating func compare(_ row: ReservationRow) throws(Fault) {
        let expected =
            ended.removeValue(forKey: row.id) ?? state.reservations[row.id].map { JournalCheck.digest(of: $0) }
        guard let expected else { throw .projection(row.id, "the journal has no such reservation") }
        guard JournalCheck.digest(row.body) == expected else {
            throw .projection(row.id, "its row differs from the journal")
        }
        seen += 1
    }

    /// Compares what everybody has used with what the journal says of it.
    private func compare(_ rows: [UsageRow]) throws(Fault) {
        let found = UsageLedger(halfLife: state.usage.halfLife, rows: rows).entries
        for (key, entry) in state.usage.entries where found[key] != entry { throw .usage(key.user) }
        for key in found.keys where state.usage.entries[key] == nil { throw .usage(key.user) }
    }

    private func compare(host body: [UInt8]?) throws(Fault) {
        guard let body else {
            guard state.drains.isEmpty, state.preemptedAt.isEmpty else { throw .host }
            return
        }
        guard body == HostRecord.bytes(state) else { throw .host }
    }

    private func compare(deviceTimes body: [UInt8]?) throws(Fault) {
        let empty = DeviceTimesRecord.bytes(DeviceTimes())
        guard body ?? empty == DeviceTimesRecord.bytes(state.deviceTimes) else { throw .deviceTimes }
    }

    private func compare(budgets body: [UInt8]?) throws(Fault) {
        let empty = BudgetsRecord.bytes(BudgetLedger())
        guard body ?? empty == BudgetsRecord.bytes(state.budgets) else { throw .budgets }
    }

    private var seen = 0

    private func finish() throws(Fault) {
        if let missing = ended.keys.min() { throw .projection(missing, "its row is missing") }
        guard seen >= state.reservations.count else {
            throw .projection(ReservationID(0), "rows of live reservations are missing")
        }
    }
}
