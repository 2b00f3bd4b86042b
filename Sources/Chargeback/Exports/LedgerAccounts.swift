public import Units

/// The accounts of the ledgers that charges are posted to: names that ledgers can read, such as `Expenses:Compute`.
///
/// A general ledger has the department as cost centre and the kind of line beside them; hledger has accounts of their
/// own under these.
public struct LedgerAccounts: Sendable, Hashable {
    /// What departments pay from.
    public var expense: String
    /// What the machine's owner earns.
    public var revenue: String
    /// Of departments that pay from an account of their own.
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
