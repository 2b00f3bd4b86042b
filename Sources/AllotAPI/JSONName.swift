import Glibc

/// The name of a field that is being read. It stays within the bytes that are read, since a page has tens of
/// thousands of names; `switch` compares it with literals.
public struct JSONName {
    let bytes: [UInt8]
    let range: Range<Int>

    /// The name as a text of its own.
    public var text: String { String(decoding: bytes[range], as: UTF8.self) }

    /// Whether the name is this literal.
    public static func ~= (literal: StaticString, name: JSONName) -> Bool {
        let count = literal.utf8CodeUnitCount
        guard count == name.range.count, count > 0 else { return count == name.range.count }
        return name.bytes.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return false }
            return memcmp(start + name.range.lowerBound, literal.utf8Start, count) == 0
        }
    }
}

extension JSONReader {
    /// The name that stands there, with its quotes.
    func name(_ quoted: Range<Int>) throws(JSONFault) -> JSONName {
        let range = quoted.lowerBound + 1..<quoted.upperBound - 1
        guard isEscaped(range) else { return JSONName(bytes: bytes, range: range) }
        let unescaped = Array(try unescaped(range).utf8)
        return JSONName(bytes: unescaped, range: unescaped.indices)
    }
}
