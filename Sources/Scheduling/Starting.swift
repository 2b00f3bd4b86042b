import Units

/// What happens by itself: ends and starts that are due.
extension Engine {
    /// Ends what is over, then starts what is due and free.
    mutating func settle(into events: inout [Event]) {
        endDue(into: &events)
        stopOverBudget(into: &events)
        endUnapproved(into: &events)
        recallDue(into: &events)
        startDue(into: &events)
    }

    /// Whether a newcomer starts at this moment: its place is now, free in truth, and nobody before it waits for a
    /// pass to hand out what came free. A window's place is its own.
    func mayStartNow(_ placement: Placement, isWindow: Bool, after: [ReservationID], span: Span) -> Bool {
        guard placement.start <= time, isWindow || !isStale, held.holds(placement.use, isWindow: isWindow),
            after.allSatisfy({ state.reservations[$0] == nil })
        else { return false }
        return isWindow || committed.holds(placement.use, from: time, until: time + span)
    }

    /// Starts what has waited for this moment, if it is free in truth, and runs into no window if it is late.
    private mutating func startPlanned(_ reservation: Reservation, _ placement: Placement, into events: inout [Event]) {
        let isWindow = if case .window = reservation.kind { true } else { false }
        guard held.holds(placement.use, isWindow: isWindow),
            reservation.after.allSatisfy({ state.reservations[$0] == nil }), reservation.approval == nil
        else { return }
        if isStopped(reservation.account.department) {
            emit(.ended(reservation.id, Reservation.Ended(active: nil, at: time, reason: .budget)), into: &events)
            return
        }
        // One that is late runs on past its planned end: whether it may, and before whom, is for a pass to decide.
        let isLate = time > placement.start + Limits.slip && !reservation.isFirm
        if !isWindow, isLate || !committed.holds(placement.use, from: time, until: time + reservation.span) {
            isStale = true
            return
        }
        grant(reservation, placement, into: &events)
    }

    /// Grants exactly what is planned, from now on.
    mutating func grant(_ reservation: Reservation, _ placement: Placement, into events: inout [Event]) {
        let end: Timestamp
        switch reservation.kind {
        case .window(let start, _): end = start + reservation.span
        case .queued: end = time + reservation.span
        }
        let model = fleet[placement.host]
        let cores = model.cores(placement.cores, near: placement.devices, free: held.hosts[placement.host].cores)
        let grant = Grant(
            host: placement.host, devices: placement.devices, cores: cores,
            numaNodes: model.numaNodes(devices: placement.devices, cores: cores),
            memory: ByteCount(bytes: placement.memory))
        let active = Reservation.Active(
            grant: grant, startedAt: time, endsAt: end,
            weight: weight(of: grant, share: reservation.demand.share, at: time),
            isBorrowed: isBorrowed(reservation, placement.use, until: end))
        emit(.started(reservation.id, active), into: &events)
        holdFromStart(reservation.id, into: &events)
    }

    /// Whether it goes, at some time of it, beyond its department's nominal quota or on what is another's.
    private func isBorrowed(_ reservation: Reservation, _ use: Use, until end: Timestamp) -> Bool {
        guard case .queued = reservation.kind, use.counted.quotas != nil else { return false }
        if use.share?.tenant != nil, sharesBorrowed(use) { return true }
        var own = use
        own.counted.reach = .nominal
        return !committed.holds(own, from: time, until: end)
    }

    /// Whether what it shares its device with has borrowed that.
    private func sharesBorrowed(_ use: Use) -> Bool {
        running.contains { id in
            switch state.reservations[id]?.state {
            case .active(let other), .ending(let other, _):
                other.isBorrowed && other.grant.host == use.host
                    && !other.grant.devices.isDisjoint(with: use.devices)
            case .waiting, .ended, nil: false
            }
        }
    }

    mutating func startDue(into events: inout [Event]) {
        settledAt = time
        for entry in agenda.due(at: time) {
            guard let reservation = state.reservations[entry.id], let placement = placements[entry.id] else { continue }
            if case .window(let start, _) = reservation.kind, start + reservation.span <= time {
                let reason: EndReason = reservation.approval == nil ? .missed : .notApproved
                let ended = Reservation.Ended(active: nil, at: start + reservation.span, reason: reason)
                emit(.ended(entry.id, ended), into: &events)
            } else {
                startPlanned(reservation, placement, into: &events)
            }
        }
    }

    /// Starts those among the first of the queue that a pass would start at this moment, so that what has come free
    /// is not idle until the pass is made. A pass serves one after the other, and so gives the first ones the same
    /// places, however many come behind them.
    mutating func startFirst(into events: inout [Event]) {
        guard needsPass else { return }
        let plan = makePlan(at: time, first: Limits.quickPass)
        for entry in plan.agenda.due(at: time) {
            guard let reservation = state.reservations[entry.id], case .queued = reservation.kind,
                let placement = plan.placements[entry.id]
            else { continue }
            startPlanned(reservation, placement, into: &events)
        }
    }

    /// Ends what runs and whose time is over.
    mutating func endDue(into events: inout [Event]) {
        let over = running.filter { id in
            guard case .active(let active) = state.reservations[id]?.state else { return false }
            return active.endsAt <= time
        }
        for id in over.sorted() {
            guard let reservation = state.reservations[id], case .active(let active) = reservation.state else {
                continue
            }
            emit(.ending(id, ending(of: reservation, at: active.endsAt, .expired)), into: &events)
        }
    }
}
