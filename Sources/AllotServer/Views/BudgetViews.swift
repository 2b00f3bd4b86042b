import AllotAPI
import Policy
import Scheduling
import Units

/// Makes budgets' views.
struct BudgetViews: Sendable {
    let engine: Engine

    func view(_ standing: BudgetStanding) -> BudgetView {
        BudgetView(
            department: standing.department.text, period: standing.period.monthText,
            from: DateTime(standing.month.lowerBound), until: DateTime(standing.month.upperBound), currency: currency,
            limit: "\(standing.limit)", isHard: standing.isHard, held: "\(standing.held)",
            posted: "\(standing.posted)", available: "\(standing.available)", forecast: "\(standing.forecast)",
            announcedPercent: standing.announced > 0 ? standing.announced : nil)
    }

    /// What a quote's request would hold, and what is left of these months; nil for nothing.
    func holds(_ quote: Quote, at now: Timestamp) -> [BudgetHoldView]? {
        guard !quote.holds.isEmpty else { return nil }
        return quote.holds.compactMap { hold in
            let standing = engine.budgetReport(around: hold.month, departments: [quote.department], at: now).first
            return standing.map {
                BudgetHoldView(
                    period: $0.period.monthText, amount: "\(hold.amount)", available: "\($0.available)",
                    currency: currency)
            }
        }
    }

    private var currency: String? { engine.policy.priceBook?.currency }
}
