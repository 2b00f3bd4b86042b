import Policy
import Units

/// How much of each SKU something is, and what it costs: exact until it is rounded to a millionth of the currency's
/// unit, and then once.
struct Bill: Sendable, Hashable {
    /// In 2⁻³⁰ of a thousandth of the SKU's unit, so that bytes and shares are as exact as devices.
    private var quantities: [SKU: Int128] = [:]
    private let multiplier: Ratio

    /// - Parameters:
    ///   - models: of each device, also where two are of one.
    ///   - share: of each device; nil for whole ones.
    ///   - multiplier: of the class.
    init(
        models: [String], share: Ratio?, cores: Int, memory: ByteCount, licences: [Demand.Licence], multiplier: Ratio
    ) {
        self.multiplier = multiplier
        add(Int128(cores) * 1000 << 30, of: .core)
        add(Int128(memory.bytes) * 1000, of: .memory)
        for model in models { add(Int128((share ?? .one).thousandths) << 30, of: .device(model)) }
        for licence in licences { add(Int128(licence.count) * 1000 << 30, of: .licence(licence.name)) }
    }

    private mutating func add(_ quantity: Int128, of sku: SKU) {
        guard quantity > 0 else { return }
        quantities[sku, default: 0] = quantities[sku, default: 0].plus(quantity)
    }

    /// What it costs over an interval, piece by piece at the rates that hold then; what has no rate costs nothing.
    /// - Parameter interval: at most `Policy.Limits.rated` long.
    func cost(over interval: Range<Timestamp>, by policy: Policy) -> Cost {
        var sum: Int128 = 0
        for (sku, quantity) in quantities {
            for piece in policy.rate(sku, over: interval) {
                guard let rate = piece.rate?.perHour.microunits else { continue }
                let time = Int128((piece.to - piece.from).milliseconds)
                sum = sum.plus(Int128(rate).times(time).times(quantity))
            }
        }
        return Cost(parts: sum.times(Int128(multiplier.thousandths)))
    }

    /// What so much time of it costs at the highest rates that hold in an interval.
    func highestCost(of span: Span, within interval: Range<Timestamp>, by policy: Policy) -> Cost {
        var sum: Int128 = 0
        for (sku, quantity) in quantities {
            guard let rate = policy.highestRate(sku, over: interval) else { continue }
            sum = sum.plus(Int128(rate.microunits).times(quantity))
        }
        return Cost(parts: sum.times(Int128(multiplier.thousandths)).times(Int128(span.milliseconds)))
    }
}

/// An exact sum of money that is not negative.
struct Cost: Sendable, Hashable {
    /// Millionths × milliseconds × 2⁻³⁰ of thousandths of a unit × thousandths of a multiplier; the greatest number
    /// where it is beyond all sense.
    fileprivate var parts: Int128

    fileprivate init(parts: Int128) { self.parts = parts }

    /// Rounded up to a millionth of the currency's unit; the greatest amount where it is more than that.
    var roundedUp: Amount {
        guard parts < .max else { return Amount(microunits: .max) }
        let (whole, rest) = parts.quotientAndRemainder(dividingBy: Cost.perMicrounit)
        return Amount(microunits: Int64(clamping: whole + (rest > 0 ? 1 : 0)))
    }

    private static let perMicrounit: Int128 = (3_600_000 * 1000 * 1000) << 30
}

extension Int128 {
    /// The product of two that are not negative, held at the greatest number.
    fileprivate func times(_ other: Int128) -> Int128 {
        let (product, isOver) = multipliedReportingOverflow(by: other)
        return isOver ? .max : product
    }

    /// The sum likewise.
    fileprivate func plus(_ other: Int128) -> Int128 {
        let (sum, isOver) = addingReportingOverflow(other)
        return isOver ? .max : sum
    }
}
