public import Policy
import Units

extension SharedCost {
    /// - Parameters:
    ///   - owned: in any order; what overlaps adds up, and what is outside the period is left out.
    ///   - totals: of all departments, in any order; other periods' are left out.
    ///   - policy: its price book, zone, departments and quotas.
    /// - Throws: `oversold` where the rule shares what was not held, and there is less than nothing of it: no invoice
    ///   is made then, as what is owned or what was sold is written down wrongly.
    public init(
        of period: Period, owned: [OwnedCapacity], totals: [PeriodTotal], rule: ChargebackRules.Unsold, policy: Policy
    ) throws(InvoicingRefusal) {
        let totals = totals.filter { $0.period == period }
        self.rule = rule
        pieces = try SharedCost.balance(of: period, owned: owned, totals: totals, policy: policy)
        (exact, total, parts) = (.zero, .zero, [])
        if rule.distribute == .none { return }
        for piece in pieces {
            guard piece.unsold >= 0 else {
                throw .oversold(piece.sku, version: piece.version, owned: piece.owned, sold: piece.sold)
            }
            guard let perHour = piece.perHour else { continue }
            exact += ExactAmount(quantity: piece.unsold, of: piece.sku, at: perHour, ratios: [rule.factor])
        }
        guard !exact.isBeyond else { throw .beyond(nil, nil) }
        let hundredths = LargestRemainder.hundredths(of: [exact]).total
        total = Amount(microunits: hundredths * 10_000)
        var weights = try weights(totals, policy)
        let sum = weights.values.reduce(ExactAmount.zero) { $0 + ExactAmount(parts: $1) }
        guard !sum.isBeyond else { throw .beyond(nil, nil) }
        // Somebody has to bear it.
        if sum.parts == 0 { weights = Dictionary(policy.departments.map { ($0.id, 1) }) { first, _ in first } }
        let sorted = weights.sorted { $0.key < $1.key }
        guard let shares = LargestRemainder.shares(of: hundredths, by: sorted.map(\.value)) else { return }
        parts = zip(sorted, shares).map { weight, share in
            Part(department: weight.key, weight: weight.value, amount: Amount(microunits: share * 10_000))
        }
    }

    /// Owned and sold device time by SKU and version of its price: promise 7 is that, of each, nothing was sold that
    /// was not owned, and the rest is unsold.
    public static func balance(
        of period: Period, owned: [OwnedCapacity], totals: [PeriodTotal], policy: Policy
    ) throws(InvoicingRefusal) -> [Piece] {
        let range = period.range(in: policy.timeZone)
        var sold: [Key: Int128] = [:]
        for total in totals where total.period == period && total.tariff.entry == .usage {
            guard case .device = total.tariff.sku else { continue }
            sold[Key(total.tariff.sku, total.tariff.rate?.version), default: 0] += Int128(total.quantity)
        }
        let skus = Set(owned.map(\.sku)).union(sold.keys.map(\.sku)).sorted()
        var pieces: [Piece] = []
        for sku in skus {
            let stretches = policy.stretches(of: sku, over: range)
            let versions = Set(stretches.map(\.version)).union(sold.keys.filter { $0.sku == sku }.map(\.version))
            for version in versions.sorted(by: { ($0 ?? 0) < ($1 ?? 0) }) {
                let held = stretches.filter { $0.version == version }
                let sum = owned.filter { $0.sku == sku }.reduce(Int128(0)) { sum, capacity in
                    sum + Int128(capacity.count) * 1000 * held.reduce(0) { $0 + capacity.time(in: $1.range) }
                }
                guard let owned = Int64(exactly: sum), let sold = Int64(exactly: sold[Key(sku, version)] ?? 0) else {
                    throw .beyond(nil, sku)
                }
                if owned == 0 && sold == 0 { continue }
                let time = held.reduce(Span.zero) { $0 + ($1.range.upperBound - $1.range.lowerBound) }
                pieces.append(
                    Piece(
                        sku: sku, version: version, perHour: held.first?.perHour, time: time, owned: owned, sold: sold))
            }
        }
        return pieces
    }

    private struct Key: Hashable {
        var sku: SKU
        var version: Int?

        init(_ sku: SKU, _ version: Int?) {
            self.sku = sku
            self.version = version
        }
    }

    /// What each department weighs by the rule; nobody less than nothing.
    private func weights(
        _ totals: [PeriodTotal], _ policy: Policy
    ) throws(InvoicingRefusal) -> [DepartmentID: Int128] {
        var weights: [DepartmentID: Int128] = [:]
        for department in policy.departments { weights[department.id] = 0 }
        switch rule.distribute {
        case .none: return [:]
        case .equal: for department in policy.departments { weights[department.id] = 1 }
        case .use:
            for total in totals where total.tariff.entry == .usage {
                let amount = total.tariff.amount(of: total.quantity) ?? .zero
                guard !amount.isBeyond else { throw .beyond(total.department, total.tariff.sku) }
                weights[total.department] = (ExactAmount(parts: weights[total.department] ?? 0) + amount).parts
            }
        case .nominal:
            let models = pieces.map(\.sku).compactMap(\.model)
            for department in policy.departments {
                weights[department.id] = pieces.reduce(0) { sum, piece in
                    guard let model = piece.sku.model, let perHour = piece.perHour else { return sum }
                    let nominal = department.quota(for: model, among: models)?.nominal ?? 0
                    return sum + Int128(nominal) * Int128(perHour.microunits) * Int128(piece.time.milliseconds)
                }
            }
        }
        return weights
    }
}

extension OwnedCapacity {
    /// Milliseconds of it within a range.
    fileprivate func time(in range: Range<Timestamp>) -> Int128 {
        let (start, end) = (max(from, range.lowerBound), min(to, range.upperBound))
        return start < end ? Int128((end - start).milliseconds) : 0
    }
}

extension SKU {
    fileprivate var model: String? {
        if case .device(let model) = self { model } else { nil }
    }
}

extension Policy {
    /// The versions of a SKU's price over a range, each with its list price; of none where there is no price.
    fileprivate func stretches(
        of sku: SKU, over range: Range<Timestamp>
    ) -> [(range: Range<Timestamp>, version: Int?, perHour: Price?)] {
        rate(sku, over: range).map { piece in
            (piece.from..<piece.to, piece.rate?.version, piece.rate == nil ? nil : listRate(sku, at: piece.from))
        }
    }
}
