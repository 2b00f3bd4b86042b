public import Policy
public import Units

/// An exact sum of money, of any sign: a whole number of parts so small that every price, ratio and millisecond is a
/// whole number of them. Rounded once, where it is invoiced.
public struct ExactAmount: Sendable, Hashable, Comparable {
    /// `perMicrounit` of them are a millionth of the currency's unit. Held at the ends of the range: see `isBeyond`.
    public var parts: Int128

    public init(parts: Int128) {
        self.parts = parts
    }

    public init(_ amount: Amount) {
        parts = Int128(amount.microunits) * ExactAmount.perMicrounit
    }

    /// A quantity at a price per hour of one unit, times up to three ratios.
    public init(quantity: Int64, of sku: SKU, at perHour: Price, ratios: [Ratio]) {
        precondition(ratios.count <= 3, "an amount's denominator has room for three ratios")
        var product = Int128(quantity).held(times: Int128(ExactAmount.unit / sku.quantitiesPerUnit))
        product = product.held(times: Int128(perHour.microunits))
        for ratio in ratios { product = product.held(times: Int128(ratio.thousandths)) }
        for _ in ratios.count..<3 { product = product.held(times: 1000) }
        parts = product
    }

    public static let zero = ExactAmount(parts: 0)

    /// A number that all SKUs' quantities per unit divide.
    static let unit: Int64 = 128_000
    static let millisecondsPerHour: Int128 = 3_600_000
    /// Units × milliseconds per hour × three ratios in thousandths.
    public static let perMicrounit: Int128 = Int128(unit) * millisecondsPerHour * 1_000_000_000

    /// It has left the range in which it is exact (some 10¹¹ of the currency's unit), and is refused where it counts.
    public var isBeyond: Bool { parts == .max || parts == -.max }

    public static func + (left: ExactAmount, right: ExactAmount) -> ExactAmount {
        ExactAmount(parts: left.parts.held(plus: right.parts))
    }

    public static func - (left: ExactAmount, right: ExactAmount) -> ExactAmount { left + -right }

    public static prefix func - (amount: ExactAmount) -> ExactAmount { ExactAmount(parts: -amount.parts) }

    public static func += (left: inout ExactAmount, right: ExactAmount) { left = left + right }

    public static func < (left: ExactAmount, right: ExactAmount) -> Bool { left.parts < right.parts }

    /// In millionths of a millionth of the currency's unit (12 decimals), rounded half to even: what single rows show.
    public var picounits: Int128 { parts.rounded(dividingBy: ExactAmount.perMicrounit / 1_000_000) }

    /// The currency's units with 12 decimals.
    public var description: String { ExactAmount.decimal(picounits, places: 12) }

    /// A number of `10^-places` as a decimal with exactly so many places, such as `-0.050000`.
    public static func decimal(_ number: Int128, places: Int) -> String {
        let digits = String(number.magnitude)
        let padded = String(repeating: "0", count: max(places + 1 - digits.count, 0)) + digits
        let sign = number < 0 ? "-" : ""
        guard places > 0 else { return sign + padded }
        return "\(sign)\(padded.dropLast(places)).\(padded.suffix(places))"
    }
}

extension ExactAmount: CustomStringConvertible {}

extension Int128 {
    /// The product, held at the ends of a range that is as wide on both sides.
    fileprivate func held(times other: Int128) -> Int128 {
        let (product, isOver) = multipliedReportingOverflow(by: other)
        if isOver || product == .min { return (self < 0) == (other < 0) ? .max : -.max }
        return product
    }

    fileprivate func held(plus other: Int128) -> Int128 {
        let (sum, isOver) = addingReportingOverflow(other)
        if isOver || sum == .min { return self < 0 ? -.max : .max }
        return sum
    }

    /// The nearest whole number of `divisor`, which is positive; of two that are as near, the even one.
    func rounded(dividingBy divisor: Int128) -> Int128 {
        let (whole, rest) = quotientAndRemainder(dividingBy: divisor)
        let twice = rest.magnitude * 2
        let isUp = twice > divisor.magnitude || (twice == divisor.magnitude && whole % 2 != 0)
        return isUp ? whole + (self < 0 ? -1 : 1) : whole
    }
}
