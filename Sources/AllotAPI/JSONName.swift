/// The name of a field that is being read; `switch` compares it with literals. A page has tens of thousands of names,
/// so one of up to 16 bytes is held, and compared, as two words.
public struct JSONName {
    /// The first and the last bytes; of more than 16, only some.
    private let words: (UInt64, UInt64)
    private let count: Int
    /// All bytes of what is longer than the words.
    private let long: [UInt8]?

    init(_ name: UnsafeRawBufferPointer) {
        count = name.count
        words = JSONName.words(name.baseAddress, name.count)
        long = name.count > 16 ? Array(name) : nil
    }

    /// The name as a text of its own.
    public var text: String {
        if let long { return String(decoding: long, as: UTF8.self) }
        let (low, high) = words
        let bytes = (0..<count).map { index in
            switch count {
            case 8...: index < 8 ? low.byte(index) : high.byte(index - (count - 8))
            case 4...: index < 4 ? low.byte(index) : low.byte(index - (count - 4) + 4)
            default: low.byte(index == 0 ? 0 : index == count - 1 ? 2 : 1)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether the name is this literal.
    public static func ~= (literal: StaticString, name: JSONName) -> Bool {
        guard literal.utf8CodeUnitCount == name.count,
            words(UnsafeRawPointer(literal.utf8Start), name.count) == name.words
        else { return false }
        guard let long = name.long else { return true }
        return literal.withUTF8Buffer { $0.elementsEqual(long) }
    }

    /// As many bytes from the front and from the end as fit; they overlap where there are fewer.
    private static func words(_ start: UnsafeRawPointer?, _ count: Int) -> (UInt64, UInt64) {
        guard let start, count > 0 else { return (0, 0) }
        if count >= 8 { return (word(start), word(start + (count - 8))) }
        if count >= 4 {
            let first = UInt32(littleEndian: start.loadUnaligned(as: UInt32.self))
            let last = UInt32(littleEndian: start.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
            return (UInt64(first) | UInt64(last) << 32, 0)
        }
        let (first, middle, last) = (byte(start), byte(start + count / 2), byte(start + (count - 1)))
        return (first | middle << 8 | last << 16, 0)
    }

    private static func word(_ start: UnsafeRawPointer) -> UInt64 {
        UInt64(littleEndian: start.loadUnaligned(as: UInt64.self))
    }

    private static func byte(_ start: UnsafeRawPointer) -> UInt64 { UInt64(start.load(as: UInt8.self)) }
}

extension UInt64 {
    /// A byte, counted from the one that weighs least.
    fileprivate func byte(_ index: Int) -> UInt8 { UInt8(truncatingIfNeeded: self >> (8 * index)) }
}

extension JSONReader {
    /// The name that stands there, with its quotes.
    func name(_ quoted: Range<Int>) throws(JSONFault) -> JSONName {
        let range = quoted.lowerBound + 1..<quoted.upperBound - 1
        guard isLastEscaped else {
            return bytes.withUnsafeBytes { JSONName(UnsafeRawBufferPointer(rebasing: $0[range])) }
        }
        let unescaped = Array(try unescaped(range).utf8)
        return unescaped.withUnsafeBytes { JSONName($0) }
    }
}
