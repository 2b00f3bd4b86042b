/// RFC 3339 date and time in UTC, for years 1970 to 9999.
public enum RFC3339 {
    /// `2026-11-02T09:30:00Z`, with `.123` only where the milliseconds are not zero.
    /// A time outside the years 1970 to 9999 is shown as the nearer end of that range.
    public static func string(_ time: Timestamp) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(24)
        append(time, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends what `string` gives, as UTF-8.
    public static func append(_ time: Timestamp, to text: inout [UInt8]) {
        let clamped = min(max(time.milliseconds, 0), lastMillisecond)
        let milliseconds = clamped % 1000
        let seconds = clamped / 1000
        let date = CivilDate(daysSinceEpoch: seconds / 86_400)
        let second = seconds % 86_400
        // A page of a list has thousands of times: each is laid down whole, and its digits are put into it.
        let start = text.count
        blank.withUTF8Buffer { text.append(contentsOf: $0) }
        text.withUnsafeMutableBufferPointer { bytes in
            put(date.year, digits: 4, to: &bytes, at: start)
            put(date.month, digits: 2, to: &bytes, at: start + 5)
            put(date.day, digits: 2, to: &bytes, at: start + 8)
            put(second / 3600, digits: 2, to: &bytes, at: start + 11)
            put(second / 60 % 60, digits: 2, to: &bytes, at: start + 14)
            put(second % 60, digits: 2, to: &bytes, at: start + 17)
            put(milliseconds, digits: 3, to: &bytes, at: start + 20)
            if milliseconds == 0 { bytes[start + 19] = UInt8(ascii: "Z") }
        }
        if milliseconds == 0 { text.removeLast(4) }
    }

    /// Reads `YYYY-MM-DDThh:mm:ss[.fraction](Z|±hh:mm)`; a fraction is cut to milliseconds.
    /// Gives nil for anything else, for a date that does not exist, and for years outside 1970 to 9999.
    public static func timestamp(_ text: String) -> Timestamp? {
        timestamp(utf8: Array(text.utf8)[...])
    }

    /// Reads what `timestamp(_:)` reads, from UTF-8.
    public static func timestamp(utf8 text: ArraySlice<UInt8>) -> Timestamp? {
        var scanner = Scanner(text)
        guard let date = scanner.date(), scanner.skip("T") || scanner.skip("t") || scanner.skip(" "),
            let hour = scanner.number(digits: 2), scanner.skip(":"),
            let minute = scanner.number(digits: 2), scanner.skip(":"),
            let second = scanner.number(digits: 2),
            let fraction = scanner.fraction(), let offset = scanner.offsetSeconds(), scanner.isAtEnd
        else { return nil }
        guard hour < 24, minute < 60, second < 60 else { return nil }
        let seconds = date.daysSinceEpoch * 86_400 + hour * 3600 + minute * 60 + second - offset
        let milliseconds = seconds * 1000 + fraction
        guard (0...lastMillisecond).contains(milliseconds) else { return nil }
        return Timestamp(milliseconds: milliseconds)
    }

    /// 9999-12-31T23:59:59.999Z.
    private static let lastMillisecond: Int64 = 253_402_300_799_999

    private static let blank: StaticString = "0000-00-00T00:00:00.000Z"

    /// Puts a number's last digits in the place of zeros.
    private static func put(
        _ number: Int64, digits: Int, to bytes: inout UnsafeMutableBufferPointer<UInt8>, at start: Int
    ) {
        var rest = UInt32(truncatingIfNeeded: number)
        for index in (start..<start + digits).reversed() {
            bytes[index] &+= UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }
}

extension Scanner {
    /// Milliseconds of an optional `.digits`; nil where a point has no digit after it.
    fileprivate mutating func fraction() -> Int64? {
        guard skip(".") else { return 0 }
        guard var milliseconds = digit() else { return nil }
        var places = 1
        while let next = digit() {
            if places < 3 { milliseconds = milliseconds * 10 + next }
            places = min(places + 1, 3)
        }
        while places < 3 {
            milliseconds *= 10
            places += 1
        }
        return milliseconds
    }

    /// Seconds east of UTC.
    fileprivate mutating func offsetSeconds() -> Int64? {
        if skip("Z") || skip("z") { return 0 }
        let sign: Int64
        if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
        guard let hour = number(digits: 2), skip(":"), let minute = number(digits: 2), hour < 24, minute < 60 else {
            return nil
        }
        return sign * (hour * 3600 + minute * 60)
    }
}
