/// A factor such as 1.5, exact in thousandths.
public struct Ratio: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    public let thousandths: Int64

    public init(thousandths: Int64) {
        self.thousandths = thousandths
    }

    /// Reads a decimal number such as `1.5` with at most 3 decimals; nil for anything else, negative ones included.
    public init?(_ text: String) {
        guard let thousandths = FixedPoint.parts(text, places: 3) else { return nil }
        self.thousandths = thousandths
    }

    public static let one = Ratio(thousandths: 1000)

    /// `1.5`: no more decimals than it takes to be exact.
    public var description: String { FixedPoint.text(thousandths, places: 3, shortest: 0) }

    /// The least whole number that is not less.
    public var roundedUp: Int64 { (thousandths + 999) / 1000 }

    public static func < (left: Ratio, right: Ratio) -> Bool { left.thousandths < right.thousandths }

    public init(from decoder: any Decoder) throws {
        thousandths = try decoder.singleValueContainer().decode(Int64.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(thousandths)
    }
}
