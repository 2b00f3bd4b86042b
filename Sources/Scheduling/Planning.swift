import Units

/// Passes over the whole queue: conservative backfill, in the order of `ServingOrder`.
///
/// Every waiting reservation gets a start that nothing ordered after it delays (conservative backfill; Mu'alem and
/// Feitelson, IEEE TPDS 12(6), 2001). A pass is a pure function of the engine; it runs on a copy, off the writer.
extension Engine {
    /// Whether something has come free, moved, or come that others may have to stand back for, since the last pass: the
    /// plan is provisional then.
    public var needsPass: Bool { (isStale || isReordered) && queued > 0 }

    /// Begins a pass: gives the copy to make the plan from, and notes from here on what changes meanwhile.
    public mutating func beginPass() -> Engine {
        pass += 1
        changed.removeAll(keepingCapacity: true)
        return self
    }

    /// A start for everything that waits; with `first`, for so many at the head of the queue.
    public func makePlan(at now: Timestamp, first: Int = .max) -> Plan {
        let now = max(now, time)
        var recalls = Recalls(self, at: now)
        var plan = makePlan(at: now, first: first, keeping: [:], &recalls)
        // A restart knows no places: then they are looked for in two ways.
        for isEarly in placements.isEmpty ? [true, false] : [true] where breaksFirm(plan, at: now) {
            recalls = Recalls(self, at: now)
            plan = makePlan(at: now, first: first, keeping: keptFirm(at: now, isEarly: isEarly), &recalls)
        }
        guard !recalls.found.isEmpty else { return plan }
        // Once more, with what they take back set aside for them before anybody else is served. The firm ones stay
        // where they are: what is taken back has been found beside them.
        recalls.isOpen = false
        let claiming = Set(recalls.claimants)
        let kept = plan.placements.filter { plan.firm.contains($0.key) && !claiming.contains($0.key) }
        return makePlan(at: now, first: first, keeping: kept, &recalls)
    }

    private func makePlan(
        at now: Timestamp, first: Int, keeping kept: [ReservationID: Placement], _ recalls: inout Recalls
    ) -> Plan {
        var profile = committedProfile(at: now)
        profile.scores = learnScores()
        var hints = Hints()
        var shapes: [Asked: Shape] = [:]
        var choices = choices
        var plan = emptyPlan(at: now, profile)
        plan.placements.reserveCapacity(min(state.reservations.count, first))
        let taken = kept.sorted { $0.key < $1.key }.map(\.value) + recalls.places(of: self)
        for placement in taken { profile.take(placement.use, from: placement.start, until: placement.end) }
        var order = servingOrder(at: now, claimants: recalls.claimants)
        let firmed = Set(order.firmed)
        var followers = Followers()
        var served = 0
        while served < first, let id = followers.next() ?? order.next(), let reservation = state.reservations[id] {
            served += 1
            // A place for it can be found when those that it waits for have theirs.
            if let missing = reservation.after.first(where: { isQueued($0) && plan.placements[$0] == nil }) {
                followers.hold(id, until: missing)
                continue
            }
            followers.release(after: id)
            let shape = shape(of: reservation, cache: &shapes)
            let bound = bound(of: reservation, in: plan.placements, at: now) ?? max(now, reservation.notBefore ?? now)
            let isFirm = reservation.isFirm || firmed.contains(id)
            if !isFirm { recalls.considerFirm(of: self) }
            if let placement = kept[id] {
                plan.place(reservation, placement, isFirm: isFirm)
                recalls.placed(reservation, placement, shape, from: bound)
                continue
            }
            if let placement = recalls.placement(of: reservation) {
                plan.place(reservation, placement, isFirm: isFirm)
                continue
            }
            let fit = hints.earliest(shape, span: reservation.span, from: bound, floor: now, in: profile)
            if !isFirm { recalls.consider(reservation, shape, from: bound, than: fit.start, of: self) }
            let use = fleet.use(of: shape, choices.devices(for: shape, fit, of: fleet), on: fit.host)
            let placement = Placement(start: fit.start, use: use, span: reservation.span)
            profile.take(placement.use, from: placement.start, until: placement.end)
            if isFirm { recalls.placed(reservation, placement, shape, from: bound) }
            plan.place(reservation, placement, isFirm: isFirm)
        }
        recalls.considerFirm(of: self)
        plan.firmed = order.firmed
        plan.recallsAgainAt = recalls.againAt
        plan.recalls = recalls.found.sorted { ($0.at, $0.claimant) < ($1.at, $1.claimant) }
        plan.agenda = Agenda(plan.placements.map { Agenda.Entry(start: $0.value.start, id: $0.key) })
        plan.profile = profile
        plan.hints = hints
        return plan
    }

    /// The windows alone.
    private func emptyPlan(at now: Timestamp, _ profile: Profile) -> Plan {
        var plan = Plan(
            time: now, pass: pass, placements: [:], agenda: Agenda(), profile: profile, hints: Hints(), slipped: [],
            firmed: [], cause: movedBy ?? .order)
        for reservation in windows() {
            guard case .window(let start, let devices) = reservation.kind else { continue }
            plan.placements[reservation.id] = Placement(
                start: start, use: use(of: reservation, devices), span: reservation.span)
        }
        return plan
    }

    /// Takes a plan in and starts what is due by it; every start is checked again against the truth.
    mutating func adopt(_ plan: Plan, into events: inout [Event]) {
        guard plan.pass == pass else { return }
        install(plan)
        for id in plan.firmed {
            guard let reservation = state.reservations[id], !reservation.isFirm, let placement = placements[id],
                case .waiting = reservation.state
            else { continue }
            emit(.firmed(id, start: placement.start), into: &events)
        }
        for id in plan.slipped {
            guard let reservation = state.reservations[id], let placement = placements[id],
                let told = reservation.forecast, placement.start > told + Limits.slip
            else { continue }
            emit(.slipped(id, start: placement.start, cause: plan.cause), into: &events)
        }
        followMonths(into: &events)
        recallDue(into: &events)
        startDue(into: &events)
    }

