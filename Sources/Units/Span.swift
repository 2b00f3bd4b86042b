/// A length of time in whole milliseconds. May be negative where it is a difference.
public struct Span: Sendable, Hashable, Comparable, Codable {
    public let milliseconds: Int64

    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// A span of whole seconds; more than an Int64 of milliseconds holds is cut to the largest span.
    public init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        self.milliseconds = overflow ? (seconds < 0 ? .min : .max) : product
    }

    public static let zero = Span(milliseconds: 0)

    public static func seconds(_ count: Int64) -> Span { Span(seconds: count) }
    public static func minutes(_ count: Int64) -> Span { Span(seconds: count * 60) }
    public static func hours(_ count: Int64) -> Span { Span(seconds: count * 3600) }
    public static func days(_ count: Int64) -> Span { Span(seconds: count * 86_400) }

    /// Whole seconds, rounded down.
    public var wholeSeconds: Int64 {
        milliseconds >= 0 ? milliseconds / 1000 : -((-(milliseconds + 1)) / 1000) - 1
    }

    public static func < (left: Span, right: Span) -> Bool { left.milliseconds < right.milliseconds }

    /// The sum, held at the ends of Int64.
    public static func + (left: Span, right: Span) -> Span {
        Span(milliseconds: left.milliseconds.addingClamped(right.milliseconds))
    }

    /// The difference, held at the ends of Int64.
    public static func - (left: Span, right: Span) -> Span {
        Span(milliseconds: left.milliseconds.subtractingClamped(right.milliseconds))
    }

    public init(from decoder: any Decoder) throws {
        milliseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }
}

extension Int64 {
    /// The sum, held at `Int64.min` and `Int64.max`.
    func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    /// The difference, held at `Int64.min` and `Int64.max`.
    func subtractingClamped(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : .min) : difference
    }
}
