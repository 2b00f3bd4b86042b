public import Policy
public import Units

/// What finance asks to have changed: applied at once, or after a second person's yes. Written `f-12`.
public struct FinanceProposal: Sendable, Hashable, Codable {
    public var number: Int64
    public var what: What
    public var by: UserID
    public var at: Timestamp

    public init(number: Int64, what: What, by: UserID, at: Timestamp) {
        self.number = number
        self.what = what
        self.by = by
        self.at = at
    }

    /// The change itself.
    public enum What: Sendable, Hashable, Codable {
        case adjustment(Adjustment)
        case correction(Correction)
    }

    /// An amount that a department is charged, or for a negative one given back, beside all use.
    public struct Adjustment: Sendable, Hashable, Codable {
        public var department: DepartmentID
        public var team: TeamID?
        /// Whole hundredths.
        public var amount: Amount
        /// The open period that it is posted to.
        public var period: Period

        public init(department: DepartmentID, team: TeamID?, amount: Amount, period: Period) {
            self.department = department
            self.team = team
            self.amount = amount
            self.period = period
        }
    }

    /// The price that a SKU should have had: what was rated otherwise is reversed and restated in the open period.
    public struct Correction: Sendable, Hashable, Codable {
        public var sku: SKU
        public var from: Timestamp
        public var to: Timestamp
        public var perHour: Price

        public init(sku: SKU, from: Timestamp, to: Timestamp, perHour: Price) {
            self.sku = sku
            self.from = from
            self.to = to
            self.perHour = perHour
        }
    }
}
