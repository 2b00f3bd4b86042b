import Units

/// What a department may spend in a period, a calendar month of the policy's zone.
public struct Budget: Sendable, Hashable, Codable {
    public var perMonth: Amount
    /// In percent of the limit, rising; each is announced once in a period.
    public var thresholds: [Int]
    /// Nothing more is admitted when it is used up; otherwise that is only announced.
    public var isHard: Bool

    public init(perMonth: Amount, thresholds: [Int] = Budget.standardThresholds, isHard: Bool = true) {
        self.perMonth = perMonth
        self.thresholds = thresholds
        self.isHard = isHard
    }

    public static let standardThresholds = [50, 80, 100]
}

/// How budgets count, for all departments.
public struct BudgetRules: Sendable, Hashable, Codable {
    /// What an hour that is reserved and not used costs, of what a used one does.
    public var idleFactor: Ratio
    /// What becomes of running work where a hard limit is passed.
    public var atHardStop: HardStop
    /// Before it is stopped.
    public var grace: Span

    public init(idleFactor: Ratio = .one, atHardStop: HardStop = .finish, grace: Span = .minutes(30)) {
        self.idleFactor = idleFactor
        self.atHardStop = atHardStop
        self.grace = grace
    }

    /// What happens to what runs when a budget is used up.
    public enum HardStop: String, Sendable, Hashable, Codable, CaseIterable {
        /// It runs to its end.
        case finish
        /// It is stopped, after the grace.
        case stop
    }
}
