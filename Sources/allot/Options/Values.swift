import ArgumentParser
import Units

extension ReservationID {
    /// Reads an id from the command line.
    static func argument(_ text: String) throws -> ReservationID {
        if let id = ReservationID(text) { return id }
        if let number = Int64(text), number > 0 {
            throw ValidationError("'\(text)' is not a reservation's id. Did you mean r-\(number)?")
        }
        throw ValidationError("'\(text)' is not a reservation's id. Ids look like r-1042; 'allot list' shows yours.")
    }
}

extension Span {
    /// Reads a duration from the command line.
    static func argument(_ text: String) throws -> Span {
        guard let span = Span(duration: text) else {
            let guess = Span(duration: text + "h") == nil ? "" : " '\(text)' has no unit: '\(text)h' is hours."
            throw ValidationError("'\(text)' is not a duration.\(guess) Write 90s, 45m, 4h, 2d or 1h30m.")
        }
        guard span > .zero else { throw ValidationError("'\(text)': a duration has to be longer than nothing.") }
        return span
    }
}

extension ByteCount {
    /// Reads an amount of memory from the command line.
    static func argument(_ text: String) throws -> ByteCount {
        guard let count = ByteCount(text) else {
            throw ValidationError("'\(text)' is not an amount of memory. Write 512M, 64G or 2T (powers of 1024).")
        }
        return count
    }
}

/// `name=value`.
struct KeyValue: Sendable, Hashable {
    let key: String
    let value: String

    static func argument(_ text: String) throws -> KeyValue {
        guard let mark = text.firstIndex(of: "="), mark != text.startIndex else {
            throw ValidationError("'\(text)' is not of the form NAME=VALUE.")
        }
        return KeyValue(key: String(text[..<mark]), value: String(text[text.index(after: mark)...]))
    }

    /// All of them by their names; a name that comes twice is a mistake.
    static func dictionary(_ pairs: [KeyValue], option: String) throws -> [String: String]? {
        if pairs.isEmpty { return nil }
        return try Dictionary(pairs.map { ($0.key, $0.value) }) { first, second in
            throw ValidationError("\(option) gives one name two values: '\(first)' and '\(second)'.")
        }
    }
}
