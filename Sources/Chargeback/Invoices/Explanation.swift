/// Where a line's amount comes from: each of its tariffs with quantity × price × factors = exact amount.
public struct Explanation: Sendable, Hashable {
    public var line: Invoice.Line
    /// In a fixed order; none for an adjustment or a part of shared cost, which are no use.
    public var parts: [Part]

    public init(line: Invoice.Line, parts: [Part]) {
        self.line = line
        self.parts = parts
    }

    /// The sum of the parts: the line's exact amount, before it is rounded.
    public var exact: ExactAmount { parts.reduce(.zero) { $0 + $1.exact } }

    /// One tariff's share of a line: its quantity at the price, times the class's multiplier, the state's factor and
    /// the part that is credited.
    public struct Part: Sendable, Hashable {
        public var tariff: Tariff
        public var quantity: Int64
        public var exact: ExactAmount

        public init(tariff: Tariff, quantity: Int64, exact: ExactAmount) {
            self.tariff = tariff
            self.quantity = quantity
            self.exact = exact
        }
    }

    /// Each line of an invoice explained, in the lines' order.
    /// - Parameter totals: what it was made from; other departments' and periods' are left out.
    public static func all(of invoice: Invoice, totals: [PeriodTotal]) -> [Explanation] {
        var parts: [LineKey: [Part]] = [:]
        for total in totals where total.period == invoice.period && total.department == invoice.department {
            guard let exact = total.tariff.amount(of: total.quantity) else { continue }
            let part = Part(tariff: total.tariff, quantity: total.quantity, exact: exact)
            parts[LineKey(total), default: []].append(part)
        }
        return invoice.lines.map { line in
            let parts = (parts[LineKey(line)] ?? []).map { (part: $0, order: $0.order) }
            return Explanation(line: line, parts: parts.sorted { $0.order < $1.order }.map(\.part))
        }
    }
}

extension Explanation.Part {
    /// By price version, window, class, state and factors.
    fileprivate var order: [String] {
        let version = String(tariff.rate?.version ?? 0)
        let zeros = String(repeating: "0", count: max(10 - version.count, 0))
        let state = UsageState.allCases.firstIndex(of: tariff.state) ?? 0
        return [
            zeros + version, tariff.rate?.window ?? "", tariff.rate?.perHour.description ?? "",
            tariff.priorityClass.text, String(state), tariff.multiplier.description, tariff.factor.description,
            tariff.part.description,
        ]
    }
}

extension [String] {
    fileprivate static func < (left: [String], right: [String]) -> Bool { left.lexicographicallyPrecedes(right) }
}
