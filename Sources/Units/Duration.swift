extension Span {
    /// Reads a duration as people write it: `90s`, `45m`, `4h`, `2d`, `1h30m`, units falling from days to seconds.
    /// Gives nil for anything else: an empty text, a bare number, a unit twice or out of order, over 100 years.
    public init?(duration text: String) {
        var seconds: Int64 = 0
        var number: Int64?
        var lastUnit = Int64.max
        for byte in text.utf8 {
            if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                let next = (number ?? 0) * 10 + Int64(byte - UInt8(ascii: "0"))
                guard next <= Span.longestDurationSeconds else { return nil }
                number = next
                continue
            }
            guard let unit = Span.secondsPerUnit(byte), unit < lastUnit, let count = number else { return nil }
            seconds += count * unit
            guard seconds <= Span.longestDurationSeconds else { return nil }
            lastUnit = unit
            number = nil
        }
        guard number == nil, lastUnit != .max else { return nil }
        self.init(seconds: seconds)
    }

    /// `1h30m`, `45s`, `2d`: the shortest exact form in whole seconds, rounded down; `0s` for none.
    public var duration: String {
        var rest = max(wholeSeconds, 0)
        var text = ""
        for (unit, length) in [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)] as [(String, Int64)]
        where rest >= length {
            text += String(rest / length)
            text += unit
            rest %= length
        }
        return text.isEmpty ? "0s" : text
    }

    /// A hundred years, in seconds.
    private static let longestDurationSeconds: Int64 = 36_525 * 86_400

    private static func secondsPerUnit(_ byte: UInt8) -> Int64? {
        switch byte {
        case UInt8(ascii: "d"): 86_400
        case UInt8(ascii: "h"): 3600
        case UInt8(ascii: "m"): 60
        case UInt8(ascii: "s"): 1
        default: nil
        }
    }
}