    /// Takes a plan in, with what has changed since it was begun.
    mutating func install(_ plan: Plan) {
        profile = plan.profile
        placements = plan.placements
        agenda = plan.agenda
        hints = plan.hints
        recalls = plan.recalls
        recallsAgainAt = plan.recallsAgainAt
        committed = committedProfile(at: time)
        isStale = false
        isReordered = false
        movedBy = nil
        let since = changed.sorted()
        changed.removeAll(keepingCapacity: true)
        for id in since { takeIn(id) }
    }

    /// With nothing in the queue there is nobody to hand holes out to: newcomers see them at once.
    mutating func refreshIfNothingWaits() {
        if isStale, queued == 0 { replan() }
    }

    /// A pass here and now, for decisions that need the true plan; one that is under way is outdated by it.
    mutating func replan() {
        let cause = movedBy
        _ = beginPass()
        let plan = makePlan(at: time)
        install(plan)
        // Who is told of a later start, or becomes firm, is told by a pass that is adopted.
        if !plan.slipped.isEmpty || !plan.firmed.isEmpty {
            isReordered = true
            movedBy = cause
        }
        settledAt = time - Span(milliseconds: 1)
    }

    private mutating func takeIn(_ id: ReservationID) {
        guard let reservation = state.reservations[id] else {
            unplan(id)
            isStale = true
            return
        }
        switch reservation.state {
        case .waiting:
            guard placements[id]?.span != reservation.span, !reservation.isKeptOut else { return }
            if placements[id] != nil { isStale = true }
            if case .window(let start, let devices) = reservation.kind {
                plan(id, Placement(start: start, use: use(of: reservation, devices), span: reservation.span))
                isStale = true
            } else {
                let bound = bound(notBefore: reservation.notBefore, after: reservation.after)
                let shape = shape(of: reservation.demand, by: reservation.usageKey, reach: .lent)
                plan(id, place(shape, span: reservation.span, from: bound))
                isReordered = true
            }
        case .active(let active):
            unplan(id)
            profile.take(use(of: reservation, active.grant), from: active.startedAt, until: active.endsAt)
            isStale = true
        case .ending, .ended:
            unplan(id)
            isStale = true
        }
    }

    /// What runs and the windows that wait, alone.
    func committedProfile(at now: Timestamp, without moving: ReservationID? = nil) -> Profile {
        var profile = Profile(from: now, fleet: fleet, counters: counters)
        profile.spend(state.deviceTimes)
        for id in running {
            guard let reservation = state.reservations[id] else { continue }
            switch reservation.state {
            case .active(let active):
                let use = use(of: reservation, active.grant)
                profile.take(use, from: now, until: max(active.endsAt, now))
                if let time = use.counted.deviceTime { profile.spend(time, from: active.startedAt, until: now) }
            case .ending(let active, let ending):
                let use = use(of: reservation, active.grant).withoutTime
                profile.take(use, from: now, until: expectedStop(of: ending, at: now))
            case .waiting, .ended: break
            }
        }
        for reservation in windows() where reservation.id != moving {
            guard case .window(let start, let devices) = reservation.kind else { continue }
            profile.take(use(of: reservation, devices), from: start, until: start + reservation.span)
        }
        mask(&profile, isNew: true)
        return profile
    }

    /// Windows that wait.
    func windows() -> [Reservation] {
        guard state.reservations.count > running.count + queued else { return [] }
        return state.reservations.values.filter { reservation in
            if case .window = reservation.kind, case .waiting = reservation.state { true } else { false }
        }
    }

    private func isQueued(_ id: ReservationID) -> Bool {
        guard let reservation = state.reservations[id], case .queued = reservation.kind, !reservation.isKeptOut
        else { return false }
        if case .waiting = reservation.state { return true }
        return false
    }

    /// No start before this, by the places of those that it waits for; nil where one of them has none yet.
    func bound(
        of reservation: Reservation, in places: [ReservationID: Placement], at now: Timestamp
    ) -> Timestamp? {
        var bound = max(now, reservation.notBefore ?? now)
        for id in reservation.after {
            switch state.reservations[id]?.state {
            case .waiting:
                guard let place = places[id] else {
                    guard let end = latestEnd(unapproved: id) else { return nil }
                    bound = max(bound, end)
                    continue
                }
                bound = max(bound, place.end)
            case .active(let active): bound = max(bound, active.endsAt)
            case .ending: bound = max(bound, now + Limits.expectedStop)
            case .ended, nil: break
            }
        }
        return bound
    }

    /// What a shape depends on.
    private struct Asked: Hashable {
        var demand: Demand
        /// nil where it does not matter.
        var key: UsageKey?
    }

    private func shape(of reservation: Reservation, cache: inout [Asked: Shape]) -> Shape {
        let isOwn = counters.countsAccounts || reservation.demand.share != nil
        let asked = Asked(demand: reservation.demand, key: isOwn ? reservation.usageKey : nil)
        if let known = cache[asked] { return known }
        let shape = shape(of: reservation, reach: .lent)
        cache[asked] = shape
        return shape
    }

    /// The shape of what a reservation asks for.
    func shape(of reservation: Reservation, reach: Quotas.Reach) -> Shape {
        let demand = reservation.demand
        return fleet.shape(
            demand, of: reservation.account.department,
            eligible: eligible[demand.filter] ?? fleet.eligible(demand.filter),
            counted: counters.counted(demand, of: reservation.usageKey, reach: reach))
    }
}
