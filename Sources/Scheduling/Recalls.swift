import Policy
import Units

/// That some have to give way to one: as soon as each has run for as long as the policy lets it.
struct Recall: Sendable, Hashable {
    /// When they are told.
    var at: Timestamp
    var claimant: ReservationID
    /// When it can start, at the latest, as planned.
    var start: Timestamp
    /// What it gets then.
    var use: Use
    var victims: [ReservationID]
    /// For the department's own nominal quota; else by rank.
    var isReclaim: Bool
}

/// What a pass takes back, and for whom.
///
/// Who may take back is decided by the policy alone: a department within its nominal quota takes back what others have
/// borrowed, as in Kueue's reclaim within a cohort (Kueue, "Preemption",
/// https://kueue.sigs.k8s.io/docs/concepts/preemption/); a class that may preempt takes from preemptible classes of
/// lower rank. Who takes back holds nothing borrowed itself, so that nothing is taken back from it in turn by another
/// department (no cascade); each victim has run for the minimum time, a claimant is firm from then on and served first,
/// and what has given way twice gives way to no rank any more (no thrash).
struct Recalls {
    /// False once it is decided, and the plan is made with it.
    var isOpen = true
    private(set) var found: [Recall] = []
    /// What can be taken back, the cheapest first.
    private var victims: [Victim]
    private let now: Timestamp
    /// What runs, windows, firm ones and claims: what stands in a claimant's way.
    private var claims: Profile?
    private var tried = 0
    /// Those that have a place by now, and have not been considered.
    private var firm: [Firm] = []
    /// How many may still have to give way to a rank in this hour.
    private var rest: Int
    /// When that becomes more.
    private let moreAt: Timestamp?
    /// When it becomes more, for somebody who waits for that.
    private(set) var againAt: Timestamp?

    /// One that may have to give way.
    struct Victim {
        var id: ReservationID
        var department: DepartmentID
        var use: Use
        /// When it can be told.
        var toldAt: Timestamp
        /// Until when it holds what it has after that.
        var heldUntil: Timestamp
        var endsAt: Timestamp
        /// What it will have done in vain by then: device-weighted, as fair share counts it.
        var lostWork: UInt64
        var isBorrowed: Bool
        /// nil: no rank takes from it.
        var rank: Int?
    }

    init(_ engine: Engine, at now: Timestamp) {
        self.now = now
        let recent = engine.state.preemptedAt.filter { $0 + .hours(1) > now }
        rest = max(engine.policy.preemption.perHour - recent.count, 0)
        moreAt = recent.min().map { $0 + .hours(1) }
        let all = engine.victims(at: now).sorted { ($0.lostWork, $0.id) < ($1.lostWork, $1.id) }
        victims = Array(all.prefix(Limits.victims))
        if !victims.isEmpty { claims = engine.committedProfile(at: now) }
    }

    /// Those that are served first, because others give way to them.
    var claimants: [ReservationID] { isOpen ? [] : found.map(\.claimant) }

    /// A firm one with its place, which no claimant can have.
    private struct Firm {
        var reservation: Reservation
        var placement: Placement
        var shape: Shape
        var bound: Timestamp
    }

    /// Notes where a firm one is planned.
    mutating func placed(_ reservation: Reservation, _ placement: Placement, _ shape: Shape, from bound: Timestamp) {
        guard isOpen, claims != nil else { return }
        claims?.take(placement.use, from: placement.start, until: placement.end)
        firm.append(Firm(reservation: reservation, placement: placement, shape: shape, bound: bound))
    }

    /// Sees whether others have to give way to firm ones, once all of these have a place: none takes another's.
    mutating func considerFirm(of engine: Engine) {
        for one in firm {
            let (placement, count) = (one.placement, found.count)
            claims?.give(placement.use, from: placement.start, until: placement.end)
            consider(one.reservation, one.shape, from: one.bound, than: placement.start, of: engine)
            if found.count == count { claims?.take(placement.use, from: placement.start, until: placement.end) }
        }
        firm.removeAll()
    }

    /// Where a claimant is planned, once it is decided. For all others what the victims hold is theirs until they are
    /// told: a place that counts on it could not be kept.
    func placement(of reservation: Reservation) -> Placement? {
        guard !isOpen, let recall = found.first(where: { $0.claimant == reservation.id }) else { return nil }
        return Placement(start: recall.start, use: recall.use, span: reservation.span)
    }

