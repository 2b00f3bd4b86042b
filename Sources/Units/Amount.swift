/// An amount of money, in millionths of the currency's unit: what budgets are written and held in.
public struct Amount: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// Millionths of the currency's unit.
    public var microunits: Int64

    public init(microunits: Int64) {
        self.microunits = microunits
    }

    /// Reads a decimal number such as `50000` or `2.50` with at most 6 decimals; nil for anything else, negative ones
    /// included.
    public init?(_ text: String) {
        guard let microunits = FixedPoint.parts(text, places: 6) else { return nil }
        self.microunits = microunits
    }

    public static let zero = Amount(microunits: 0)

    /// `50000.00`: two decimals, or as many as it takes to be exact.
    public var description: String { FixedPoint.text(microunits, places: 6, shortest: 2) }

    public static func < (left: Amount, right: Amount) -> Bool { left.microunits < right.microunits }

    /// Saturates where the sum is more than an Int64 of millionths.
    public static func + (left: Amount, right: Amount) -> Amount {
        let (sum, isOver) = left.microunits.addingReportingOverflow(right.microunits)
        return Amount(microunits: isOver ? (left.microunits < 0 ? .min : .max) : sum)
    }

    /// Saturates likewise.
    public static func - (left: Amount, right: Amount) -> Amount {
        let (rest, isOver) = left.microunits.subtractingReportingOverflow(right.microunits)
        return Amount(microunits: isOver ? (left.microunits < 0 ? .min : .max) : rest)
    }

    public init(from decoder: any Decoder) throws {
        microunits = try decoder.singleValueContainer().decode(Int64.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(microunits)
    }
}
