/// The lines of a trace, with their numbers, one at a time.
struct TraceLines {
    private let bytes: [UInt8]
    private var offset = 0
    private var number = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The next line without its end, which may be that of any system; nil after the last.
    mutating func next() throws(TraceError) -> TraceLine? {
        guard offset < bytes.count else { return nil }
        let end = bytes[offset...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        var content = bytes[offset..<end]
        if content.last == UInt8(ascii: "\r") { content.removeLast() }
        offset = end + 1
        number += 1
        let line = TraceLine(number: number, bytes: content)
        guard content.count <= Limits.lineBytes else { throw line.error(.longLine(limitBytes: Limits.lineBytes)) }
        return line
    }
}

/// One line of a trace.
struct TraceLine {
    var number: Int
    var bytes: ArraySlice<UInt8>

    var text: Substring { Substring(decoding: bytes, as: UTF8.self) }

    func error(_ reason: TraceError.Reason) -> TraceError { TraceError(line: number, reason: reason) }

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// A decimal number with or without a minus sign; nil for anything else, and beyond Int64.
    static func number(_ word: ArraySlice<UInt8>) -> Int64? {
        let isNegative = word.first == UInt8(ascii: "-")
        let digits = isNegative ? word.dropFirst() : word
        guard !digits.isEmpty else { return nil }
        var value: Int64 = 0
        for byte in digits {
            guard isDigit(byte) else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowOfSum) = product.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
            guard !overflow, !overflowOfSum else { return nil }
            value = sum
        }
        return isNegative ? -value : value
    }

    /// A word as an error shows it.
    static func shown(_ word: ArraySlice<UInt8>) -> String { String(decoding: word.prefix(32), as: UTF8.self) }
}

extension Substring {
    /// Without spaces and tabs at its ends.
    var trimmed: Substring {
        let start = drop { $0 == " " || $0 == "\t" }
        guard let last = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
        return start[...last]
    }
}

/// Why a trace could not be read: the line, from 1 on, and the reason.
public struct TraceError: Error, Sendable, Hashable, CustomStringConvertible {
    public var line: Int
    public var reason: Reason

    public init(line: Int, reason: Reason) {
        self.line = line
        self.reason = reason
    }

    public var description: String { "line \(line): \(reason)" }

    /// What was wrong, with its numbers.
    public enum Reason: Sendable, Hashable, CustomStringConvertible {
        case fields(Int, expected: Int)
        case notANumber(String, field: String)
        case beyondLimit(String, found: Int64, limit: Int64)
        case longLine(limitBytes: Int)
        case tooMany(String, limit: Int)
        /// A table whose first line does not name this column.
        case noColumn(String)

        public var description: String {
            switch self {
            case .fields(let count, let expected): "it has \(count) fields, not \(expected)"
            case .notANumber(let word, let field): "\(field) is no number: '\(word)'"
            case .beyondLimit(let field, let found, let limit): "\(field) is \(found); the limit is \(limit)"
            case .longLine(let limit): "it is longer than \(limit) bytes"
            case .tooMany(let what, let limit): "there are more than \(limit) \(what)"
            case .noColumn(let name): "there is no column \(name)"
            }
        }
    }
}