    /// The claimants' places, once they are decided: nobody else is planned there, firm ones neither.
    func places(of engine: Engine) -> [Placement] {
        found.compactMap { engine.state.reservations[$0.claimant].flatMap(placement) }
    }

    /// Sees whether others have to give way to a reservation that would start at `start`.
    mutating func consider(
        _ reservation: Reservation, _ shape: Shape, from bound: Timestamp, than start: Timestamp, of engine: Engine
    ) {
        guard isOpen, let claims, bound <= now, start > now + Limits.slip, tried < Limits.recallsTried else { return }
        let taken = Set(found.flatMap(\.victims))
        var own = shape
        own.counted.reach = .nominal
        let priority = engine.policy.classes.first { $0.id == reservation.priorityClass }
        let ownsQuota = !(shape.counted.quotas ?? []).isEmpty
        func isLent(_ victim: Victim) -> Bool {
            ownsQuota && victim.isBorrowed && victim.department != reservation.account.department
        }
        let candidates = victims.filter { victim in
            !taken.contains(victim.id) && (isLent(victim) || isOutranked(victim, by: priority))
        }
        guard !candidates.isEmpty else { return }
        tried += 1
        let ready = candidates.filter { $0.toldAt <= now }
        let chosen =
            choose(own, reservation.span, from: ready, in: claims, of: engine)
            ?? choose(own, reservation.span, from: candidates, in: claims, of: engine)
        guard let chosen, let told = chosen.map(\.toldAt).max(), let free = chosen.map(\.heldUntil).max(),
            free + Limits.slip < start
        else { return }
        let isReclaim = chosen.allSatisfy(isLent)
        if !isReclaim {
            guard rest >= chosen.count else {
                againAt = moreAt
                return
            }
        }
        var profile = claims
        give(chosen, to: &profile, of: engine)
        let host = chosen[0].use.host
        guard let devices = profile.free(for: own, on: host, at: free, span: reservation.span) else { return }
        let use = engine.fleet.use(of: shape, Fit(host: host, start: free, free: devices))
        profile.take(use, from: free, until: free + reservation.span)
        if !isReclaim { rest -= chosen.count }
        self.claims = profile
        found.append(
            Recall(
                at: told, claimant: reservation.id, start: free, use: use, victims: chosen.map(\.id),
                isReclaim: isReclaim))
    }

    private func isOutranked(_ victim: Victim, by priority: PriorityClass?) -> Bool {
        guard let priority, priority.mayPreempt, let rank = victim.rank else { return false }
        return rank < priority.rank
    }

    /// The cheapest victims that make room on a host.
    private func choose(
        _ shape: Shape, _ span: Span, from candidates: [Victim], in claims: Profile, of engine: Engine
    ) -> [Victim]? {
        var best: (victims: [Victim], cost: UInt64)?
        for host in Set(candidates.map(\.use.host)).sorted() {
            let local = shape.local[engine.fleet.kinds[host]]
            let own = candidates.filter { $0.use.host == host }
            for group in local.groups.isEmpty ? [nil] : local.groups.map(Optional.some) {
                var part = shape
                if let group { part.local[engine.fleet.kinds[host]].groups = [group] }
                let useful = own.filter { victim in
                    shape.count == 0 || !victim.use.devices.isDisjoint(with: group ?? local.eligible)
                }
                guard let chosen = choose(part, span, among: useful, in: claims, of: engine) else { continue }
                let cost = chosen.reduce(UInt64(0)) { sum, victim in
                    let (total, isOver) = sum.addingReportingOverflow(victim.lostWork)
                    return isOver ? .max : total
                }
                if best.map({ cost < $0.cost }) ?? true { best = (chosen, cost) }
            }
        }
        return best?.victims
    }

