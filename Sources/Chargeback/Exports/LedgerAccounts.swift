public import Units

/// The accounts of the ledgers that charges are posted to.
public struct LedgerAccounts: Sendable, Hashable, Codable {
    /// What departments pay from, those without an account of their own: a general ledger has the department as cost
    /// centre beside it, hledger has an account for each department under it.
    public var expense: String
    /// Departments with an account of their own.
    public var departments: [DepartmentAccount]
    /// What the machine earns, by what it is for.
    public var usage: String
    public var credits: String
    /// Reversals and restatements.
    public var corrections: String
    public var adjustments: String
    /// Departments' parts of what nobody used.
    public var shared: String
    /// What rounding to whole hundredths adds, where a ledger is exact.
    public var rounding: String

    public init(
        expense: String = "expenses:chargeback", departments: [DepartmentAccount] = [],
        usage: String = "revenues:chargeback:usage", credits: String = "revenues:chargeback:credits",
        corrections: String = "revenues:chargeback:corrections",
        adjustments: String = "revenues:chargeback:adjustments", shared: String = "revenues:chargeback:shared",
        rounding: String = "revenues:chargeback:rounding"
    ) {
        self.expense = expense
        self.departments = departments
        self.usage = usage
        self.credits = credits
        self.corrections = corrections
        self.adjustments = adjustments
        self.shared = shared
        self.rounding = rounding
    }

    /// The account that a department pays from.
    public struct DepartmentAccount: Sendable, Hashable, Codable {
        public var department: DepartmentID
        public var account: String

        public init(department: DepartmentID, account: String) {
            self.department = department
            self.account = account
        }
    }

    /// The longest name of an account.
    public static let nameLength = 100

    /// Whether ledgers can read a text as an account's name: no character that begins, ends or comments a posting.
    public static func isAccount(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        let isPlain = bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: ";") }
        let isTight = zip(bytes, bytes.dropFirst()).allSatisfy { $0 != UInt8(ascii: " ") || $1 != $0 }
        guard isPlain, isTight, (1...nameLength).contains(bytes.count), let first = bytes.first, let last = bytes.last
        else { return false }
        return !Array(" ([*!=~:#".utf8).contains(first) && !Array(" :".utf8).contains(last)
    }

    /// What a department pays from; nil where it has none of its own.
    func own(_ department: DepartmentID) -> String? {
        departments.first { $0.department == department }?.account
    }

    /// What the machine earns from such a line.
    func revenue(_ kind: Invoice.Kind) -> String {
        switch kind {
        case .usage: usage
        case .credit: credits
        case .reversal, .restatement: corrections
        case .adjustment: adjustments
        case .shared: shared
        }
    }
}
