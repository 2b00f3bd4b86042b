import Units

/// What follows from each event: what is held, and the plan.
extension Engine {
    mutating func follow(_ event: Event, before: Reservation?, after: Reservation) {
        switch event {
        case .submitted(let reservation):
            countWaiting(reservation, by: 1)
            if case .window(let start, let devices) = reservation.kind {
                committed.take(use(of: reservation, devices), from: start, until: start + reservation.span)
            }
        case .approved: approved(after)
        case .slipped, .firmed, .credited, .held, .fairShareChanged, .budgetThreshold, .drained, .resumed,
            .reassigned:
            break
        case .moved(let id, let devices): moved(id, to: devices, before: before, after: after)
        case .requeued: requeued(before: before, after: after)
        case .started(let id, let active): started(after, active, wasPlanned: unplan(id))
        case .extended: extended(before: before, after: after)
        case .ending(_, let ending):
            if case .active(let active) = before?.state, ending.at < active.endsAt {
                committed.give(use(of: after, active.grant), from: ending.at, until: active.endsAt)
                mask(&committed, isNew: false)
            }
            isStale = true
        case .ended(let id, let ended): hasEnded(id, ended, before: before)
        }
    }

    /// Plans a waiting reservation; where it was planned before is forgotten.
    mutating func plan(_ id: ReservationID, _ placement: Placement) {
        unplan(id)
        placements[id] = placement
        agenda.insert(Agenda.Entry(start: placement.start, id: id))
        profile.take(placement.use, from: placement.start, until: placement.end)
    }

    mutating func countWaiting(_ reservation: Reservation, by difference: Int) {
        if reservation.approval != nil {
            if difference > 0 { awaiting.insert(reservation.id) } else { awaiting.remove(reservation.id) }
        } else if case .queued = reservation.kind {
            queued += difference
        }
        let count = waitingOfUser[reservation.owner, default: 0] + difference
        waitingOfUser[reservation.owner] = count == 0 ? nil : count
    }

    /// Forgets where it is planned; its place in the profile stays taken until the next pass.
    @discardableResult
    mutating func unplan(_ id: ReservationID) -> Placement? {
        guard let placement = placements.removeValue(forKey: id) else { return nil }
        agenda.remove(Agenda.Entry(start: placement.start, id: id))
        return placement
    }

    /// It counts as one of the queue from now on.
    private mutating func approved(_ reservation: Reservation) {
        awaiting.remove(reservation.id)
        if case .queued = reservation.kind { queued += 1 }
    }

    private mutating func started(_ reservation: Reservation, _ active: Reservation.Active, wasPlanned: Placement?) {
        countWaiting(reservation, by: -1)
        running.insert(reservation.id)
        let use = use(of: reservation, active.grant)
        held.take(active.grant, use)
        if case .queued = reservation.kind {
            committed.take(use, from: active.startedAt, until: active.endsAt)
        }
        // A start that is late by the time of a stop runs on past its planned end.
        let isSame = wasPlanned?.host == active.grant.host && wasPlanned?.devices == active.grant.devices
        let planned = isSame ? wasPlanned?.end : nil
        profile.take(use, from: planned ?? active.startedAt, until: active.endsAt)
        // One that starts much later than planned is in the way of those that were planned behind it.
        if let wasPlanned, active.endsAt > wasPlanned.end + Limits.slip { isStale = true }
    }

    private mutating func extended(before: Reservation?, after: Reservation) {
        if let placement = placements[after.id] {
            profile.take(placement.use, from: placement.end, until: placement.start + after.span)
            placements[after.id]?.span = after.span
        }
        // Whoever waits for its end waits longer, and is told so.
        if state.reservations.values.contains(where: { $0.after.contains(after.id) }) { isStale = true }
        switch (after.kind, before?.state, after.state) {
        case (_, .active(let old), .active(let new)):
            let use = use(of: after, new.grant)
            committed.take(use, from: old.endsAt, until: new.endsAt)
            profile.take(use, from: old.endsAt, until: new.endsAt)
        case (.window(let start, _), _, _):
            guard let before, let use = placements[after.id]?.use else { return }
            committed.take(use, from: start + before.span, until: start + after.span)
        default: break
        }
    }

    /// What follows from a change of what there is.
    mutating func hostChanged() {
        // A pass that is under way knows nothing of it.
        pass += 1
        committed = committedProfile(at: time)
        isStale = true
        movedBy = .drain
    }

    private mutating func moved(
        _ id: ReservationID, to devices: DeviceSet, before: Reservation?, after: Reservation
    ) {
        committed = committedProfile(at: time)
        isStale = true
        unplan(id)
        guard case .window(let start, _) = after.kind else { return }
        plan(id, Placement(start: start, use: use(of: after, devices), span: after.span))
    }

    /// It waits again, behind all that is planned until the next pass.
    private mutating func requeued(before: Reservation?, after: Reservation) {
        guard let before, case .ending(let active, _) = before.state else { return }
        running.remove(after.id)
        held.give(active.grant, use(of: before, active.grant))
        countWaiting(after, by: 1)
        let shape = shape(of: after.demand, by: after.usageKey, reach: .lent)
        plan(after.id, place(shape, span: after.span, from: bound(notBefore: after.notBefore, after: after.after)))
        isStale = true
    }

    private mutating func hasEnded(_ id: ReservationID, _ ended: Reservation.Ended, before: Reservation?) {
        guard let before else { return }
        isStale = true
        if let active = ended.active {
            running.remove(id)
            held.give(active.grant, use(of: before, active.grant))
            return
        }
        countWaiting(before, by: -1)
        if let placement = unplan(id), case .window = before.kind {
            committed.give(placement.use, from: placement.start, until: placement.end)
            mask(&committed, isNew: false)
        }
    }
}
