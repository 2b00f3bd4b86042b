/// What an hour of one unit costs: exact, in millionths of the currency's unit.
public struct Price: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// Millionths of the currency's unit per hour.
    public let microunits: Int64

    public init(microunits: Int64) {
        self.microunits = microunits
    }

    /// Reads a decimal number such as `2.50` with at most 6 decimals; nil for anything else, negative ones included.
    public init?(_ text: String) {
        guard let microunits = FixedPoint.parts(text, places: 6) else { return nil }
        self.microunits = microunits
    }

    public static let zero = Price(microunits: 0)

    /// `2.50`: two decimals, or as many as it takes to be exact.
    public var description: String { FixedPoint.text(microunits, places: 6, shortest: 2) }

    public static func < (left: Price, right: Price) -> Bool { left.microunits < right.microunits }

    /// The price times a ratio; nil where that is no whole number of millionths, or more than an Int64 of them.
    public func multiplied(by ratio: Ratio) -> Price? {
        let product = Int128(microunits) * Int128(ratio.thousandths)
        guard product % 1000 == 0, let microunits = Int64(exactly: product / 1000) else { return nil }
        return Price(microunits: microunits)
    }

    public init(from decoder: any Decoder) throws {
        microunits = try decoder.singleValueContainer().decode(Int64.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(microunits)
    }
}
