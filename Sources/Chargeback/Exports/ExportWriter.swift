import Units

/// Writes one export, piece by piece, so that what is held does not grow with the records.
///
/// `begin`, then `append` each record of the period in the order of their numbers, then `finish`: what each of them
/// adds to the bytes is the document's next part.
public protocol ExportWriter: Sendable {
    /// How many rows it has written, the header's aside; of a journal its transactions.
    var rows: Int64 { get }
    /// Adds what stands before all records.
    mutating func begin(to bytes: inout [UInt8])
    /// Adds a record's rows; nothing where the format has none.
    /// - Parameter tags: the reservation's.
    mutating func append(
        _ record: UsageRecord, tags: [String: String], to bytes: inout [UInt8]
    ) throws(ExportFault)
    /// Adds what stands behind all records, after it has seen to it that their amounts are the invoices'.
    mutating func finish(to bytes: inout [UInt8]) throws(ExportFault)
}

/// What can be exported.
public enum ExportFormat: String, Sendable, Hashable, Codable, CaseIterable {
    case focusCostAndUsage = "focus-cost-and-usage"
    case focusBillingPeriod = "focus-billing-period"
    case focusInvoiceDetail = "focus-invoice-detail"
    /// Rows for spreadsheets.
    case csv
    /// A general ledger's journal.
    case gl
    case hledger

    /// Whether its rows are made of records: the others take them and need none.
    public var needsRecords: Bool {
        switch self {
        case .focusCostAndUsage, .csv, .hledger: true
        case .focusBillingPeriod, .focusInvoiceDetail, .gl: false
        }
    }

    /// One that has written nothing yet.
    public func writer(_ context: ExportContext) -> any ExportWriter {
        switch self {
        case .focusCostAndUsage: FocusCostAndUsage(context)
        case .focusBillingPeriod: FocusBillingPeriod(context)
        case .focusInvoiceDetail: FocusInvoiceDetail(context)
        case .csv: SpreadsheetExport(context)
        case .gl: GeneralLedgerExport(context)
        case .hledger: HledgerExport(context)
        }
    }
}

/// Why an export is not what the invoices say. It is given up then: half a truth is worse than none.
public enum ExportFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// The record does not come behind the one before it.
    case outOfOrder(record: Int64, after: Int64)
    /// The record is posted to another period.
    case otherPeriod(record: Int64, period: Period)
    /// The record costs something, and no line of the invoices has it.
    case noLine(record: Int64)
    /// The record's amount, or the line's with it, is beyond all that can be exact.
    case beyond(record: Int64)
    /// The line's records are not what it was made of.
    case unequal(invoice: String, line: Int, exact: String, records: String)

    public var description: String {
        switch self {
        case .outOfOrder(let record, let last): "record \(record) comes after record \(last)"
        case .otherPeriod(let record, let period): "record \(record) is posted to \(period)"
        case .noLine(let record): "record \(record) costs something, and no invoice line has it"
        case .beyond(let record): "record \(record): the amount is beyond what can be exact"
        case .unequal(let invoice, let line, let exact, let records):
            "\(invoice), line \(line): it says \(exact), and its records come to \(records)"
        }
    }
}
