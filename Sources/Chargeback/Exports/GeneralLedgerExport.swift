import Policy
import Units

/// A general ledger's journal: an entry for each invoice, with two rows for each of its lines, whose debits are its
/// credits. Whole hundredths, as the lines are.
public struct GeneralLedgerExport: ExportWriter {
    public private(set) var rows: Int64 = 0
    private let context: ExportContext

    public init(_ context: ExportContext) { self.context = context }

    public mutating func begin(to bytes: inout [UInt8]) {
        let columns = [
            "Entry", "Date", "Account", "Cost centre", "Cost centre name", "Team", "Debit", "Credit", "Currency",
            "Line", "Kind", "Description",
        ]
        for column in columns { bytes.cell(column) }
        bytes.endRow()
    }

    public mutating func append(_ record: UsageRecord, tags: [String: String], to bytes: inout [UInt8]) {}

    public mutating func finish(to bytes: inout [UInt8]) {
        let accounts = context.accounts
        for invoice in context.invoices {
            let expense = accounts.departments[invoice.department] ?? accounts.expense
            for line in invoice.lines where line.amount != .zero {
                lay(line, of: invoice, account: expense, debit: line.amount, to: &bytes)
                lay(
                    line, of: invoice, account: accounts.revenue, debit: .zero - line.amount, to: &bytes)
            }
        }
    }

    private mutating func lay(
        _ line: Invoice.Line, of invoice: Invoice, account: String, debit: Amount, to bytes: inout [UInt8]
    ) {
        bytes.textCell(invoice.number)
        bytes.cell(context.lastDay)
        bytes.textCell(account)
        bytes.textCell(invoice.department.text)
        bytes.textCell(context.names.name(of: invoice.department))
        bytes.textCell(line.team?.text ?? "")
        // What would be a negative debit is a credit.
        if debit < .zero { bytes.emptyCells() }
        bytes.cell(Amount(microunits: abs(debit.microunits)).description)
        if debit > .zero { bytes.emptyCells() }
        bytes.cell(invoice.currency)
        bytes.cell(Int64(line.id))
        bytes.cell(line.kind.rawValue)
        bytes.textCell(line.title)
        bytes.endRow()
        rows += 1
    }
}
