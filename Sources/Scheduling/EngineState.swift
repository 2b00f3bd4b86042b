import Units

/// What the journal tells: every live reservation, folded from events. Ended ones leave it; ids are never reused.
public struct EngineState: Sendable, Hashable {
    /// Waiting, active and ending.
    public private(set) var reservations: [ReservationID: Reservation]
    /// The number of the next reservation.
    public private(set) var nextNumber: Int64

    public init(reservations: [ReservationID: Reservation] = [:], nextNumber: Int64 = 1) {
        self.reservations = reservations
        self.nextNumber = nextNumber
    }

    /// Folds one event in, with the meaning that it has for ever.
    /// - Returns: the reservation as it stands then; nil where the event does not fit the state, which stays as it was.
    @discardableResult
    public mutating func apply(_ event: Event) -> Reservation? {
        if case .submitted(let reservation) = event {
            guard reservation.id.number >= nextNumber else { return nil }
            nextNumber = reservation.id.number + 1
            reservations[reservation.id] = reservation
            return reservation
        }
        guard var reservation = reservations[event.reservation], EngineState.fold(event, into: &reservation) else {
            return nil
        }
        if case .ended = reservation.state {
            reservations[reservation.id] = nil
        } else {
            reservations[reservation.id] = reservation
        }
        return reservation
    }

    /// Whether the event fits; the reservation is then as it stands after it.
    private static func fold(_ event: Event, into reservation: inout Reservation) -> Bool {
        switch (event, reservation.state) {
        case (.slipped(_, let start, _), .waiting):
            reservation.forecast = start
        case (.started(_, let active), .waiting):
            reservation.state = .active(active)
        case (.extended(_, let span), .waiting):
            reservation.span = span
        case (.extended(_, let span), .active(var active)):
            active.endsAt = active.endsAt + Span(milliseconds: span.milliseconds - reservation.span.milliseconds)
            reservation.span = span
            reservation.state = .active(active)
        case (.ending(_, let ending), .active(let active)):
            reservation.state = .ending(active, ending)
        case (.ended(_, let ended), .waiting), (.ended(_, let ended), .ending):
            reservation.state = .ended(ended)
        default:
            return false
        }
        return true
    }
}
