/// Reads digits and marks from the front of a text.
struct Scanner {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ text: ArraySlice<UInt8>) {
        bytes = text
        position = text.startIndex
    }

    var isAtEnd: Bool { position == bytes.endIndex }

    mutating func skip(_ mark: Unicode.Scalar) -> Bool {
        guard position < bytes.endIndex, bytes[position] == UInt8(ascii: mark) else { return false }
        position += 1
        return true
    }

    mutating func digit() -> Int64? {
        guard position < bytes.endIndex, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) else {
            return nil
        }
        defer { position += 1 }
        return Int64(bytes[position] - UInt8(ascii: "0"))
    }

    mutating func number(digits: Int) -> Int64? {
        var number: Int64 = 0
        for _ in 0..<digits {
            guard let next = digit() else { return nil }
            number = number * 10 + next
        }
        return number
    }
}
