import AllotAPI
import Chargeback
import Policy
import Scheduling
import Storage
import Units

extension API {
    /// What a policy would bring about in the queue as it is, and in the bill. On copies, off the writer.
    func impact(of text: PolicyText, on snapshot: Broker.Snapshot) async throws -> ImpactView {
        let month = try await lastMonth(of: snapshot)
        let warnings = try await check(text, on: snapshot)
        var view = await Task.detached(priority: .utility) {
            Impact(before: snapshot.engine, after: text.policy, at: snapshot.time, used: month).view
        }.value
        view.warnings = warnings
        return view
    }

    /// What ran in the last calendar month: ended reservations, the newest first and not without end, and live ones.
    private func lastMonth(of snapshot: Broker.Snapshot) async throws -> Impact.Used {
        let zone = snapshot.engine.policy.timeZone
        let month = zone.month(containing: zone.month(containing: snapshot.time).lowerBound - Span(milliseconds: 1))
        var used = Impact.Used(
            month: month, next: zone.month(containing: zone.month(containing: snapshot.time).upperBound))
        for reservation in snapshot.engine.state.reservations.values { used.add(reservation, at: snapshot.time) }
        var before: ReservationID?
        for _ in 0..<Limits.impactPages {
            let rows = try await store.read(.endedReservations(owner: nil, before: before, limit: 1000))
            for row in rows { used.add(try ReservationRecord.reservation(row.body), at: snapshot.time) }
            guard rows.count == 1000, let last = rows.last else { break }
            before = last.id
        }
        return used
    }
}

/// A policy on trial: the queue under it, beside the queue as it is.
struct Impact {
    let before: Engine
    let after: Policy
    let time: Timestamp
    let used: Used

    init(before: Engine, after: Policy, at time: Timestamp, used: Used) {
        self.before = before
        self.after = after
        self.time = time
        self.used = used
    }

    /// What was used in a month.
    struct Used: Sendable {
        let month: Range<Timestamp>
        let next: Range<Timestamp>
        private(set) var runs: [Run] = []

        struct Run: Sendable {
            var demand: Demand
            var devices: DeviceSet
            var interval: Range<Timestamp>
            var priorityClass: ClassID
        }

        init(month: Range<Timestamp>, next: Range<Timestamp>) {
            self.month = month
            self.next = next
        }

        mutating func add(_ reservation: Reservation, at now: Timestamp) {
            let held: (active: Reservation.Active, end: Timestamp)? =
                switch reservation.state {
                case .waiting: nil
                case .active(let active): (active, now)
                case .ending(let active, let ending): (active, ending.at)
                case .ended(let ended): ended.active.map { ($0, ended.at) }
                }
            guard let held, held.end > held.active.startedAt else { return }
            let interval = (held.active.startedAt..<held.end).clamped(to: month)
            guard !interval.isEmpty else { return }
            // At the same distance from the month's beginning; a shorter month ends before some of it.
            let start = next.lowerBound + (interval.lowerBound - month.lowerBound)
            let shifted = (start..<(start + (interval.upperBound - interval.lowerBound))).clamped(to: next)
            guard !shifted.isEmpty else { return }
            runs.append(
                Run(
                    demand: reservation.demand, devices: held.active.grant.devices, interval: shifted,
                    priorityClass: reservation.priorityClass))
        }
    }

    var view: ImpactView {
        let now = before.under(before.policy, at: time).engine
        let then = before.under(after, at: time).engine
        var earlier: [ImpactView.Shift] = []
        var later: [ImpactView.Shift] = []
        for id in then.liveReservations() {
            guard let reservation = then.state.reservations[id], case .waiting = reservation.state else { continue }
            let from = now.plannedPlacement(of: id)?.start
            let to = then.plannedPlacement(of: id)?.start
            guard from != to else { continue }
            let shift = ImpactView.Shift(
                id: id.description, department: reservation.account.department.text, from: from.map { DateTime($0) },
                to: to.map { DateTime($0) })
            if to ?? .distantFuture < from ?? .distantFuture { earlier.append(shift) } else { later.append(shift) }
        }
        let listed = Limits.impactShifts
        let broken = Set(then.brokenWindows).subtracting(now.brokenWindows)
        let reclaimed = Set(then.reclaimed).subtracting(now.reclaimed)
        return ImpactView(
            earlier: Array(earlier.prefix(listed)), later: Array(later.prefix(listed)),
            omitted: max(earlier.count - listed, 0) + max(later.count - listed, 0),
            brokenWindows: broken.sorted().map(\.description), reclaimed: reclaimed.sorted().map(\.description),
            cost: cost, warnings: [])
    }

    private var cost: ImpactView.Cost? {
        guard !used.runs.isEmpty else { return nil }
        return ImpactView.Cost(
            from: DateTime(used.next.lowerBound), until: DateTime(used.next.upperBound),
            reservations: used.runs.count, before: sum(before.policy), after: sum(after))
    }

    /// nil without a price book, or beyond all sense.
    private func sum(_ policy: Policy) -> MoneyView? {
        var sum = Estimate.Sum()
        for run in used.runs {
            guard
                let estimate = Estimate(
                    run.demand, on: run.devices, of: before.host, over: run.interval,
                    priorityClass: run.priorityClass, policy: policy), sum.add(estimate)
            else { return nil }
        }
        guard let book = policy.priceBook else { return nil }
        return MoneyView(amount: sum.amount, currency: book.currency)
    }
}
