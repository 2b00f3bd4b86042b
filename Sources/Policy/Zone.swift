internal import Foundation
public import Units

/// A time zone of the IANA database, by its name: where the policy's days, months and times of the week are.
///
/// Instants come as values and no clock is read; Foundation knows the offsets.
public struct Zone: Sendable, Hashable, Codable, CustomStringConvertible {
    /// `UTC` or `Europe/Berlin`.
    public let name: String

    /// nil for a name that the database does not have. Of the names without an area only `UTC` is read: the others
    /// are abbreviations that mean one thing here and another there.
    public init?(_ name: String) {
        guard name == "UTC" || name.utf8.contains(UInt8(ascii: "/")), TimeZone(identifier: name) != nil else {
            return nil
        }
        self.name = name
    }

    public static let utc = Zone(checked: "UTC")

    public var description: String { name }

    /// The name that most likely was meant by one that is none.
    static func nearest(to name: String) -> String? {
        name.nearest(in: TimeZone.knownTimeZoneIdentifiers + ["UTC"])
    }

    /// How far the zone's clocks are ahead of UTC.
    public func offset(at time: Timestamp) -> Span {
        guard let zone = TimeZone(identifier: name) else { return .zero }
        let seconds = min(max((time - Timestamp(milliseconds: 0)).wholeSeconds, Zone.firstSecond), Zone.lastSecond)
        return .seconds(Int64(zone.secondsFromGMT(for: .init(timeIntervalSince1970: TimeInterval(seconds)))))
    }

    /// The day on the zone's calendars.
    public func date(at time: Timestamp) -> CivilDate {
        CivilDate(daysSinceEpoch: LocalTime(time, offset: offset(at: time)).day)
    }

    /// The first instant of a day, which is not midnight where the clocks skip it.
    public func start(of date: CivilDate) -> Timestamp {
        let midnight = Timestamp(milliseconds: 0) + .days(date.daysSinceEpoch)
        for stretch in stretches(of: (midnight - .days(2))..<(midnight + .days(2))) {
            let start = max(midnight - stretch.offset, stretch.range.lowerBound)
            if start < stretch.range.upperBound { return start }
        }
        return midnight
    }

    /// The calendar month around an instant: the period of caps, budgets and invoices.
    public func month(containing time: Timestamp) -> Range<Timestamp> {
        let date = date(at: time)
        return start(of: date.firstOfMonth)..<start(of: date.firstOfNextMonth)
    }

    /// The range cut where the offset changes. The database knows of no zone that goes there and back within a day.
    func stretches(of range: Range<Timestamp>) -> [(range: Range<Timestamp>, offset: Span)] {
        var stretches: [(range: Range<Timestamp>, offset: Span)] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let end = change(after: start, before: range.upperBound)
            stretches.append((start..<end, offset(at: start)))
            start = end
        }
        return stretches
    }

    private func change(after start: Timestamp, before end: Timestamp) -> Timestamp {
        let offset = offset(at: start)
        var (last, next) = (start, start)
        while next < end {
            next = min(last + .days(1), end)
            if self.offset(at: next) != offset { break }
            last = next
        }
        while next.milliseconds - last.milliseconds > 1 {
            let middle = Timestamp(milliseconds: (last.milliseconds + next.milliseconds) / 2)
            if self.offset(at: middle) == offset { last = middle } else { next = middle }
        }
        return next
    }

    private init(checked name: String) {
        self.name = name
    }

    /// The years 1900 to 9999: beyond them nothing is planned, and a number of Foundation's would not be exact.
    private static let firstSecond: Int64 = -2_208_988_800
    private static let lastSecond: Int64 = 253_402_300_799

    /// As the name.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let name = try container.decode(String.self)
        guard let zone = Zone(name) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no time zone: \(name)")
        }
        self = zone
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}
