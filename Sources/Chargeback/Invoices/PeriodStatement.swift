public import Policy
public import Units

/// All invoices of a period, and what they come to.
public struct PeriodStatement: Sendable, Hashable {
    public var period: Period
    /// By department: those with anything on theirs, and those of the policy.
    public var invoices: [Invoice]
    /// What is on no invoice, for want of a price.
    public var unrated: [Unrated]
    /// What nobody held, and who bears its cost.
    public var shared: SharedCost?
    /// The sum of the invoices' exact sums, with 12 decimals.
    public var exact: String
    /// What rounding adds: `total` less `exact`, with 12 decimals.
    public var rounding: String
    /// The sum of the invoices' totals.
    public var total: Amount

    public init(
        period: Period, invoices: [Invoice], unrated: [Unrated], shared: SharedCost?, exact: String, rounding: String,
        total: Amount
    ) {
        self.period = period
        self.invoices = invoices
        self.unrated = unrated
        self.shared = shared
        self.exact = exact
        self.rounding = rounding
        self.total = total
    }
}

/// Use of a SKU that a price is missing for.
public struct Unrated: Sendable, Hashable {
    public var department: DepartmentID
    public var sku: SKU
    /// Less what was reversed and what was given back whole, in the SKU's quantities times milliseconds.
    public var quantity: Int64

    public init(department: DepartmentID, sku: SKU, quantity: Int64) {
        self.department = department
        self.sku = sku
        self.quantity = quantity
    }
}

/// Why there are no invoices, with the numbers.
public enum InvoicingRefusal: Error, Sendable, Hashable {
    /// A sum is beyond what is exact: see `ExactAmount.isBeyond`, and Int64 for quantities. Of the department's
    /// invoice, or of all; of one SKU where it is a line's.
    case beyond(DepartmentID?, SKU?)
    /// More of a SKU was sold under a version of its price than there was: what nobody held is not known then, and
    /// its cost not shared. In thousandths of devices times milliseconds.
    case oversold(SKU, version: Int?, owned: Int64, sold: Int64)
}
