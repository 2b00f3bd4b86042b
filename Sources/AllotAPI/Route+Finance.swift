import Units

extension Route {
    public static let invoiceVerify = "/v1/invoices/verify"
    public static let financeProposals = "/v1/finance/proposals"
    public static let exports = "/v1/exports"

    /// What was held, and what it costs.
    public static func usage(_ query: UsageQuery) -> String {
        path(
            "/v1/usage",
            [
                ("period", query.period), ("from", query.from), ("to", query.to),
                ("by", query.by.isEmpty ? nil : query.by.map(\.description).joined(separator: ",")),
                ("department", query.department), ("team", query.team), ("user", query.user), ("sku", query.sku),
                ("class", query.priorityClass), ("state", query.state?.rawValue),
                ("tag", query.tag.map { "\($0.name)=\($0.value)" }),
            ])
    }

    /// What was used without a reservation, the newest first.
    /// - Parameter query: of it, the days, the department and the user.
    public static func unreservedUse(_ query: UsageQuery, limit: Int = pageLimit, cursor: String? = nil) -> String {
        path(
            "/v1/usage/unreserved",
            [
                ("period", query.period), ("from", query.from), ("to", query.to), ("department", query.department),
                ("user", query.user), ("limit", String(limit)), ("cursor", cursor),
            ])
    }

    /// A period's invoices.
    /// - Parameter period: a month such as `2026-11`; nil for this one.
    public static func invoices(period: String? = nil, limit: Int = pageLimit, cursor: String? = nil) -> String {
        path("/v1/invoices", [("period", period), ("limit", String(limit)), ("cursor", cursor)])
    }

    /// One invoice.
    /// - Parameter explain: Whether each line says what it is made of.
    public static func invoice(_ number: String, explain: Bool = false) -> String {
        path("/v1/invoices/\(percentEncoded(number))", [("explain", explain ? "true" : nil)])
    }

    /// Adjustments and corrections, the newest first.
    public static func financeProposals(limit: Int = pageLimit, cursor: String? = nil) -> String {
        path(financeProposals, [("limit", String(limit)), ("cursor", cursor)])
    }

    /// - Parameter id: such as `f-12`.
    public static func financeProposal(_ id: String) -> String { "\(financeProposals)/\(percentEncoded(id))" }
    public static func approveFinanceProposal(_ id: String) -> String { "\(financeProposal(id))/approve" }
    public static func rejectFinanceProposal(_ id: String) -> String { "\(financeProposal(id))/reject" }

    /// Periods, the newest first.
    public static func periods(limit: Int = pageLimit, cursor: String? = nil) -> String {
        path("/v1/periods", [("limit", String(limit)), ("cursor", cursor)])
    }

    public static func closePeriod(_ period: String) -> String { "/v1/periods/\(percentEncoded(period))/close" }

    /// A period's charges as a file.
    public static func export(_ query: ExportQuery) -> String {
        path(
            "\(exports)/\(query.format.rawValue)",
            [
                ("period", query.period), ("department", query.department), ("split", query.byHour ? "hour" : nil),
            ])
    }
}

/// What a file of charges is asked for with.
public struct ExportQuery: Sendable, Hashable {
    public var format: Format
    /// A month: `2026-11`.
    public var period: String
    /// nil for all.
    public var department: String?
    /// Whether rows are split at each full hour; for those that are of usage.
    public var byHour: Bool

    public init(format: Format, period: String, department: String? = nil, byHour: Bool = false) {
        self.format = format
        self.period = period
        self.department = department
        self.byHour = byHour
    }

    /// The field behind the last byte that says what the journal has of the export: SHA-256 of all bytes, in
    /// hexadecimal digits.
    public static let digestField = "allot-sha256"

    /// What is written.
    public enum Format: String, Sendable, Hashable, CaseIterable {
        /// The data sets of FOCUS 1.4.
        case focusCostAndUsage = "focus-cost-and-usage"
        case focusBillingPeriod = "focus-billing-period"
        case focusInvoiceDetail = "focus-invoice-detail"
        /// For spreadsheets.
        case csv
        /// A balanced journal of a general ledger.
        case gl
        case hledger

        /// Whether it has a row for each usage, which can be split by hour.
        public var isOfUsage: Bool { self == .focusCostAndUsage || self == .csv }

        public var mediaType: String {
            self == .hledger ? "text/plain; charset=utf-8" : "text/csv; charset=utf-8"
        }
    }
}
