public import Policy
public import Units

/// A calendar month of the policy's zone: what is invoiced, and closed, as one. Written `2026-11`.
public struct Period: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// Its first day.
    public let first: CivilDate

    /// The one that a day is in.
    public init(of day: CivilDate) {
        first = day.firstOfMonth
    }

    /// Reads `2026-11`; nil for anything else.
    public init?(_ text: String) {
        guard text.utf8.count == 7, let first = CivilDate("\(text)-01") else { return nil }
        self.first = first
    }

    /// The one that an instant is in.
    public init(containing time: Timestamp, in zone: Zone) {
        self.init(of: zone.date(at: time))
    }

    public var next: Period { Period(of: first.firstOfNextMonth) }
    public var previous: Period { Period(of: CivilDate(daysSinceEpoch: first.daysSinceEpoch - 1)) }

    /// From its first instant to the next one's: days of 23 and 25 hours are in it as they are.
    public func range(in zone: Zone) -> Range<Timestamp> { zone.start(of: first)..<zone.start(of: next.first) }

    public var description: String {
        let year = String(first.year)
        return String(repeating: "0", count: max(4 - year.count, 0)) + year + (first.month < 10 ? "-0" : "-")
            + String(first.month)
    }

    public static func < (left: Period, right: Period) -> Bool { left.first < right.first }

    /// As the text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let period = Period(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no period: \(text)")
        }
        self = period
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
