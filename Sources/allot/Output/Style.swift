import AllotAPI
import Units

/// How values are written for people.
struct Style: Sendable {
    var zone: Zone
    var now: Timestamp
    var isColoured: Bool
    var isUnicode: Bool
    /// The terminal's columns; nil where nothing is to be cut.
    var width: Int?

    /// What stands for nothing.
    static let none = "-"

    /// `2026-11-24 09:00`, with a `Z` where it is UTC.
    func time(_ time: DateTime?) -> String {
        var text: CellText = []
        write(time, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Writes what `time` gives.
    func write(_ time: DateTime?, to text: inout CellText) {
        guard let time else { return text.append(Style.none) }
        let start = text.count
        RFC3339.append(zone.wall(time.timestamp), to: &text)
        text[start + 10] = UInt8(ascii: " ")
        text.removeLast(text.count - start - 16)
        if zone.name == .utc { text.append(UInt8(ascii: "Z")) }
    }

    /// `2026-11-24 09:00 (in 2h10m)`.
    func relativeTime(_ time: DateTime) -> String {
        let span = time.timestamp - now
        let distance =
            span < .zero ? "\(Style.rough(Span(milliseconds: -span.milliseconds))) ago" : "in \(Style.rough(span))"
        return "\(self.time(time)) (\(distance))"
    }

    /// A duration as exact as a person cares: seconds below an hour, minutes below a day, then hours.
    static func rough(_ span: Span) -> String {
        let seconds = max(span.wholeSeconds, 0)
        let step: Int64 = seconds < 600 ? 1 : seconds < 86_400 ? 60 : 3600
        return Span(seconds: seconds / step * step).duration
    }

    static func duration(seconds: Int64) -> String { Span(seconds: seconds).duration }
    static func memory(_ bytes: Int64?) -> String { bytes.map { ByteCount(bytes: $0).short } ?? none }
    static func list(_ texts: [String]?) -> String {
        guard let texts, !texts.isEmpty else { return none }
        return texts.joined(separator: ",")
    }
}

/// A colour with a meaning.
enum Tint: String {
    case good = "32"
    case waiting = "33"
    case bad = "31"
    case faint = "2"
    case strong = "1"
}

extension Style {
    func tinted(_ text: String, _ tint: Tint?) -> String {
        guard isColoured, let tint else { return text }
        return "\u{1B}[\(tint.rawValue)m\(text)\u{1B}[0m"
    }
}
