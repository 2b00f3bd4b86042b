import Policy
import Units

/// What follows when a department's money changes hands: thresholds are announced, and where the policy stops what runs
/// beyond a hard limit, it is worked out when that is.
extension Engine {
    /// Announces what has been reached, and looks anew at when limits will be passed, for the departments that
    /// something has changed of.
    mutating func settleBudgets(into events: inout [Event]) {
        guard let budgets, !unsettled.isEmpty else { return }
        for department in unsettled.sorted(by: { $0.text < $1.text }) {
            guard let budget = budgets[department] else { continue }
            announce(department, budget, into: &events)
            guard budget.isHard, budgets.rules.atHardStop == .stop else { continue }
            budgetStops[department] = passing(of: department, budget.perMonth, budgets.months)
        }
        unsettled.removeAll(keepingCapacity: true)
    }

    /// Each threshold once a month, whatever becomes of the sum or the limit after that.
    private mutating func announce(_ department: DepartmentID, _ budget: Budget, into events: inout [Event]) {
        guard let budgets else { return }
        let current = budgets.months[time].lowerBound
        for month in state.budgets.months(of: department) where month >= current {
            let sum =
                state.budgets.held(of: department, in: month) + state.budgets.posted(to: department, in: month)
            let announced = state.budgets.announced(to: department, in: month)
            for percent in budget.thresholds where percent > announced && sum > .zero {
                guard Int128(sum.microunits) * 100 >= Int128(budget.perMonth.microunits) * Int128(percent) else {
                    break
                }
                emit(.budgetThreshold(department, month: month, percent: percent), into: &events)
            }
        }
    }

    /// When what runs passes the limit of a month; nil where it does not.
    private mutating func passing(of department: DepartmentID, _ limit: Amount, _ months: Months) -> Timestamp? {
        let all = running.sorted().compactMap { id -> (Reservation, Reservation.Active)? in
            guard let reservation = state.reservations[id], reservation.account.department == department,
                case .active(let active) = reservation.state
            else { return nil }
            return (reservation, active)
        }
        var expected: [Timestamp: Amount] = [:]
        for (reservation, active) in all {
            for part in posts(expectedOf: reservation, active) {
                expected[part.month] = (expected[part.month] ?? .zero) + part.amount
            }
        }
        guard let last = all.map(\.1.endsAt).max() else { return nil }
        for (month, span) in months.parts(from: time, until: max(last, time + Span(milliseconds: 1))) {
            let posted = state.budgets.posted(to: department, in: month.lowerBound)
            guard posted + (expected[month.lowerBound] ?? .zero) > limit else { continue }
            let start = max(month.lowerBound, time)
            return first(from: start, until: start + span) { time in
                all.reduce(posted) { sum, one in
                    let (reservation, active) = one
                    let posts = posts(of: reservation, active, until: min(time, active.endsAt))
                    return sum + posts.amount(in: month.lowerBound)
                } > limit
            }
        }
        return nil
    }

    /// What it will have come to by its planned end: worked out once for each end.
    private mutating func posts(expectedOf reservation: Reservation, _ active: Reservation.Active) -> [MonthAmount] {
        if let known = expectedPosts[reservation.id], known.until == active.endsAt { return known.posts }
        let posts = posts(of: reservation, active, until: active.endsAt)
        expectedPosts[reservation.id] = (active.endsAt, posts)
        return posts
    }

    /// The first time at which something holds that goes on to hold from then on.
    private func first(from start: Timestamp, until end: Timestamp, _ holds: (Timestamp) -> Bool) -> Timestamp {
        if holds(start) { return start }
        var (early, late) = (start, end)
        while late - early > Span(milliseconds: 1) {
            let middle = early + Span(milliseconds: (late - early).milliseconds / 2)
            if holds(middle) { late = middle } else { early = middle }
        }
        return late
    }

    /// Tells those whose department has passed its limit that their time is over: they have the policy's grace.
    mutating func stopOverBudget(into events: inout [Event]) {
        for (department, stop) in budgetStops.sorted(by: { $0.key.text < $1.key.text }) where stop <= time {
            for id in running.sorted() {
                guard let reservation = state.reservations[id], reservation.account.department == department,
                    case .active = reservation.state
                else { continue }
                emit(.ending(id, ending(of: reservation, at: time, .budget)), into: &events)
            }
            budgetStops[department] = nil
        }
    }

    /// Whether nothing is left of the month, and the policy stops what runs then: nothing is started either.
    func isStopped(_ department: DepartmentID) -> Bool {
        guard let budgets, budgets.rules.atHardStop == .stop, let budget = budgets[department], budget.isHard else {
            return false
        }
        return state.budgets.posted(to: department, in: budgets.months[time].lowerBound) >= budget.perMonth
    }

    /// Notes that a department's money has changed hands.
    mutating func noteBudget(_ event: Event, of reservation: Reservation) {
        guard let budgets, budgets[reservation.account.department] != nil else { return }
        if case .ending = event { expectedPosts[reservation.id] = nil }
        switch event {
        case .submitted, .started, .extended, .held, .ending, .ended: unsettled.insert(reservation.account.department)
        default: break
        }
    }
}
