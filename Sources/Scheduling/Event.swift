import Policy
import Units

/// What has been decided. Journaled, and folded by `Engine.apply` for ever with the same meaning.
public enum Event: Sendable, Hashable {
    /// With the planned start that the owner was told, unless it starts at once.
    case submitted(Reservation)
    /// The planned start moved by more than a minute.
    case slipped(ReservationID, start: Timestamp, cause: SlipCause)
    /// It has waited for as long as its class lets it: from now on it goes before all that are not firm.
    case firmed(ReservationID, start: Timestamp)
    case started(ReservationID, Reservation.Active)
    case extended(ReservationID, span: Span)
    /// Use fades by another half-life from `at` on.
    case fairShareChanged(at: Timestamp, halfLife: Span)
    /// A window's devices, which were drained, are these from now on.
    case moved(ReservationID, devices: DeviceSet)
    /// Its team has moved to another department while it waited.
    case reassigned(ReservationID, account: Account)
    /// It waits again, after it had to give way, or what it held has failed.
    case requeued(ReservationID, at: Timestamp)
    /// So much of its use is not charged.
    case credited(ReservationID, Credit)
    /// This is what it holds of its department's budget from now on.
    case held(ReservationID, [MonthAmount])
    /// It has the yes that it waited for; with the planned start that the owner is told, unless it starts at once.
    case approved(ReservationID, by: UserID, start: Timestamp?)
    /// What a department's month holds and has had posted has reached so many percent of the limit.
    case budgetThreshold(DepartmentID, month: Timestamp, percent: Int)
    case drained(Drain)
    case resumed(at: Timestamp, devices: DeviceSet, isHost: Bool, host: Int = 0)
    /// Over for its owner; still held.
    case ending(ReservationID, Reservation.Ending)
    case ended(ReservationID, Reservation.Ended)

    /// The reservation that the event is about; nil for one about all.
    public var reservation: ReservationID? {
        switch self {
        case .fairShareChanged, .drained, .resumed, .budgetThreshold: nil
        case .submitted(let reservation): reservation.id
        case .slipped(let id, _, _), .firmed(let id, _), .started(let id, _), .extended(let id, _),
            .ending(let id, _), .ended(let id, _), .moved(let id, _), .requeued(let id, _), .credited(let id, _),
            .held(let id, _), .approved(let id, _, _), .reassigned(let id, _):
            id
        }
    }

    /// Its name in the journal and on the event stream.
    public var kind: String {
        switch self {
        case .submitted: "reservation.submitted"
        case .slipped: "reservation.slipped"
        case .firmed: "reservation.firmed"
        case .started: "reservation.started"
        case .extended: "reservation.extended"
        case .fairShareChanged: "fairShare.changed"
        case .moved: "reservation.moved"
        case .reassigned: "reservation.reassigned"
        case .requeued: "reservation.requeued"
        case .credited: "reservation.credited"
        case .held: "reservation.held"
        case .approved: "reservation.approved"
        case .budgetThreshold: "budget.threshold"
        case .drained: "host.drained"
        case .resumed: "host.resumed"
        case .ending: "reservation.ending"
        case .ended: "reservation.ended"
        }
    }
}

/// Why a forecast moved.
public enum SlipCause: String, Sendable, Codable {
    /// The order of the queue: something before it came, went or was extended.
    case order
    case window
    /// A drain or a failure.
    case drain
    case policy
}
