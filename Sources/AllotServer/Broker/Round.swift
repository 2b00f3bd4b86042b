import Scheduling
import Storage
import Units

/// What one flush of the broker has decided, until it is durable.
struct Round {
    let time: Timestamp
    private(set) var events: [JournalEvent] = []
    private(set) var decided: [Event] = []
    /// Each reservation that an event was about, as it stands after the round.
    var touched: [ReservationID: Reservation] = [:]
    var ended: [ReservationID] = []
    private var bodies: [ReservationID: [UInt8]] = [:]
    private(set) var replies: [ReplyKey: StoredReply] = [:]
    var expireReplies = false
    /// Replies to these keys of an earlier round.
    var earlier: [ReplyKey: StoredReply] = [:]

    init(time: Timestamp) {
        self.time = time
    }

    var isEmpty: Bool { events.isEmpty && replies.isEmpty }

    mutating func append(_ event: Event, actor: UserID?, fields: [PersonalField]) {
        decided.append(event)
        let payload = EventRecord.payload(event)
        // A reservation's first record is its row as long as no other event is about it.
        if case .submitted = event { bodies[event.reservation] = payload } else { bodies[event.reservation] = nil }
        events.append(
            JournalEvent(
                at: time, actor: actor, kind: event.kind, payload: payload, reservation: event.reservation,
                personal: fields))
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

    func batch(nextNumber: Int64) -> Batch {
        Batch(
            events: events, rows: touched.values.map { row($0) }, replies: Array(replies.values),
            scalars: [Scalar.nextNumber: nextNumber, Scalar.engineTime: time.milliseconds], eraseAtEnd: ended,
            expireReplies: expireReplies ? time : nil)
    }
}

/// Names of the numbers that the store keeps.
enum Scalar {
    static let nextNumber = "nextReservation"
    static let engineTime = "engineTime"
}
