import Policy
import Units

/// FOCUS 1.4's Billing Period: one row.
public struct FocusBillingPeriod: ExportWriter {
    public private(set) var rows: Int64 = 0
    private let context: ExportContext

    public init(_ context: ExportContext) { self.context = context }

    public mutating func begin(to bytes: inout [UInt8]) {
        let columns = [
            "BillingPeriodCreated", "BillingPeriodEnd", "BillingPeriodLastUpdated", "BillingPeriodStart",
            "BillingPeriodStatus", "InvoiceIssuerName",
        ]
        for column in columns { bytes.cell(column) }
        bytes.endRow()
    }

    public mutating func append(_ record: UsageRecord, tags: [String: String], to bytes: inout [UInt8]) {}

    public mutating func finish(to bytes: inout [UInt8]) {
        bytes.cell(context.range.lowerBound)
        bytes.cell(context.range.upperBound)
        bytes.cell(max(context.closedAt ?? context.asOf, context.range.lowerBound))
        bytes.cell(context.range.lowerBound)
        bytes.cell(context.closedAt == nil ? "Open" : "Closed")
        bytes.cell(context.issuer.name)
        bytes.endRow()
        rows += 1
    }
}

/// FOCUS 1.4's Invoice Detail: a row for the exact amount of each invoice line, and one for its rounding, which is of
/// another category. Both name the line: together they are its amount.
public struct FocusInvoiceDetail: ExportWriter {
    public private(set) var rows: Int64 = 0
    private let context: ExportContext

    public init(_ context: ExportContext) { self.context = context }

    public mutating func begin(to bytes: inout [UInt8]) {
        let columns = [
            "BilledCost", "BillingAccountId", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart",
            "ChargeCategory", "InvoiceDetailCreated", "InvoiceDetailDescription", "InvoiceDetailGrain",
            "InvoiceDetailId", "InvoiceDetailLastUpdated", "InvoiceId", "InvoiceIssueDate", "InvoiceIssueStatus",
            "InvoiceIssuerName", "PaymentDueDate", "PaymentTerms", "ReferenceInvoiceId", "x_InvoiceLine", "x_TeamId",
        ]
        for column in columns { bytes.cell(column) }
        bytes.endRow()
    }

    public mutating func append(_ record: UsageRecord, tags: [String: String], to bytes: inout [UInt8]) {}

    public mutating func finish(to bytes: inout [UInt8]) throws(ExportFault) {
        for invoice in context.invoices {
            for line in invoice.lines {
                guard let exact = line.exactPicounits else {
                    throw .unequal(invoice: invoice.number, line: line.id, exact: line.exact, records: "no number")
                }
                lay(line, of: invoice, exact, to: &bytes)
                let rounding = line.amount.picounits - exact
                if rounding != 0 { lay(line, of: invoice, rounding, isRounding: true, to: &bytes) }
            }
        }
    }

    private mutating func lay(
        _ line: Invoice.Line, of invoice: Invoice, _ amount: Int128, isRounding: Bool = false,
        to bytes: inout [UInt8]
    ) {
        let updated = max(context.closedAt ?? context.asOf, context.range.lowerBound)
        bytes.cell(decimal: amount, places: 12)
        bytes.cell(context.issuer.account)
        bytes.cell(invoice.currency)
        bytes.cell(context.range.upperBound)
        bytes.cell(context.range.lowerBound)
        bytes.cell(isRounding ? "Adjustment" : line.kind.focusCategory)
        bytes.cell(updated)
        bytes.cell(isRounding ? "Rounding of line \(line.id) to hundredths" : line.title)
        var grain = ["SubAccountId": invoice.department.text]
        if !isRounding, let sku = line.sku { grain["SkuId"] = sku.description }
        bytes.cell(grain.json)
        bytes.cell(invoice.detail(line) + (isRounding ? "/rounding" : ""))
        bytes.cell(updated)
        bytes.cell(invoice.number)
        if let closedAt = context.closedAt { bytes.cell(closedAt) } else { bytes.emptyCells() }
        bytes.cell(context.closedAt == nil ? "Open" : "Issued")
        bytes.cell(context.issuer.name)
        bytes.emptyCells()
        bytes.cell("Internal transfer")
        bytes.cell(corrected(line, of: invoice))
        bytes.cell(Int64(line.id))
        bytes.cell(line.team?.text ?? "")
        bytes.endRow()
        rows += 1
    }

    /// The number of the invoice that a line corrects; of others the invoice's own.
    private func corrected(_ line: Invoice.Line, of invoice: Invoice) -> String {
        guard let original = line.original else { return invoice.number }
        return Invoicing(period: original, zone: context.zone, currency: invoice.currency, versions: invoice.versions)
            .number(of: invoice.department)
    }
}

extension Invoice.Kind {
    /// What FOCUS calls such a charge.
    var focusCategory: String {
        switch self {
        case .usage, .reversal, .restatement: "Usage"
        case .credit: "Credit"
        case .adjustment: "Adjustment"
        case .shared: "Purchase"
        }
    }
}

extension Invoice.Line {
    /// The exact amount, read back; nil where it is no decimal with 12 places.
    var exactPicounits: Int128? {
        let parts = exact.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].utf8.count == 12, let number = Int128(parts[0] + parts[1]) else { return nil }
        return ExactAmount.decimal(number, places: 12) == exact ? number : nil
    }
}
