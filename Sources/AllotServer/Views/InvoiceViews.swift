import AllotAPI
import Chargeback
import Policy
import Units

/// Makes invoices' views: the document's ids, with the names of today.
struct InvoiceViews: Sendable {
    let policy: Policy
    /// Those of closed periods.
    let closed: [ClosedPeriod]

    init(_ policy: Policy, _ books: Books) {
        self.policy = policy
        closed = books.closed
    }

    func summary(_ invoice: Invoice) -> InvoiceSummaryView {
        InvoiceSummaryView(
            number: invoice.number, status: seal(invoice) == nil ? .draft : .sealed,
            period: invoice.period.description, department: invoice.department.text,
            departmentName: name(of: invoice.department), currency: invoice.currency, lines: invoice.lines.count,
            exact: invoice.exact, rounding: invoice.rounding, total: invoice.total.description,
            sha256: seal(invoice)?.sha256)
    }

    /// - Parameters:
    ///   - explanations: of each line, in their order; empty where nobody asked for them.
    ///   - unrated: of the department; of a draft.
    func view(_ invoice: Invoice, _ explanations: [Explanation], unrated: [Unrated]) -> InvoiceView {
        let seal = seal(invoice)
        let lines = invoice.lines.enumerated().map { index, line in
            view(line, explanations.indices.contains(index) ? explanations[index].parts : nil)
        }
        return InvoiceView(
            number: invoice.number, status: seal == nil ? .draft : .sealed, sha256: seal?.sha256,
            closedAt: closed(invoice.period).map { DateTime($0.at) }, period: invoice.period.description,
            timeZone: invoice.timeZone.name, from: DateTime(invoice.from), to: DateTime(invoice.to),
            department: invoice.department.text, departmentName: name(of: invoice.department),
            currency: invoice.currency, lines: lines, exact: invoice.exact, rounding: invoice.rounding,
            total: invoice.total.description, policyVersion: invoice.versions.policy,
            ratingVersion: invoice.versions.rating, unrated: unrated.map { SKUHoursView($0.sku, $0.quantity) })
    }

    private func view(_ line: Invoice.Line, _ parts: [Explanation.Part]?) -> InvoiceView.Line {
        let hours = line.sku.flatMap { sku in line.quantity.map { sku.hours(of: $0) } }
        return InvoiceView.Line(
            id: line.id, kind: InvoiceView.Kind(line.kind), team: line.team?.text, sku: line.sku?.description,
            proposal: line.proposal.map { FinanceViews.id($0) }, original: line.original?.description,
            quantityHours: hours, exact: line.exact, amount: line.amount.description,
            parts: (parts ?? []).isEmpty ? nil : parts?.map { InvoiceView.Part($0) })
    }

    func name(of department: DepartmentID) -> String? { policy.departments.first { $0.id == department }?.name }

    private func closed(_ period: Period) -> ClosedPeriod? { closed.first { $0.period == period } }

    private func seal(_ invoice: Invoice) -> ClosedPeriod.Seal? {
        closed(invoice.period)?.invoices.first { $0.department == invoice.department }
    }
}

extension InvoiceView.Kind {
    fileprivate init(_ kind: Invoice.Kind) {
        switch kind {
        case .usage: self = .usage
        case .credit: self = .credit
        case .reversal: self = .reversal
        case .restatement: self = .restatement
        case .adjustment: self = .adjustment
        case .shared: self = .shared
        }
    }
}

extension InvoiceView.Part {
    fileprivate init(_ part: Explanation.Part) {
        let tariff = part.tariff
        self.init(
            priorityClass: tariff.priorityClass.text, state: tariff.state.rawValue,
            quantityHours: tariff.sku.hours(of: part.quantity), perHour: tariff.rate?.perHour.description,
            priceVersion: tariff.rate?.version, window: tariff.rate?.window,
            multiplier: tariff.multiplier.description, factor: tariff.factor.description,
            part: tariff.part.description, amount: part.exact.description)
    }
}

extension SKUHoursView {
    init(_ sku: SKU, _ quantity: Int64) {
        self.init(sku: sku.description, hours: sku.hours(of: quantity))
    }
}
