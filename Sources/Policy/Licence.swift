/// A licence of which only so many may be in use at once.
public struct Licence: Sendable, Hashable, Codable {
    public var name: String
    public var count: Int

    public init(name: String, count: Int) {
        self.name = name
        self.count = count
    }

    /// Whether it is letters, digits and `-`, `_`, `.`, `+` with a letter or digit in front: what a command line can
    /// tell from the number behind it.
    static func isName(_ text: String) -> Bool {
        func isPlain(_ byte: UInt8) -> Bool {
            byte.isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
        guard let first = text.utf8.first, isPlain(first) else { return false }
        return text.utf8.allSatisfy { isPlain($0) || "-_.+".utf8.contains($0) }
    }
}
