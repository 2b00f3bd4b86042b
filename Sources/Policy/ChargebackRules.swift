public import Units

/// How use becomes what a department is charged, beside the price book's rates.
public struct ChargebackRules: Sendable, Hashable, Codable {
    /// What an hour costs that the daemon can not vouch for, of what a used one does.
    public var degradedFactor: Ratio
    /// What becomes of the cost of devices that nobody held.
    public var unsold: Unsold
    /// An adjustment of more than this needs a second person.
    public var adjustmentLimit: Amount
    public var accounts: LedgerAccounts

    public init(
        degradedFactor: Ratio = Ratio(thousandths: 0), unsold: Unsold = Unsold(),
        adjustmentLimit: Amount = Amount(microunits: 1_000_000_000), accounts: LedgerAccounts = LedgerAccounts()
    ) {
        self.degradedFactor = degradedFactor
        self.unsold = unsold
        self.adjustmentLimit = adjustmentLimit
        self.accounts = accounts
    }

    /// Device time that was owned and not held, at the list price.
    public struct Unsold: Sendable, Hashable, Codable {
        public var distribute: Distribution
        /// Of the list price.
        public var factor: Ratio

        public init(distribute: Distribution = .none, factor: Ratio = .one) {
            self.distribute = distribute
            self.factor = factor
        }
    }

    /// Who bears it.
    public enum Distribution: String, Sendable, Hashable, Codable, CaseIterable {
        /// Whoever owns the machine: no department.
        case none
        /// Each department by the exact sum of its lines of usage.
        case use
        /// Each by the list price of its nominal devices over the period.
        case nominal
        /// All alike.
        case equal
    }

    /// What the accounts are called in the general ledger that charges are exported to.
    public struct LedgerAccounts: Sendable, Hashable, Codable {
        /// The departments' cost of the machine.
        public var expense: String
        /// The owner's earnings from it.
        public var revenue: String
        /// Of departments whose cost is booked elsewhere.
        public var departments: [DepartmentID: String]

        public init(
            expense: String = "Expenses:Compute", revenue: String = "Income:Compute",
            departments: [DepartmentID: String] = [:]
        ) {
            self.expense = expense
            self.revenue = revenue
            self.departments = departments
        }
    }
}
