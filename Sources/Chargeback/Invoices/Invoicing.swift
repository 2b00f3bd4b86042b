public import Policy
public import Units

/// Makes the invoices of a period from its totals: a pure function, so that the same journal gives the same invoices.
public struct Invoicing: Sendable, Hashable {
    public var period: Period
    public var zone: Zone
    /// ISO 4217; `noCurrency` without a price book.
    public var currency: String
    public var versions: Invoice.Versions

    public init(period: Period, zone: Zone, currency: String?, versions: Invoice.Versions) {
        self.period = period
        self.zone = zone
        self.currency = currency ?? Invoicing.noCurrency
        self.versions = versions
    }

    /// What ISO 4217 writes where no currency is involved.
    public static let noCurrency = String(repeating: "X", count: 3)
    /// Of the rules by which use becomes lines and amounts: another one wherever the same journal would give others.
    public static let rating = 1

    /// `INV-2026-11-vision`.
    public func number(of department: DepartmentID) -> String { "INV-\(period)-\(department)" }

    /// The invoices of all departments.
    /// - Parameters:
    ///   - departments: those that get one though nothing is on it.
    ///   - totals: of all departments, in any order; other periods' are left out.
    ///   - adjustments: what is posted, in any order; other periods' are left out.
    public func statement(
        departments: [DepartmentID], totals: [PeriodTotal], adjustments: [PostedAdjustment], shared: SharedCost? = nil
    ) throws(InvoicingRefusal) -> PeriodStatement {
        var sums: [DepartmentID: [LineKey: LineSum]] = [:]
        for department in departments { sums[department] = [:] }
        for total in totals where total.period == period {
            guard let amount = total.tariff.amount(of: total.quantity) else { continue }
            let sum = LineSum(quantity: total.quantity, exact: amount)
            try add(sum, to: LineKey(total), of: total.department, in: &sums)
        }
        for posted in adjustments where posted.adjustment.period == period {
            let key = LineKey(kind: .adjustment, team: posted.adjustment.team, proposal: posted.number)
            let sum = LineSum(quantity: nil, exact: ExactAmount(posted.adjustment.amount))
            try add(sum, to: key, of: posted.adjustment.department, in: &sums)
        }
        for part in shared?.parts ?? [] where part.amount != .zero {
            let sum = LineSum(quantity: nil, exact: ExactAmount(part.amount))
            try add(sum, to: LineKey(kind: .shared), of: part.department, in: &sums)
        }
        let range = period.range(in: zone)
        var invoices: [Invoice] = []
        var exact = ExactAmount.zero
        var total = Amount.zero
        for (department, lines) in sums.sorted(by: { $0.key < $1.key }) {
            let (invoice, sum) = try invoice(of: department, lines, range)
            invoices.append(invoice)
            exact += sum
            total = total + invoice.total
        }
        guard !exact.isBeyond else { throw .beyond(nil, nil) }
        return PeriodStatement(
            period: period, invoices: invoices, unrated: Unrated.all(of: totals.filter { $0.period == period }),
            shared: shared, exact: exact.description, rounding: Invoicing.rounding(from: exact, to: total),
            total: total)
    }

    private func add(
        _ sum: LineSum, to key: LineKey, of department: DepartmentID,
        in sums: inout [DepartmentID: [LineKey: LineSum]]
    ) throws(InvoicingRefusal) {
        guard let together = (sums[department]?[key]).map({ $0.adding(sum) }) ?? sum, !together.exact.isBeyond else {
            throw .beyond(department, key.sku)
        }
        sums[department, default: [:]][key] = together
    }

    private func invoice(
        of department: DepartmentID, _ sums: [LineKey: LineSum], _ range: Range<Timestamp>
    ) throws(InvoicingRefusal) -> (Invoice, exact: ExactAmount) {
        let sorted = sums.sorted { $0.key < $1.key }
        let exact = sorted.reduce(.zero) { $0 + $1.value.exact }
        guard !exact.isBeyond else { throw .beyond(department, nil) }
        let (amounts, hundredths) = LargestRemainder.hundredths(of: sorted.map(\.value.exact))
        let lines = sorted.indices.map { index in
            let (key, sum) = sorted[index]
            return Invoice.Line(
                id: index + 1, kind: key.kind, team: key.team, sku: key.sku, proposal: key.proposal,
                original: key.original, quantity: sum.quantity, exact: sum.exact.description,
                amount: Amount(microunits: amounts[index] * 10_000))
        }
        let total = Amount(microunits: hundredths * 10_000)
        let invoice = Invoice(
            number: number(of: department), period: period, timeZone: zone, from: range.lowerBound,
            to: range.upperBound, department: department, currency: currency, lines: lines, exact: exact.description,
            rounding: Invoicing.rounding(from: exact, to: total), total: total, versions: versions)
        return (invoice, exact)
    }

    /// The difference of the two as they are shown, so that what is shown adds up.
    private static func rounding(from exact: ExactAmount, to total: Amount) -> String {
        ExactAmount.decimal(ExactAmount(total).picounits - exact.picounits, places: 12)
    }
}

/// What a line sums up so far.
private struct LineSum {
    /// nil for what has none.
    var quantity: Int64?
    var exact: ExactAmount

    /// nil where the quantity is beyond an Int64.
    func adding(_ other: LineSum) -> LineSum? {
        let (sum, isOver) = (quantity ?? 0).addingReportingOverflow(other.quantity ?? 0)
        if isOver { return nil }
        return LineSum(quantity: quantity == nil && other.quantity == nil ? nil : sum, exact: exact + other.exact)
    }
}
