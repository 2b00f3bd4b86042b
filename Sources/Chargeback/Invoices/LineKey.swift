public import Policy
public import Units

/// What one line of an invoice is about: everything of one key is on one line.
public struct LineKey: Sendable, Hashable {
    public var kind: Invoice.Kind
    public var team: TeamID?
    public var sku: SKU?
    public var proposal: Int64?
    public var original: Period?

    public init(
        kind: Invoice.Kind, team: TeamID? = nil, sku: SKU? = nil, proposal: Int64? = nil, original: Period? = nil
    ) {
        self.kind = kind
        self.team = team
        self.sku = sku
        self.proposal = proposal
        self.original = original
    }

    /// The line that entries of a tariff are on; those without a price are on none.
    public init(team: TeamID?, _ tariff: Tariff) {
        self.init(
            kind: Invoice.Kind(tariff.entry), team: team, sku: tariff.sku, proposal: tariff.correction,
            original: tariff.original)
    }

    init(_ total: PeriodTotal) {
        self.init(team: total.team, total.tariff)
    }

    public init(_ record: UsageRecord) {
        self.init(team: record.team, record.tariff)
    }

    public init(_ line: Invoice.Line) {
        self.init(
            kind: line.kind, team: line.team, sku: line.sku, proposal: line.proposal, original: line.original)
    }
}

extension LineKey: Comparable {
    /// The order in which lines stand: by kind, team (none first), SKU, proposal, original period.
    public static func < (left: LineKey, right: LineKey) -> Bool {
        if left.kind != right.kind { return left.kind.place < right.kind.place }
        if left.team != right.team { return isLess(left.team, right.team) }
        if left.sku != right.sku { return isLess(left.sku, right.sku) }
        if left.proposal != right.proposal { return isLess(left.proposal, right.proposal) }
        return isLess(left.original, right.original)
    }

    /// None is less than any.
    private static func isLess<Value: Comparable>(_ left: Value?, _ right: Value?) -> Bool {
        guard let right else { return false }
        return left.map { $0 < right } ?? true
    }
}

extension Invoice.Kind {
    /// The kind of line that an entry is on.
    public init(_ entry: Tariff.Entry) {
        switch entry {
        case .usage: self = .usage
        case .credit: self = .credit
        case .reversal: self = .reversal
        case .restatement: self = .restatement
        }
    }

    fileprivate var place: Int {
        switch self {
        case .usage: 0
        case .credit: 1
        case .reversal: 2
        case .restatement: 3
        case .adjustment: 4
        case .shared: 5
        }
    }
}
