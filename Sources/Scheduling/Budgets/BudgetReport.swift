import Policy
import Units

/// How one department stands with its budget in one month.
public struct BudgetStanding: Sendable, Hashable {
    public var department: DepartmentID
    /// The month, from its first instant to the next one's.
    public var month: Range<Timestamp>
    /// Its first day in the policy's zone.
    public var period: CivilDate
    public var limit: Amount
    public var isHard: Bool
    /// What live reservations hold of it.
    public var held: Amount
    /// What has ended has cost.
    public var posted: Amount
    /// What it comes to at the end of the month if it goes on like this; see `Engine.budgetReport`.
    public var forecast: Amount
    /// The highest threshold that has been announced, in percent; 0 for none.
    public var announced: Int

    /// What is left, which is less than nothing where the limit is passed.
    public var available: Amount { limit - held - posted }
}

extension Engine {
    /// How the departments that have a budget stand in the month around a time, in the order of their ids.
    ///
    /// The forecast is the greater of two: what is posted and held, which is known to come at most; and, from the
    /// month's second day on, what has been used up to now (posted, and what runs has come to) carried on at the same
    /// pace to the month's end. For a month that is over or to come it is the first.
    /// - Parameters:
    ///   - departments: only of these; nil for all.
    ///   - now: engine time, up to which what runs is counted.
    public func budgetReport(
        around time: Timestamp, departments: Set<DepartmentID>? = nil, at now: Timestamp
    ) -> [BudgetStanding] {
        guard let budgets else { return [] }
        let month = budgets.months[time]
        let ids = budgets.ids.filter { departments?.contains($0) ?? true }
        let used = month.contains(now) ? accrued(in: month, at: now) : [:]
        return ids.compactMap { id in
            guard let budget = budgets[id] else { return nil }
            let held = state.budgets.held(of: id, in: month.lowerBound)
            let posted = state.budgets.posted(to: id, in: month.lowerBound)
            var forecast = held + posted
            let passed = (now - month.lowerBound).milliseconds
            if month.contains(now), passed >= Span.days(1).milliseconds {
                let sum = Int128((posted + (used[id] ?? .zero)).microunits)
                let whole = sum * Int128((month.upperBound - month.lowerBound).milliseconds) / Int128(passed)
                forecast = max(forecast, Amount(microunits: Int64(clamping: whole)))
            }
            return BudgetStanding(
                department: id, month: month, period: policy.timeZone.date(at: month.lowerBound),
                limit: budget.perMonth, isHard: budget.isHard, held: held, posted: posted, forecast: forecast,
                announced: state.budgets.announced(to: id, in: month.lowerBound))
        }
    }

    /// The month that begins on a day of the policy's calendar.
    public func month(of period: CivilDate) -> Range<Timestamp> {
        policy.timeZone.month(containing: policy.timeZone.start(of: period.firstOfMonth))
    }

    /// What is running has come to in a month, by department.
    private func accrued(in month: Range<Timestamp>, at now: Timestamp) -> [DepartmentID: Amount] {
        var sums: [DepartmentID: Amount] = [:]
        for id in running {
            guard let reservation = state.reservations[id], case .active(let active) = reservation.state else {
                continue
            }
            let posts = posts(of: reservation, active, until: min(now, active.endsAt))
            sums[reservation.account.department, default: .zero] =
                sums[reservation.account.department, default: .zero] + posts.amount(in: month.lowerBound)
        }
        return sums
    }
}
