/// A set of small numbers, such as the operating system's processor or NUMA node numbers.
public struct BitSet: Sendable, Hashable, Codable, Sequence {
    /// 64 numbers a word, lowest first, without empty words at the end.
    public private(set) var words: [UInt64] = []

    /// One more than the largest number that a set may hold.
    public static let limit = 1 << 16

    public init() {}

    public init(_ numbers: some Sequence<Int>) {
        for number in numbers { insert(number) }
    }

    /// Reads the Linux list format, `0-3,8,10-11` (cpuset(7)); nil where it is not one, or beyond `limit`.
    public init?(list text: String) {
        if text.isEmpty { return }
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            // Int reads a plus sign too.
            guard part.first != "+", !part.contains("-+") else { return nil }
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1] else { return nil }
            guard first >= 0, first <= last, last < BitSet.limit else { return nil }
            for number in first...last { insert(number) }
        }
    }

    public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }
    public var isEmpty: Bool { words.isEmpty }

    public func contains(_ number: Int) -> Bool {
        number >= 0 && number / 64 < words.count && words[number / 64] & (1 << UInt64(number % 64)) != 0
    }

    public mutating func insert(_ number: Int) {
        precondition((0..<BitSet.limit).contains(number), "a number from 0 to \(BitSet.limit - 1)")
        while words.count <= number / 64 { words.append(0) }
        words[number / 64] |= 1 << UInt64(number % 64)
    }

    public mutating func formUnion(_ other: BitSet) {
        while words.count < other.words.count { words.append(0) }
        for index in other.words.indices { words[index] |= other.words[index] }
    }

    public mutating func subtract(_ other: BitSet) {
        for index in words.indices where index < other.words.count { words[index] &= ~other.words[index] }
        trim()
    }

    public func union(_ other: BitSet) -> BitSet {
        var result = self
        result.formUnion(other)
        return result
    }

    public func subtracting(_ other: BitSet) -> BitSet {
        var result = self
        result.subtract(other)
        return result
    }

    public func isDisjoint(with other: BitSet) -> Bool {
        zip(words, other.words).allSatisfy { $0 & $1 == 0 }
    }

    public func isSubset(of other: BitSet) -> Bool { subtracting(other).isEmpty }

    /// The numbers, rising.
    public struct Iterator: IteratorProtocol {
        fileprivate var words: [UInt64]
        fileprivate var word = 0
        fileprivate var rest: UInt64

        public mutating func next() -> Int? {
            while rest == 0 {
                word += 1
                guard word < words.count else { return nil }
                rest = words[word]
            }
            defer { rest &= rest - 1 }
            return word * 64 + rest.trailingZeroBitCount
        }
    }

    public func makeIterator() -> Iterator { Iterator(words: words, rest: words.first ?? 0) }

    /// The Linux list format: `0-3,8,10-11`; empty for the empty set.
    public var list: String {
        var parts: [String] = []
        var first: Int?
        var last = 0
        func close() {
            if let first { parts.append(first == last ? "\(first)" : "\(first)-\(last)") }
        }
        for number in self {
            if first == nil || number != last + 1 {
                close()
                first = number
            }
            last = number
        }
        close()
        return parts.joined(separator: ",")
    }

    /// As the list format.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let set = BitSet(list: text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a list of numbers: \(text)")
        }
        self = set
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(list)
    }

    private mutating func trim() {
        while words.last == 0 { words.removeLast() }
    }
}
