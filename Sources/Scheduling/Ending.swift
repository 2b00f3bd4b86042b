import Policy
import Units

/// What ends, or lengthens, a reservation by somebody's word.
extension Engine {
    mutating func cancel(_ id: ReservationID, by subject: Subject, into events: inout [Event]) throws(Rejection) {
        let reservation = try own(id, of: subject)
        let reason = EndReason.cancelled(by: subject.user)
        switch reservation.state {
        case .waiting: emit(.ended(id, Reservation.Ended(active: nil, at: time, reason: reason)), into: &events)
        case .active: emit(.ending(id, ending(of: reservation, at: time, reason)), into: &events)
        case .ending, .ended: throw .alreadyEnded(id)
        }
    }

    mutating func release(_ id: ReservationID, by subject: Subject, into events: inout [Event]) throws(Rejection) {
        let reservation = try own(id, of: subject)
        switch reservation.state {
        case .waiting: throw .notActive(id)
        case .active:
            emit(.ending(id, ending(of: reservation, at: time, .released(by: subject.user))), into: &events)
        case .ending, .ended: throw .alreadyEnded(id)
        }
    }

    mutating func extend(
        _ id: ReservationID, by more: Span, subject: Subject, into events: inout [Event]
    ) throws(Rejection) {
        let reservation = try own(id, of: subject)
        try Engine.check("durationSeconds", more.wholeSeconds, in: Limits.spanSeconds)
        let span = reservation.span + more
        try checkApproval(of: reservation, for: span, by: subject)
        try Engine.check("durationSeconds", span.wholeSeconds, in: Limits.spanSeconds)
        try checkDuration(span, policy.caps(for: reservation.account))
        if isStale { replan() }
        let use: Use
        let end: Timestamp
        switch reservation.state {
        case .waiting:
            guard let placement = placements[id] else { throw .notActive(id) }
            (use, end) = (placement.use, placement.end)
        case .active(let active): (use, end) = (self.use(of: reservation, active.grant), active.endsAt)
        case .ending, .ended: throw .alreadyEnded(id)
        }
        guard profile.holds(use, from: end, until: end + more) else {
            throw .extensionDisplaces(id, latestEnd: profile.end(of: use, from: end))
        }
        let holds = try holds(extending: reservation, from: end, by: more)
        emit(.extended(id, span: span), into: &events)
        if !holds.isEmpty { emit(.held(id, reservation.holds.adding(holds)), into: &events) }
    }

    /// The executor's word that nothing of it runs any more: its devices are free for the next.
    mutating func stopped(_ id: ReservationID, into events: inout [Event]) throws(Rejection) {
        guard let reservation = state.reservations[id], case .ending(let active, let ending) = reservation.state else {
            throw unknown(id)
        }
        if reservation.goesBack(after: ending.reason) {
            emit(.requeued(id, at: time), into: &events)
            holdAgain(id, into: &events)
            // Its owner is told of a start anew.
            if let placement = placements[id] {
                let hasFailed = ending.reason == .deviceFailed || ending.reason == .restarted
                let cause: SlipCause = hasFailed ? .drain : .order
                emit(.slipped(id, start: placement.start, cause: cause), into: &events)
            }
        } else {
            emit(.ended(id, Reservation.Ended(active: active, at: ending.at, reason: ending.reason)), into: &events)
        }
        startDue(into: &events)
        // Those that ended at the same moment are confirmed one by one: the last one hands out what all have left.
        if !isEnding(since: ending.at) { startFirst(into: &events) }
    }

    /// Until when the plan expects what is ending to hold its devices.
    func expectedStop(of ending: Reservation.Ending, at now: Timestamp) -> Timestamp {
        max(ending.at + policy.grace(after: ending.reason), now) + Limits.expectedStop
    }

    private func isEnding(since time: Timestamp) -> Bool {
        running.contains { id in
            if case .ending(_, let other) = state.reservations[id]?.state { other.at == time } else { false }
        }
    }

    /// Ends an active reservation without anybody's word.
    mutating func end(_ id: ReservationID, reason: EndReason, into events: inout [Event]) throws(Rejection) {
        guard let reservation = state.reservations[id] else { throw unknown(id) }
        guard case .active = reservation.state else { throw .notActive(id) }
        emit(.ending(id, ending(of: reservation, at: time, reason)), into: &events)
    }

    /// Ends what a start of the machine has ended, unless its time was over before: then it has had that.
    mutating func endRestarted(_ id: ReservationID, into events: inout [Event]) throws(Rejection) {
        if case .active(let active)? = state.reservations[id]?.state, active.endsAt <= time {
            endDue(into: &events)
        } else {
            try end(id, reason: .restarted, into: &events)
        }
    }

    /// A live reservation that the subject may act on.
    func own(_ id: ReservationID, of subject: Subject) throws(Rejection) -> Reservation {
        guard let reservation = state.reservations[id] else { throw unknown(id) }
        guard
            reservation.owner == subject.user || subject.isAdmin
                || subject.manages.contains(reservation.account.department)
        else { throw .notOwner(id) }
        return reservation
    }

    func unknown(_ id: ReservationID) -> Rejection {
        id.number >= 1 && id.number < state.nextNumber ? .alreadyEnded(id) : .unknownReservation(id)
    }
}

extension Policy {
    /// What a reservation has between its warning and its end: where it has to give way, or its department's budget is
    /// used up.
    public func grace(after reason: EndReason) -> Span {
        switch reason {
        case .preempted: preemption.grace
        case .budget: budgets.grace
        default: .zero
        }
    }
}

extension Reservation {
    /// Whether it waits again after such an end: what gave way always, what has failed if that was asked for.
    fileprivate func goesBack(after reason: EndReason) -> Bool {
        switch reason {
        case .preempted: true
        case .deviceFailed, .restarted: isRequeued
        default: false
        }
    }
}
