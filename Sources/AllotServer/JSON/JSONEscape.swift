/// The escapes of JSON text (RFC 8259, section 7).
enum JSONEscape {
    /// The character of the escape at the front, whose backslash is taken off already; takes it off.
    /// The scanner has checked it.
    static func scalar(_ rest: inout ArraySlice<UInt8>) -> Unicode.Scalar {
        switch rest.popFirst() {
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let unit = hexadecimal(rest.prefix(4))
            rest = rest.dropFirst(4)
            guard isHighSurrogate(unit) else { return Unicode.Scalar(unit) ?? "\u{FFFD}" }
            let low = hexadecimal(rest.dropFirst(2).prefix(4))
            rest = rest.dropFirst(6)
            return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low &- 0xDC00)) ?? "\u{FFFD}"
        case .some(let mark): return Unicode.Scalar(mark)
        case nil: return "\u{FFFD}"
        }
    }

    static func isHighSurrogate(_ unit: UInt32) -> Bool { (0xD800..<0xDC00).contains(unit) }
    static func isLowSurrogate(_ unit: UInt32) -> Bool { (0xDC00..<0xE000).contains(unit) }

    /// The value of a hexadecimal digit, or nil.
    static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt32 {
        digits.reduce(0) { $0 << 4 | (digit($1) ?? 0) }
    }
}
