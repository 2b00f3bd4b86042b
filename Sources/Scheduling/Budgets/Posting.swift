import Policy
import Units

/// Posting: what was reserved is paid for when it ends, at the rates that held, by the devices that were granted.
extension Engine {
    /// What a reservation costs from its start to an end, month by month; nothing where its department has no budget.
    ///
    /// Reserved time counts whether it is used or not. The policy's idle factor is for time of which is known that
    /// nothing was done in it; of none is that known yet, and so all of it counts as used.
    func posts(of reservation: Reservation, _ active: Reservation.Active, until end: Timestamp) -> [MonthAmount] {
        guard let budgets, budgets[reservation.account.department] != nil, policy.priceBook != nil else { return [] }
        let bill = bill(of: reservation, active.grant)
        let end = min(end, active.startedAt + Policy.Limits.rated)
        var posted = Amount.zero
        return budgets.months.parts(from: active.startedAt, until: end).compactMap { month, _ in
            // To the end of each month from the start on: what is rounded up in one is made up for in the next.
            let cost = bill.cost(over: active.startedAt..<min(month.upperBound, end), by: policy).roundedUp
            defer { posted = cost }
            return cost > posted ? MonthAmount(month: month.lowerBound, amount: cost - posted) : nil
        }
    }

    private func bill(of reservation: Reservation, _ grant: Grant) -> Bill {
        let devices = fleet.hosts.indices.contains(grant.host) ? fleet.hosts[grant.host].devices : []
        return Bill(
            models: grant.devices.filter { $0 < devices.count }.map { devices[$0].model },
            share: reservation.demand.share, cores: grant.cores.count, memory: grant.memory,
            licences: reservation.demand.licences, multiplier: multiplier(of: reservation.priorityClass))
    }
}
