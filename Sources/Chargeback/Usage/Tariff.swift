public import Policy
public import Units

/// How a quantity becomes an amount: the SKU, the price and every factor. Two quantities of one tariff can be added,
/// and their amount is the sum's: that is why totals are kept by tariff.
public struct Tariff: Sendable, Hashable, Codable {
    public var sku: SKU
    public var priorityClass: ClassID
    public var state: UsageState
    public var entry: Entry
    /// nil: the price book has no price for it, which is an alarm and never zero.
    public var rate: AppliedRate?
    /// The class's.
    public var multiplier: Ratio
    /// What the policy charges for such a state, of the price.
    public var factor: Ratio
    /// The part that is credited, of an entry that is a credit; one for all others.
    public var part: Ratio
    /// The correction that made the entry: a reversal's, a restatement's.
    public var correction: Int64?
    /// Of a reversal or a restatement: the period that its original is in.
    public var original: Period?

    public init(
        sku: SKU, priorityClass: ClassID, state: UsageState, entry: Entry = .usage, rate: AppliedRate?,
        multiplier: Ratio = .one, factor: Ratio = .one, part: Ratio = .one, correction: Int64? = nil,
        original: Period? = nil
    ) {
        self.sku = sku
        self.priorityClass = priorityClass
        self.state = state
        self.entry = entry
        self.rate = rate
        self.multiplier = multiplier
        self.factor = factor
        self.part = part
        self.correction = correction
        self.original = original
    }

    /// Why there is a record.
    public enum Entry: String, Sendable, Hashable, Codable, CaseIterable {
        /// Something was held.
        case usage
        /// What is given back of a usage, whose quantity it has, negative.
        case credit
        /// Takes back a record whose price was wrong: its tariff and its quantity, negative.
        case reversal
        /// The same record at the right price.
        case restatement
    }

    /// What a quantity of it costs, exactly; negative for a negative quantity. nil where it has no price, and costs
    /// something: what the policy charges nothing for needs none.
    public func amount(of quantity: Int64) -> ExactAmount? {
        if factor.thousandths == 0 || multiplier.thousandths == 0 { return .zero }
        guard let rate else { return nil }
        return ExactAmount(
            quantity: quantity, of: sku, at: rate.perHour, ratios: [multiplier, factor, part])
    }
}

extension SKU {
    /// How many of the quantities that records count make one of it: thousandths of a device, MiB of memory.
    public var quantitiesPerUnit: Int64 {
        switch self {
        case .device: 1000
        case .memory: 1024
        case .core, .licence: 1
        }
    }
}
