import Units

/// Reads JSON (RFC 8259) from the front of a text, value by value, for lists that are too long for `JSONDecoder`:
/// a page of 1,000 reservations takes `JSONDecoder` about 40 ms.
public struct JSONReader {
    let bytes: [UInt8]
    var position = 0
    private var depth = 0
    /// Whether something in the last text that was read stands for something else.
    var isLastEscaped = false

    /// The most arrays and objects that may lie in each other.
    public static let depthLimit = 64

    /// How much of a view is wanted.
    public enum Detail: Sendable {
        case full
        /// Without the texts that only a single one is shown with, which take most of the time.
        case summary
    }

    let detail: Detail

    public init(_ bytes: [UInt8], detail: Detail = .full) {
        self.bytes = bytes
        self.detail = detail
    }

    /// Reads an object; `field` reads or skips the value of each name.
    public mutating func object(
        _ field: (JSONName, inout JSONReader) throws(JSONFault) -> Void
    ) throws(JSONFault) {
        try members { range, reader throws(JSONFault) in
            try field(try reader.name(range), &reader)
        }
    }

    /// Reads an object; `member` is told where each name stands, quotes included, and reads or skips its value.
    public mutating func members(
        _ member: (Range<Int>, inout JSONReader) throws(JSONFault) -> Void
    ) throws(JSONFault) {
        try enter(UInt8(ascii: "{"))
        if accept(UInt8(ascii: "}")) { return depth -= 1 }
        repeat {
            let range = try rawString()
            try expect(UInt8(ascii: ":"), "a colon")
            try member(range.lowerBound - 1..<range.upperBound + 1, &self)
        } while accept(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"), "a comma or a closing brace")
        depth -= 1
    }

    /// Reads an array; `element` reads or skips each value.
    public mutating func array(_ element: (inout JSONReader) throws(JSONFault) -> Void) throws(JSONFault) {
        try enter(UInt8(ascii: "["))
        if accept(UInt8(ascii: "]")) { return depth -= 1 }
        repeat {
            try element(&self)
        } while accept(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"), "a comma or a closing bracket")
        depth -= 1
    }

    /// Reads an array of texts.
    public mutating func strings() throws(JSONFault) -> [String] {
        var result: [String] = []
        try array { reader throws(JSONFault) in result.append(try reader.string()) }
        return result
    }

    /// Reads `null`, if that is what comes.
    public mutating func null() throws(JSONFault) -> Bool {
        guard peek() == UInt8(ascii: "n") else { return false }
        try word("null")
        return true
    }

    /// Reads `true` or `false`.
    public mutating func bool() throws(JSONFault) -> Bool {
        switch peek() {
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"):
            try word("false")
            return false
        default: throw fault("true or false")
        }
        return true
    }

    /// Reads a number without fraction and exponent that fits the type.
    public mutating func integer<Number: FixedWidthInteger>(
        _ type: Number.Type = Number.self
    ) throws(JSONFault) -> Number {
        let isNegative = peek() == UInt8(ascii: "-")
        if isNegative { position += 1 }
        let start = position
        var number: Number = 0
        while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 {
            let digit = Number(truncatingIfNeeded: bytes[position] &- UInt8(ascii: "0"))
            let (tens, overflow) = number.multipliedReportingOverflow(by: 10)
            let (next, carry) =
                isNegative ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
            guard !overflow, !carry else { throw fault("a smaller number") }
            number = next
            position += 1
        }
        guard position > start, position == start + 1 || bytes[start] != UInt8(ascii: "0") else {
            throw fault("a whole number")
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") || bytes[position] | 0x20 == UInt8(ascii: "e") {
            throw fault("a whole number")
        }
        return number
    }

    /// Reads an RFC 3339 time.
    public mutating func dateTime() throws(JSONFault) -> DateTime {
        _ = peek()
        let start = position
        let range = try rawString()
        guard let time = RFC3339.timestamp(utf8: bytes[range]) else {
            position = start
            throw fault("an RFC 3339 time")
        }
        return DateTime(time)
    }

    /// Reads a text that is one of the type's raw values.
    public mutating func choice<Choice: RawRepresentable<String>>(
        _ type: Choice.Type = Choice.self
    ) throws(JSONFault) -> Choice {
        _ = peek()
        let start = position
        guard let choice = Choice(rawValue: try string()) else {
            position = start
            throw fault("a value of \(type)")
        }
        return choice
    }

    /// What kind of value comes next.
    public enum Kind: Sendable {
        case object, array, other
    }

    /// The kind of the next value.
    public var next: Kind {
        mutating get {
            switch peek() {
            case UInt8(ascii: "{"): .object
            case UInt8(ascii: "["): .array
            default: .other
            }
        }
    }

    /// To be called behind the last value: nothing but white space may follow.
    public mutating func end() throws(JSONFault) {
        guard peek() == nil else { throw fault("the end") }
    }
}

/// Where a text is not the JSON that was expected.
public struct JSONFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// Bytes before the fault.
    public let offset: Int
    /// What should have stood there.
    public let expected: String

    public init(offset: Int, expected: String) {
        self.offset = offset
        self.expected = expected
    }

    public var description: String { "expected \(expected) at byte \(offset)" }
}

extension JSONReader {
    /// A fault here, by what should have stood here.
    public func fault(_ expected: String) -> JSONFault { JSONFault(offset: position, expected: expected) }

    /// The next byte that is no white space; nil at the end.
    mutating func peek() -> UInt8? {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            case let byte: return byte
            }
        }
        return nil
    }

    mutating func accept(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    mutating func expect(_ byte: UInt8, _ expected: String) throws(JSONFault) {
        guard accept(byte) else { throw fault(expected) }
    }

    mutating func word(_ word: StaticString) throws(JSONFault) {
        _ = peek()
        let matches = word.withUTF8Buffer { bytes[position...].starts(with: $0) }
        guard matches else { throw fault("\(word)") }
        position += word.utf8CodeUnitCount
    }

    private mutating func enter(_ open: UInt8) throws(JSONFault) {
        try expect(open, open == UInt8(ascii: "{") ? "an object" : "an array")
        depth += 1
        guard depth <= JSONReader.depthLimit else { throw fault("at most \(JSONReader.depthLimit) levels") }
    }
}
