import Scheduling
import Storage
import Units

/// A command on its way through the broker, with all that its commit needs.
struct Call: Sendable {
    var command: Command
    /// By the kernel's word; nil for what the daemon does by itself.
    var actor: UserID?
    /// The same in full, for the journal; nil for what the daemon does by itself.
    var caller: CallerReference?
    /// Stored beside the first event.
    var details = Details()
    /// nil where the client sent no key.
    var key: IdempotencyKey?
    /// Makes the reply, within the commit's batch: a stored reply is what the client saw.
    var render: @Sendable (Result<Decision, Rejection>) -> Reply
}

/// The scope of a repeated request: who, which key, and the body's digest.
struct IdempotencyKey: Sendable {
    var scope: ReplyKey
    /// SHA-256 of the request's path and body.
    var digest: [UInt8]
}

/// What was decided about the reservation that a command names or makes.
struct Decision: Sendable {
    var reservation: Reservation
    var details: Details
    /// While it waits: where it is planned, and how many are planned before it.
    var placement: Placement?
    var ahead: Int?
    /// Its owner has been told that its time is nearly over.
    var endsSoon = false
    /// What its owner has been told of its use.
    var notice: AttendanceNotice?
}

extension Decision {
    /// A live reservation as it stands.
    init(_ reservation: Reservation, _ details: Details?, in engine: Engine, _ attendance: Attendance) {
        self.init(
            reservation: reservation, details: details ?? Details(),
            placement: engine.plannedPlacement(of: reservation.id), ahead: engine.ahead(of: reservation.id),
            endsSoon: attendance.hasAnnouncedEnd(of: reservation), notice: attendance.notice(of: reservation.id))
    }
}

/// An HTTP reply, made.
struct Reply: Sendable, Hashable {
    var status: Int
    var contentType = Reply.json
    var body: [UInt8]

    static let json = "application/json"
    static let problem = "application/problem+json"
}
