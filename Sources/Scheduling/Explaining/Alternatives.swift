import Policy
import Units

/// Single changes of a waiting reservation, each planned on a copy.
extension Engine {
    /// Of each kind the smallest that starts it sooner by a slip at least.
    func changes(of reservation: Reservation, than start: Timestamp) -> [Explanation.Change] {
        return kinds(of: reservation).compactMap { kinds in
            for kind in kinds {
                guard let sooner = self.start(of: reservation, with: kind), sooner + Limits.slip < start else {
                    continue
                }
                return Explanation.Change(kind: kind, start: sooner)
            }
            return nil
        }
    }

    /// By kind, the smallest change first.
    private func kinds(of reservation: Reservation) -> [[Explanation.Change.Kind]] {
        guard case .queued = reservation.kind else { return [[.anytime]] }
        let demand = reservation.demand
        let fewer = [demand.devices - 1, demand.devices * 3 / 4, demand.devices / 2, 1]
        var tried: Set<Int> = [demand.devices]
        let devices = fewer.filter { $0 > 0 && tried.insert($0).inserted }
        let models = fleet.modelNames.filter { $0 != demand.model }
        let minute: Int64 = 60
        let spans = [3, 2, 1].map { Span(seconds: reservation.span.wholeSeconds * $0 / 4 / minute * minute) }
        // One of lower rank may be of use too: where a cap or a longest wait differs.
        let rank = policy.classes.first { $0.id == reservation.priorityClass }?.rank ?? .min
        let others = policy.classes.filter { $0.id != reservation.priorityClass }
        let classes =
            others.filter { $0.rank < rank }.sorted { $0.rank > $1.rank }.map(\.id)
            + others.filter { $0.rank >= rank }.sorted { $0.rank < $1.rank }.map(\.id)
        let isTied = demand.together == .nvlink || demand.together == .numa
        return [
            devices.map { .devices($0) },
            demand.devices > 0 && demand.model != nil ? [.model(nil)] + models.map { .model($0) } : [],
            demand.devices > 1 && isTied ? [.anywhere] : [],
            spans.filter { $0 > .zero && $0 < reservation.span }.map { .span($0) },
            classes.map { .priorityClass($0) },
            demand.licences.isEmpty ? [] : [.withoutLicences],
            reservation.notBefore.map { $0 > time } ?? false ? [.anytime] : [],
        ]
    }

    /// When it would start; nil where the host or the policy has no room for it so.
    private func start(of reservation: Reservation, with kind: Explanation.Change.Kind) -> Timestamp? {
        var changed = reservation
        var demand = reservation.demand
        switch kind {
        case .devices(let count):
            // What comes with the devices becomes less with them.
            demand.cores = max(1, demand.cores * count / max(demand.devices, 1))
            demand.memory = ByteCount(bytes: demand.memory.bytes * Int64(count) / Int64(max(demand.devices, 1)))
            demand.devices = count
        case .model(let model): demand.model = model
        case .anywhere: demand.together = .any
        case .span(let span): changed.span = span
        case .priorityClass(let id): changed = changed.replacing(demand, id)
        case .withoutLicences: demand.licences = []
        case .anytime:
            changed = changed.replacing(demand, changed.priorityClass, notBefore: .some(nil))
            changed.kind = .queued
        }
        changed = changed.replacing(demand, changed.priorityClass)
        var copy = self
        let shape = copy.shape(of: demand, by: changed.usageKey, reach: .lent)
        guard shape.local.contains(where: \.isPossible) else { return nil }
        do {
            try copy.checkQuota(shape, of: changed.account.department, model: demand.model)
        } catch {
            return nil
        }
        copy.state.replace(changed)
        copy.replan()
        return copy.placement(of: changed.id)?.start
    }
}

extension Reservation {
    /// The same with another demand and class.
    fileprivate func replacing(
        _ demand: Demand, _ priorityClass: ClassID, notBefore other: Timestamp?? = nil
    ) -> Reservation {
        Reservation(
            id: id, owner: owner, account: account, priorityClass: priorityClass, demand: demand, kind: kind,
            windowHost: windowHost, span: span,
            notBefore: other ?? notBefore, after: after, sharedWith: sharedWith, hasCommand: hasCommand,
            isRequeued: isRequeued,
            submittedAt: submittedAt,
            firstForecast: firstForecast, forecast: forecast, isFirm: isFirm,
            preemptions: preemptions, requeuedAt: requeuedAt, state: state)
    }
}
