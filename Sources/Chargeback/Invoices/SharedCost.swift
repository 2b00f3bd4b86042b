public import Policy
public import Units

/// So many devices of a model, owned for a time.
public struct OwnedCapacity: Sendable, Hashable, Codable {
    public var sku: SKU
    public var from: Timestamp
    /// The first instant behind it.
    public var to: Timestamp
    public var count: Int64

    public init(sku: SKU, from: Timestamp, to: Timestamp, count: Int64) {
        self.sku = sku
        self.from = from
        self.to = to
        self.count = count
    }
}

/// What of the owned devices' time was sold in a period, what was not, and what of its cost each department bears.
public struct SharedCost: Sendable, Hashable {
    public var rule: ChargebackRules.Unsold
    /// By SKU and version.
    public var pieces: [Piece]
    /// What is shared, exactly: zero where the rule shares nothing.
    public var exact: ExactAmount
    /// Whole hundredths: `exact`, rounded half to even.
    public var total: Amount
    /// By department; they sum to `total`. Empty where the rule shares nothing.
    public var parts: [Part]

    /// One SKU while one version of its price holds.
    public struct Piece: Sendable, Hashable {
        public var sku: SKU
        /// nil: the price book has no price for it, and what nobody held then has no cost that could be shared.
        public var version: Int?
        /// The list price: without windows and multipliers.
        public var perHour: Price?
        /// In the period.
        public var time: Span
        /// In thousandths of devices times milliseconds, as `sold` is.
        public var owned: Int64
        /// Use of any state.
        public var sold: Int64
        /// Owned less sold.
        public var unsold: Int64 { owned - sold }
    }

    /// What one department bears.
    public struct Part: Sendable, Hashable {
        public var department: DepartmentID
        /// Of the sum of all weights, by the rule.
        public var weight: Int128
        /// Whole hundredths.
        public var amount: Amount
    }
}
