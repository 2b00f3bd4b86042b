extension JSONReader {
    /// Reads a text. Bytes that are not UTF-8 are read as U+FFFD.
    public mutating func string() throws(JSONFault) -> String {
        let range = try rawString()
        if isLastEscaped { return try unescaped(range) }
        return bytes.withUnsafeBufferPointer {
            String(decoding: UnsafeBufferPointer(rebasing: $0[range]), as: UTF8.self)
        }
    }

    /// Reads over a text; gives where it stands between its quotes, escapes as they are.
    mutating func rawString() throws(JSONFault) -> Range<Int> {
        try expect(UInt8(ascii: "\""), "a text")
        let start = position
        let (end, isEscaped) = bytes.withUnsafeBytes { JSONReader.endOfText($0, from: start) }
        isLastEscaped = isEscaped
        guard end < bytes.count else {
            position = bytes.count
            throw fault("a closing quote")
        }
        position = end
        guard bytes[end] == UInt8(ascii: "\"") else { throw fault("no control character") }
        position += 1
        return start..<end
    }

    /// Where a text's closing quote stands, or the first control character in it, or a place behind the last byte; and
    /// whether there is an escape before it. Eight bytes at a time, since most of a page is texts.
    private static func endOfText(_ bytes: UnsafeRawBufferPointer, from start: Int) -> (end: Int, isEscaped: Bool) {
        var index = start
        var isEscaped = false
        while index + 8 <= bytes.count {
            let marks = marks(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)))
            index += marks.trailingZeroBitCount / 8
            if marks == 0 { continue }
            guard bytes[index] == UInt8(ascii: "\\") else { return (index, isEscaped) }
            isEscaped = true
            index += 2
        }
        while index < bytes.count, bytes[index] != UInt8(ascii: "\""), bytes[index] >= 0x20 {
            if bytes[index] == UInt8(ascii: "\\") {
                isEscaped = true
                index += 1
            }
            index += 1
        }
        return (index, isEscaped)
    }

    /// The top bit of each byte that is a quote, a backslash or a control character. The lowest bit is right, those
    /// above it need not be (the search for a zero byte in a word in Warren, Hacker's Delight, 6-1).
    private static func marks(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        let zeros = ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
        return (zeros | ((word &- ones &* 0x20) & ~word)) & (ones &* 0x80)
    }

    /// Reads over any value; gives where it stands.
    @discardableResult
    public mutating func skip() throws(JSONFault) -> Range<Int> {
        let first = peek()
        let start = position
        switch first {
        case UInt8(ascii: "{"):
            try object { _, reader throws(JSONFault) in try reader.skip() }
        case UInt8(ascii: "["):
            try array { reader throws(JSONFault) in try reader.skip() }
        case UInt8(ascii: "\""): _ = try rawString()
        case UInt8(ascii: "t"), UInt8(ascii: "f"): _ = try bool()
        case UInt8(ascii: "n"): _ = try null()
        default: try number()
        }
        return start..<position
    }

    private mutating func number() throws(JSONFault) {
        if position < bytes.count, bytes[position] == UInt8(ascii: "-") { position += 1 }
        let start = position
        try digits()
        guard position == start + 1 || bytes[start] != UInt8(ascii: "0") else { throw fault("a number") }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < bytes.count, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[position]) {
                position += 1
            }
            try digits()
        }
    }

    private mutating func digits() throws(JSONFault) {
        let start = position
        while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 { position += 1 }
        guard position > start else { throw fault("a value") }
    }

    func unescaped(_ range: Range<Int>) throws(JSONFault) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            guard bytes[index] == UInt8(ascii: "\\") else {
                result.append(bytes[index])
                index += 1
                continue
            }
            let mark = bytes[index + 1]
            index += 2
            if mark == UInt8(ascii: "u") {
                result += Array(String(try scalar(&index, before: range.upperBound)).utf8)
            } else if let byte = JSONReader.escapes[mark] {
                result.append(byte)
            } else {
                throw JSONFault(offset: index - 1, expected: "an escape")
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// A scalar behind `\u`, with the second half of a surrogate pair.
    private func scalar(_ index: inout Int, before end: Int) throws(JSONFault) -> Unicode.Scalar {
        let first = try hexadecimal(&index, before: end)
        var code = UInt32(first)
        if UTF16.isLeadSurrogate(first), index + 1 < end, bytes[index] == UInt8(ascii: "\\"),
            bytes[index + 1] == UInt8(ascii: "u")
        {
            index += 2
            let second = try hexadecimal(&index, before: end)
            guard UTF16.isTrailSurrogate(second) else { throw JSONFault(offset: index, expected: "a surrogate pair") }
            code = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw JSONFault(offset: index, expected: "a surrogate pair") }
        return scalar
    }

    private func hexadecimal(_ index: inout Int, before end: Int) throws(JSONFault) -> UInt16 {
        guard index + 4 <= end, bytes[index..<index + 4].allSatisfy({ $0 != UInt8(ascii: "+") }),
            let code = UInt16(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16)
        else { throw JSONFault(offset: index, expected: "four hexadecimal digits") }
        index += 4
        return code
    }

    private static let escapes: [UInt8: UInt8] = [
        UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
        UInt8(ascii: "/"): UInt8(ascii: "/"), UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C,
        UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09,
    ]
}