    /// The cheapest one by one until it fits, less those that turn out not to be needed, the dearest first.
    private func choose(
        _ shape: Shape, _ span: Span, among useful: [Victim], in claims: Profile, of engine: Engine
    ) -> [Victim]? {
        var chosen: [Victim] = []
        for victim in useful where !fits(shape, span, without: chosen, in: claims, of: engine) {
            chosen.append(victim)
        }
        guard !chosen.isEmpty, fits(shape, span, without: chosen, in: claims, of: engine) else { return nil }
        for victim in chosen.reversed() {
            let fewer = chosen.filter { $0.id != victim.id }
            if !fewer.isEmpty, fits(shape, span, without: fewer, in: claims, of: engine) { chosen = fewer }
        }
        return chosen
    }

    private func fits(
        _ shape: Shape, _ span: Span, without victims: [Victim], in claims: Profile, of engine: Engine
    ) -> Bool {
        guard let start = victims.map(\.heldUntil).max(), let host = victims.first?.use.host else { return false }
        var profile = claims
        give(victims, to: &profile, of: engine)
        return profile.free(for: shape, on: host, at: start, span: span) != nil
    }

    private func give(_ victims: [Victim], to profile: inout Profile, of engine: Engine) {
        for victim in victims where victim.heldUntil < victim.endsAt {
            profile.give(victim.use, from: victim.heldUntil, until: victim.endsAt)
        }
        engine.mask(&profile, isNew: false)
    }
}

extension Engine {
    /// Whether something runs that may have to give way.
    var hasVictims: Bool { running.contains { victim($0, at: time) != nil } }

    func victims(at now: Timestamp) -> [Recalls.Victim] { running.compactMap { victim($0, at: now) } }

    /// Windows are confirmed, and never give way.
    private func victim(_ id: ReservationID, at now: Timestamp) -> Recalls.Victim? {
        guard let reservation = state.reservations[id], case .active(let active) = reservation.state,
            case .queued = reservation.kind, fleet.hosts.indices.contains(active.grant.host)
        else { return nil }
        let priority = policy.classes.first { $0.id == reservation.priorityClass }
        let rank = priority.flatMap { $0.isPreemptible && !reservation.hasGivenWayOften ? $0.rank : nil }
        guard active.isBorrowed || rank != nil else { return nil }
        let rules = policy.preemption
        let toldAt = max(now, active.startedAt + rules.minimumRunTime)
        let heldUntil = toldAt + rules.grace + Limits.expectedStop
        guard heldUntil < active.endsAt else { return nil }
        return Recalls.Victim(
            id: id, department: reservation.account.department, use: use(of: reservation, active.grant),
            toldAt: toldAt, heldUntil: heldUntil, endsAt: active.endsAt,
            lostWork: Engine.cost(active.weight, over: toldAt - active.startedAt), isBorrowed: active.isBorrowed,
            rank: rank)
    }

    /// Tells those that have to give way now. Each recall is checked again: all of it happens, or nothing.
    mutating func recallDue(into events: inout [Event]) {
        if let again = recallsAgainAt, again <= time {
            recallsAgainAt = nil
            isReordered = true
        }
        while let recall = recalls.first, recall.at <= time {
            recalls.removeFirst()
            guard let reservation = state.reservations[recall.claimant], case .waiting = reservation.state,
                mayHappen(recall, for: reservation)
            else { continue }
            if !reservation.isFirm { emit(.firmed(recall.claimant, start: recall.start), into: &events) }
            for victim in recall.victims {
                guard let reservation = state.reservations[victim] else { continue }
                let reason = EndReason.preempted(by: recall.claimant, isReclaim: recall.isReclaim)
                emit(.ending(victim, ending(of: reservation, at: time, reason)), into: &events)
            }
        }
    }

    private func mayHappen(_ recall: Recall, for claimant: Reservation) -> Bool {
        var profile = committed
        var host = 0
        for id in recall.victims {
            guard let victim = victim(id, at: time), victim.toldAt <= time else { return false }
            profile.give(victim.use, from: time, until: victim.endsAt)
            host = victim.use.host
        }
        mask(&profile, isNew: false)
        if !recall.isReclaim {
            let recent = state.preemptedAt.count { $0 + .hours(1) > time }
            guard recent + recall.victims.count <= policy.preemption.perHour else { return false }
        }
        var own = shape(of: claimant, reach: .nominal)
        own.counted.reach = .nominal
        return profile.free(for: own, on: host, at: max(time, recall.start), span: claimant.span) != nil
    }
}
