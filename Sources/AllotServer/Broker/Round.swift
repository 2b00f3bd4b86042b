import Chargeback
import Scheduling
import Storage
import Units

/// What one flush of the broker has decided, until it is durable.
struct Round {
    let time: Timestamp
    private(set) var events: [JournalEvent] = []
    /// Parts of the state that are not the engine's, by name.
    var documents: [String: [UInt8]] = [:]
    private(set) var decided: [Event] = []
    /// Each reservation that an event was about, as it stands after the round.
    var touched: [ReservationID: Reservation] = [:]
    var ended: [ReservationID] = []
    /// Whose use has changed.
    private var used: Set<UsageKey> = []
    private var allUsed = false
    /// The host's part of the state has changed.
    private var hostChanged = false
    private var timesChanged = false
    private var budgetsChanged = false
    private var bodies: [ReservationID: [UInt8]] = [:]
    /// What metering makes of it.
    private(set) var records: [UsageRecord] = []
    private var recordRows: [UsageRecordRow] = []
    private var tariffRows: [TariffRow] = []
    var invoices: [InvoiceRow] = []
    /// What metering knows has changed.
    var isMetered = false
    /// What could not be read for it: it is not made durable then.
    var fault: StoreError?
    private(set) var replies: [ReplyKey: StoredReply] = [:]
    var expireReplies = false
    /// Replies to these keys of an earlier round.
    var earlier: [ReplyKey: StoredReply] = [:]

    init(time: Timestamp) {
        self.time = time
    }

    var isEmpty: Bool { events.isEmpty && replies.isEmpty }

    /// Rows of it that say who made the commands.
    var callers: [(caller: CallerReference, sequence: Int64)] = []
    /// Refusals that have rows of their own in it.
    var refusals: [Refusal] = []

    mutating func append(_ event: Event, actor: UserID?, fields: [PersonalField], caller: Int64? = nil) {
        decided.append(event)
        let payload = EventRecord.payload(event)
        if let id = event.reservation {
            // A reservation's first record is its row as long as no other event is about it.
            if case .submitted = event { bodies[id] = payload } else { bodies[id] = nil }
        }
        events.append(
            JournalEvent(
                at: time, actor: actor, kind: event.kind, payload: payload, reservation: event.reservation,
                personal: fields, caller: caller))
    }

    /// A usage record, with the row of its tariff where that is new.
    mutating func add(_ record: UsageRecord, _ row: UsageRecordRow, _ tariff: TariffRow?) {
        records.append(record)
        recordRows.append(row)
        if let tariff { tariffRows.append(tariff) }
    }

    /// What is no decision of the engine's.
    mutating func append(_ event: JournalEvent) { events.append(event) }

    /// Notes how a reservation stands after an event about it.
    mutating func touch(_ reservation: Reservation, by event: Event) {
        touched[reservation.id] = reservation
        if case .ending(_, let ending) = event, case .preempted = ending.reason { hostChanged = true }
        if case .ending(_, let ending) = event, !ending.deviceTime.isEmpty { timesChanged = true }
        if case .ending(_, let ending) = event, !ending.posts.isEmpty { budgetsChanged = true }
        if case .ending = event { used.insert(UsageKey(account: reservation.account, user: reservation.owner)) }
    }

    /// Notes what an event that is about no reservation has changed.
    mutating func touch(by event: Event) {
        switch event {
        case .fairShareChanged: allUsed = true
        case .budgetThreshold: budgetsChanged = true
        default: hostChanged = true
        }
    }

    private func row(_ reservation: Reservation) -> ReservationRow {
        let ended: Timestamp? = if case .ended(let how) = reservation.state { how.at } else { nil }
        return ReservationRow(
            id: reservation.id, owner: reservation.owner, department: reservation.account.department,
            submittedAt: reservation.submittedAt, endedAt: ended,
            body: bodies[reservation.id] ?? ReservationRecord.bytes(reservation))
    }

    mutating func store(_ reply: Reply, under key: IdempotencyKey) {
        replies[key.scope] = StoredReply(
            key: key.scope, digest: key.digest, status: reply.status, contentType: reply.contentType, body: reply.body,
            storedAt: time, expiresAt: time + Limits.replyLifetime)
    }

    /// What a request with this key was answered before; a refusal where that was another request.
    func earlierReply(_ key: IdempotencyKey) -> Reply? {
        guard let stored = replies[key.scope] ?? earlier[key.scope] else { return nil }
        guard stored.digest == key.digest else { return Problems.keyReused().reply }
        return Reply(status: stored.status, contentType: stored.contentType, body: stored.body)
    }

    private func documents(of state: EngineState) -> [String: [UInt8]] {
        var documents = documents
        if hostChanged { documents[HostRecord.name] = HostRecord.bytes(state) }
        if timesChanged { documents[DeviceTimesRecord.name] = DeviceTimesRecord.bytes(state.deviceTimes) }
        if budgetsChanged { documents[BudgetsRecord.name] = BudgetsRecord.bytes(state.budgets) }
        return documents
    }

    func batch(of state: EngineState, _ meter: Meter) -> Batch {
        var documents = documents(of: state)
        if isMetered { documents[MeteringRecord.name] = MeteringRecord.bytes(meter) }
        let keys = allUsed ? Set(state.usage.entries.keys) : used
        return Batch(
            events: events, rows: touched.values.map { row($0) }, usage: keys.compactMap { state.usage.row(of: $0) },
            replies: Array(replies.values),
            documents: documents,
            scalars: [
                Scalar.nextNumber: state.nextNumber, Scalar.engineTime: time.milliseconds,
                Scalar.halfLife: state.usage.halfLife.milliseconds,
            ], eraseAtEnd: ended, expireReplies: expireReplies ? time : nil, tariffs: tariffRows,
            records: recordRows, invoices: invoices)
    }
}

/// Names of the numbers that the store keeps.
enum Scalar {
    static let nextNumber = "nextReservation"
    /// How often a backup was put in the database's place, and one.
    static let epoch = "epoch"
    static let engineTime = "engineTime"
    static let halfLife = "fairShareHalfLife"
}
