import Units

/// A point in time as people write it: RFC 3339, `2026-11-24 09:00`, `09:00`, `tomorrow 09:00`, `+2h`.
enum TimeArgument {
    /// Why a text is no time, with what would be one.
    struct Fault: Error, Hashable, CustomStringConvertible {
        let description: String
    }

    /// Reads it.
    /// - Parameter now: What `+2h`, `09:00` and `tomorrow` are counted from.
    static func read(_ text: String, now: Timestamp, zone: Zone) throws(Fault) -> Timestamp {
        let text = trimmed(text)
        if let time = RFC3339.timestamp(text) { return time }
        if text.hasPrefix("+") { return now + (try span(text.dropFirst(), in: text)) }
        let words = text.split(whereSeparator: { $0 == " " || $0 == "T" || $0 == "t" }).map(String.init)
        let day = wallDay(of: zone.wall(now))
        // "today" and "tomorrow" have a t of their own.
        if let (word, rest) = named(text) {
            return try time(rest, on: day + (word == "today" ? 0 : 1), text: text, zone: zone)
        }
        if words.count == 1, text.contains(":") { return try next(text, after: now, day: day, zone: zone) }
        if words.count == 2, let date = date(words[0]) { return try time(words[1], on: date, text: text, zone: zone) }
        if date(text) != nil {
            throw Fault(description: "'\(text)' needs a time of day as well, such as '\(text) 09:00'")
        }
        throw Fault(description: "'\(text)' is not a time; \(forms)")
    }

    private static let forms =
        "write 2026-11-24T09:00:00Z, '2026-11-24 09:00', 09:00 (the next one), 'tomorrow 09:00' or +2h"

    private static func trimmed(_ text: String) -> String {
        var text = text[...]
        while text.first == " " { text = text.dropFirst() }
        while text.last == " " { text = text.dropLast() }
        return String(text)
    }

    private static func named(_ text: String) -> (word: String, rest: String)? {
        for word in ["today", "tomorrow"] where text.lowercased().hasPrefix(word + " ") {
            return (word, trimmed(String(text.dropFirst(word.count))))
        }
        return nil
    }

    private static func span(_ text: Substring, in whole: String) throws(Fault) -> Span {
        guard let span = Span(duration: String(text)) else {
            throw Fault(description: "'\(whole)' is not a time from now; write +45m, +2h or +1h30m")
        }
        return span
    }

    /// Reads a date, `2026-11-24`, as whole days since 1970 on the wall.
    static func day(_ text: String) throws(Fault) -> Int64 {
        guard let day = date(trimmed(text)) else {
            throw Fault(description: "'\(text)' is not a date; write 2026-11-24")
        }
        return day
    }

    /// `2026-11-24` for a day.
    static func text(ofDay day: Int64) -> String {
        String(RFC3339.string(Timestamp(milliseconds: day * dayLength)).prefix(10))
    }

    /// Whole days since 1970 on the wall.
    static func wallDay(of wall: Timestamp) -> Int64 {
        (wall.milliseconds - (wall.milliseconds % dayLength + dayLength) % dayLength) / dayLength
    }

    private static let dayLength: Int64 = 86_400_000

    /// `2026-11-24` as whole days since 1970.
    private static func date(_ text: String) -> Int64? {
        RFC3339.timestamp(text + "T00:00:00Z").map { $0.milliseconds / dayLength }
    }

    /// `09:00` or `09:00:30` as a time since midnight.
    private static func timeOfDay(_ text: String, in whole: String) throws(Fault) -> Span {
        let padded = text.split(separator: ":", omittingEmptySubsequences: false).first?.count == 1 ? "0" + text : text
        for ending in ["Z", ":00Z"] {
            if let time = RFC3339.timestamp("1970-01-01T\(padded)\(ending)") {
                return time - Timestamp(milliseconds: 0)
            }
        }
        throw Fault(
            description: "'\(text)' in '\(whole)' is not a time of day; write 09:00 or 17:30:15, up to 23:59:59")
    }

    private static func time(_ text: String, on day: Int64, text whole: String, zone: Zone) throws(Fault) -> Timestamp {
        let wall = Timestamp(milliseconds: day * dayLength) + (try timeOfDay(text, in: whole))
        guard let time = zone.time(ofWall: wall) else {
            throw Fault(description: "'\(whole)' does not exist: the clocks skip it that day; take an hour later")
        }
        return time
    }

    /// The next time that the clocks show it.
    private static func next(_ text: String, after now: Timestamp, day: Int64, zone: Zone) throws(Fault) -> Timestamp {
        let today = try? time(text, on: day, text: text, zone: zone)
        if let today, today > now { return today }
        return try time(text, on: day + 1, text: text, zone: zone)
    }
}
