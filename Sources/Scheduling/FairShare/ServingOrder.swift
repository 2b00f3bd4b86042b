import Policy
import Units

/// The order in which a pass serves the waiting reservations: firm ones as they were submitted or put back, so that
/// none goes before whom it gave way to; then class by class in falling rank, and within a rank by Fair Tree. Each that
/// is taken is charged at once with what it will cost.
struct ServingOrder: Sendable {
    private var firm: ArraySlice<ReservationID>
    /// By rank, the next one last.
    private var ranks: [[FairQueue.Entry]]
    private var queue: FairQueue?
    private var shares: ShareTable
    /// Those that have become firm by now, by waiting or by giving way, and are not yet so in the journal.
    let firmed: [ReservationID]

    fileprivate init(
        firm: [ReservationID], firmed: [ReservationID], ranks: [Int: [FairQueue.Entry]], shares: ShareTable
    ) {
        self.firm = firm[...]
        self.firmed = firmed
        self.ranks = ranks.sorted { $0.key < $1.key }.map(\.value)
        self.shares = shares
    }

    /// The next to be served; nil at the end.
    mutating func next() -> ReservationID? {
        if let id = firm.popFirst() { return id }
        while true {
            if let entry = queue?.next() {
                // The ranks below compare with what this one has been given.
                if !ranks.isEmpty { shares.add(entry.cost, by: entry.key) }
                return entry.id
            }
            guard let entries = ranks.popLast() else { return nil }
            queue = FairQueue(entries, shares: shares)
        }
    }
}

extension Engine {
    /// The order at a time, by what everybody has used up to then and will have used of what runs.
    /// - Parameter claimants: served behind the firm ones, before all others.
    func servingOrder(at now: Timestamp, claimants: [ReservationID] = []) -> ServingOrder {
        let claiming = Set(claimants)
        var firm: [ReservationID] = []
        var firmed: [ReservationID] = []
        var ranks: [Int: [FairQueue.Entry]] = [:]
        var weights: [Demand: Int64] = [:]
        let classes = Dictionary(policy.classes.map { ($0.id, $0) }) { first, _ in first }
        for id in live.ids where !running.contains(id) {
            guard let reservation = state.reservations[id], case .queued = reservation.kind, !claiming.contains(id),
                !reservation.isKeptOut
            else { continue }
            let ownClass = classes[reservation.priorityClass]
            let isOverdue = ownClass.map { reservation.waitsSince + $0.maximumWait <= now } ?? false
            if reservation.isFirm || isOverdue || reservation.hasGivenWayOften {
                firm.append(id)
                if !reservation.isFirm { firmed.append(id) }
                continue
            }
            let weight = weights[reservation.demand] ?? expectedWeight(of: reservation.demand, at: now)
            weights[reservation.demand] = weight
            // A class that the policy no longer has comes last.
            ranks[ownClass?.rank ?? .min, default: []].append(
                FairQueue.Entry(
                    id: id, key: reservation.usageKey, cost: Engine.cost(weight, over: reservation.span)))
        }
        firm.sort { left, right in
            let (first, second) = (state.reservations[left]?.waitsSince, state.reservations[right]?.waitsSince)
            return (first ?? now, left) < (second ?? now, right)
        }
        var shares = shareTable(at: now)
        // What runs is charged to its planned end, so that who holds much now does not go on as if it were nothing.
        for id in running {
            guard let reservation = state.reservations[id], case .active(let active) = reservation.state else {
                continue
            }
            shares.add(Engine.cost(active.weight, over: active.endsAt - now), by: reservation.usageKey)
        }
        return ServingOrder(firm: firm + claimants, firmed: firmed, ranks: ranks, shares: shares)
    }

    /// Shares, and use up to a time: what has ended, and what runs as far as it has run by then.
    func shareTable(at now: Timestamp) -> ShareTable {
        var shares = ShareTable(policy: policy)
        for key in state.usage.entries.keys { shares.add(state.usage.amount(of: key, at: now), by: key) }
        let decay = Decay(halfLife: state.usage.halfLife)
        for id in running {
            guard let reservation = state.reservations[id], case .active(let active) = reservation.state else {
                continue
            }
            let amount = decay.accrued(
                rate: active.weight, from: active.startedAt, to: min(now, active.endsAt), at: now)
            shares.add(amount, by: reservation.usageKey)
        }
        return shares
    }

    /// Tells the journal of another half-life than it has.
    mutating func adoptTerms(into events: inout [Event]) {
        guard policy.fairShare.halfLife != state.usage.halfLife else { return }
        emit(.fairShareChanged(at: time, halfLife: policy.fairShare.halfLife), into: &events)
        isReordered = true
    }

    /// What so much an hour comes to, without fading.
    static func cost(_ weight: Int64, over span: Span) -> UInt64 {
        guard weight > 0, span > .zero else { return 0 }
        return UInt64(clamping: UInt128(weight) * UInt128(span.milliseconds) / 3_600_000)
    }
}

extension Reservation {
    /// Since when it waits: since it was submitted, or put back.
    var waitsSince: Timestamp { requeuedAt ?? submittedAt }

    /// It had to give way so often that nothing goes before it any more but what is firm.
    public var hasGivenWayOften: Bool { preemptions >= Limits.preemptions }
}
