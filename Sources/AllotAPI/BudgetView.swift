/// `GET /v1/budgets`: one department's budget in one month. Amounts are decimals in the currency's unit.
public struct BudgetView: Sendable, Hashable, Codable {
    public var department: String
    /// The month: `2026-11`.
    public var period: String
    /// Its first instant, and the next month's.
    public var from: DateTime
    public var until: DateTime
    /// ISO 4217; absent where the policy has no prices.
    public var currency: String?
    public var limit: String
    /// Whether nothing more is admitted when it is used up; otherwise that is only announced.
    public var isHard: Bool
    /// What live reservations hold of it.
    public var held: String
    /// What has ended has cost.
    public var posted: String
    /// What is left; negative where the limit is passed.
    public var available: String
    /// What it comes to at the month's end if it goes on like this.
    public var forecast: String
    /// The highest threshold that has been announced, in percent; absent for none.
    public var announcedPercent: Int?

    public init(
        department: String, period: String, from: DateTime, until: DateTime, currency: String?, limit: String,
        isHard: Bool, held: String, posted: String, available: String, forecast: String, announcedPercent: Int?
    ) {
        self.department = department
        self.period = period
        self.from = from
        self.until = until
        self.currency = currency
        self.limit = limit
        self.isHard = isHard
        self.held = held
        self.posted = posted
        self.available = available
        self.forecast = forecast
        self.announcedPercent = announcedPercent
    }
}

/// What a request would hold of a month's budget.
public struct BudgetHoldView: Sendable, Hashable, Codable {
    /// The month: `2026-11`.
    public var period: String
    /// A decimal in the currency's unit.
    public var amount: String
    /// What is left before it; negative where the limit is passed.
    public var available: String
    public var currency: String?

    public init(period: String, amount: String, available: String, currency: String?) {
        self.period = period
        self.amount = amount
        self.available = available
        self.currency = currency
    }
}
