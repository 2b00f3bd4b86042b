import Policy
import Units

/// What the policy says of budgets, worked out once; there is none where no department has a budget.
struct Budgets: Sendable {
    let rules: BudgetRules
    let months: Months
    private let departments: [DepartmentID: Budget]

    init?(policy: Policy, around time: Timestamp) {
        let known = policy.departments.compactMap { one in one.budget.map { (one.id, $0) } }
        guard !known.isEmpty else { return nil }
        departments = Dictionary(known) { first, _ in first }
        rules = policy.budgets
        months = Months(zone: policy.timeZone, around: time)
    }

    /// nil where nobody counts what the department spends.
    subscript(department: DepartmentID) -> Budget? { departments[department] }

    /// Those that have one, in order.
    var ids: [DepartmentID] { departments.keys.sorted { $0.text < $1.text } }

    /// An amount, split over the months of an interval by the time in each. What is rounded in one is made up for in
    /// the next, so that the parts come to the whole.
    func split(_ total: Amount, from start: Timestamp, until end: Timestamp) -> [MonthAmount] {
        let all = Int128((end - start).milliseconds)
        guard all > 0 else { return [] }
        var given: Int128 = 0
        return months.parts(from: start, until: end).compactMap { month, span in
            let passed = Int128((min(month.upperBound, end) - start).milliseconds)
            let due = (Int128(total.microunits) * passed + all - 1) / all
            defer { given = due }
            guard due > given else { return nil }
            return MonthAmount(month: month.lowerBound, amount: Amount(microunits: Int64(clamping: due - given)))
        }
    }
}

/// Holding: what a reservation may cost at most is set aside when it is admitted.
extension Engine {
    /// What so much time costs at most, by the dearest devices that may be had and the highest rates between now and
    /// `end`.
    func highestCost(
        of demand: Demand, _ priorityClass: ClassID, span: Span, until end: Timestamp
    ) -> Amount {
        guard policy.priceBook != nil, span > .zero else { return .zero }
        let interval = time..<min(max(end, time + Span(milliseconds: 1)), time + Policy.Limits.rated)
        let eligible = eligible[demand.filter] ?? fleet.eligible(demand.filter)
        let models = demand.devices > 0 ? fleet.modelNames(of: eligible) : []
        let rated = models.map { ($0, policy.highestRate(.device($0), over: interval) ?? .zero) }
        let dearest = rated.max { $0.1 < $1.1 }?.0
        let bill = Bill(
            models: dearest.map { Array(repeating: $0, count: demand.devices) } ?? [], share: demand.share,
            cores: demand.cores, memory: demand.memory, licences: demand.licences,
            multiplier: multiplier(of: priorityClass))
        return bill.highestCost(of: span, within: interval, by: policy).roundedUp
    }

    /// What a reservation that is planned at a start holds of its department's budget; nothing where that has none.
    /// - Throws: `budgetExhausted` where a month that it is planned in has not so much left.
    func holds(
        of demand: Demand, _ priorityClass: ClassID, _ department: DepartmentID, start: Timestamp, span: Span
    ) throws(Rejection) -> [MonthAmount] {
        guard let budgets, let budget = budgets[department] else { return [] }
        // What has no place in the plan as things are is held for as if it started now.
        let start = isOutOfReach(start) ? time : max(start, time)
        let total = highestCost(of: demand, priorityClass, span: span, until: start + span)
        let holds = budgets.split(total, from: start, until: start + span)
        try check(holds, of: department, budget, from: start, until: start + span)
        return holds
    }

    /// What is held on top of what it holds already, to run from one end to another.
    func holds(extending reservation: Reservation, from end: Timestamp, by more: Span) throws(Rejection)
        -> [MonthAmount]
    {
        let department = reservation.account.department
        guard let budgets, let budget = budgets[department] else { return [] }
        let start = isOutOfReach(end) ? time : end
        let total = highestCost(of: reservation.demand, reservation.priorityClass, span: more, until: start + more)
        let holds = budgets.split(total, from: start, until: start + more)
        try check(holds, of: department, budget, from: start, until: start + more)
        return holds
    }

    /// A hard limit lets nothing pass, and where nothing is left also not what has no price.
    private func check(
        _ holds: [MonthAmount], of department: DepartmentID, _ budget: Budget, from: Timestamp, until: Timestamp
    ) throws(Rejection) {
        guard budget.isHard, let budgets else { return }
        for (month, _) in budgets.months.parts(from: from, until: until) {
            let held = state.budgets.held(of: department, in: month.lowerBound)
            let posted = state.budgets.posted(to: department, in: month.lowerBound)
            let (asked, left) = (holds.amount(in: month.lowerBound), budget.perMonth - held - posted)
            guard asked > left || left <= .zero else { continue }
            throw .budgetExhausted(
                Rejection.BudgetShortage(
                    department: department, period: policy.timeZone.date(at: month.lowerBound),
                    currency: policy.priceBook?.currency, limit: budget.perMonth, held: held, posted: posted,
                    asked: asked))
        }
    }

    /// Splits what a reservation holds anew, where it is planned in other months than before.
    mutating func followMonths(_ reservation: Reservation, start: Timestamp, into events: inout [Event]) {
        guard let budgets, !reservation.holds.isEmpty, !isOutOfReach(start) else { return }
        let holds = budgets.split(reservation.holds.total, from: start, until: start + reservation.span)
        guard holds.map(\.month) != reservation.holds.map(\.month) else { return }
        emit(.held(reservation.id, holds), into: &events)
    }

    /// The same for all that wait, after a pass.
    mutating func followMonths(into events: inout [Event]) {
        guard budgets != nil else { return }
        for id in liveReservations() {
            guard let reservation = state.reservations[id], !reservation.holds.isEmpty, let placement = placements[id],
                case .waiting = reservation.state
            else { continue }
            followMonths(reservation, start: placement.start, into: &events)
        }
    }

    /// From its start on it is known to the millisecond which months it runs in.
    mutating func holdFromStart(_ id: ReservationID, into events: inout [Event]) {
        guard let budgets, let reservation = state.reservations[id], !reservation.holds.isEmpty,
            case .active(let active) = reservation.state
        else { return }
        let holds = budgets.split(reservation.holds.total, from: active.startedAt, until: active.endsAt)
        if holds != reservation.holds { emit(.held(id, holds), into: &events) }
    }

    /// One that is put back into the queue runs once more from its beginning, and holds what that may cost.
    mutating func holdAgain(_ id: ReservationID, into events: inout [Event]) {
        guard let budgets, let reservation = state.reservations[id],
            budgets[reservation.account.department] != nil
        else { return }
        let start = placements[id].map(\.start) ?? time
        let from = isOutOfReach(start) ? time : max(start, time)
        let total = highestCost(
            of: reservation.demand, reservation.priorityClass, span: reservation.span, until: from + reservation.span)
        let holds = budgets.split(total, from: from, until: from + reservation.span)
        if !holds.isEmpty { emit(.held(id, holds), into: &events) }
    }

    func multiplier(of priorityClass: ClassID) -> Ratio {
        policy.classes.first { $0.id == priorityClass }?.priceMultiplier ?? .one
    }
}
