public import Units

/// What was decided about money beside the price book. Journaled, and folded by `Books.apply` for ever with the same
/// meaning.
public enum BooksEvent: Sendable, Hashable, Codable {
    /// It holds at once where it needs no second person.
    case proposed(FinanceProposal, needsSecond: Bool)
    case approved(Int64, by: UserID, at: Timestamp)
    case rejected(Int64, by: UserID, at: Timestamp)
    case closed(ClosedPeriod)
    case exported(ExportNote)

    /// Its name in the journal and on the event stream.
    public var kind: String {
        switch self {
        case .proposed: "finance.proposed"
        case .approved: "finance.approved"
        case .rejected: "finance.rejected"
        case .closed: "period.closed"
        case .exported: "export.made"
        }
    }
}

/// A period that nothing changes any more, and the invoices that it was closed with.
public struct ClosedPeriod: Sendable, Hashable, Codable {
    public var period: Period
    public var by: UserID
    public var at: Timestamp
    public var versions: Invoice.Versions
    /// By department.
    public var invoices: [Seal]

    public init(period: Period, by: UserID, at: Timestamp, versions: Invoice.Versions, invoices: [Seal]) {
        self.period = period
        self.by = by
        self.at = at
        self.versions = versions
        self.invoices = invoices
    }

    /// What the invoices come to.
    public var total: Amount { invoices.reduce(.zero) { $0 + $1.total } }

    /// One invoice, as it was sealed.
    public struct Seal: Sendable, Hashable, Codable {
        public var department: DepartmentID
        public var number: String
        public var total: Amount
        /// Of the document's bytes, in hexadecimal.
        public var sha256: String

        public init(department: DepartmentID, number: String, total: Amount, sha256: String) {
            self.department = department
            self.number = number
            self.total = total
            self.sha256 = sha256
        }
    }
}

/// That somebody took an export, and what it was.
public struct ExportNote: Sendable, Hashable, Codable {
    /// From 1, without gaps.
    public var number: Int64
    public var period: Period
    /// `focus-cost-and-usage`, `csv` and the like.
    public var format: String
    /// nil: of all.
    public var department: DepartmentID?
    public var isByHour: Bool
    public var rows: Int64
    public var bytes: Int64
    /// In hexadecimal.
    public var sha256: String
    public var by: UserID
    public var at: Timestamp

    public init(
        number: Int64, period: Period, format: String, department: DepartmentID? = nil, isByHour: Bool = false,
        rows: Int64, bytes: Int64, sha256: String, by: UserID, at: Timestamp
    ) {
        self.number = number
        self.period = period
        self.format = format
        self.department = department
        self.isByHour = isByHour
        self.rows = rows
        self.bytes = bytes
        self.sha256 = sha256
        self.by = by
        self.at = at
    }
}
