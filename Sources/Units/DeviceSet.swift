/// A set of devices on one host, by their index in `Host.devices`.
public struct DeviceSet: Sendable, Hashable, Codable, Sequence {
    public private(set) var bits: UInt128

    /// The most devices that one host may have.
    public static let limit = 128

    public init(bits: UInt128 = 0) {
        self.bits = bits
    }

    /// The devices with index 0 to `count` − 1.
    public init(first count: Int) {
        precondition((0...DeviceSet.limit).contains(count), "a host has at most \(DeviceSet.limit) devices")
        bits = count == DeviceSet.limit ? .max : (1 << UInt128(count)) - 1
    }

    public init(_ indexes: some Sequence<Int>) {
        bits = 0
        for index in indexes { insert(index) }
    }

    public var count: Int { bits.nonzeroBitCount }
    public var isEmpty: Bool { bits == 0 }

    public func contains(_ index: Int) -> Bool {
        (0..<DeviceSet.limit).contains(index) && bits & (1 << UInt128(index)) != 0
    }

    public mutating func insert(_ index: Int) {
        precondition((0..<DeviceSet.limit).contains(index), "a host has at most \(DeviceSet.limit) devices")
        bits |= 1 << UInt128(index)
    }

    public func isDisjoint(with other: DeviceSet) -> Bool { bits & other.bits == 0 }
    public func isSubset(of other: DeviceSet) -> Bool { bits & ~other.bits == 0 }
    public func union(_ other: DeviceSet) -> DeviceSet { DeviceSet(bits: bits | other.bits) }
    public func intersection(_ other: DeviceSet) -> DeviceSet { DeviceSet(bits: bits & other.bits) }
    public func subtracting(_ other: DeviceSet) -> DeviceSet { DeviceSet(bits: bits & ~other.bits) }

    /// The indexes, rising.
    public struct Iterator: IteratorProtocol {
        fileprivate var rest: UInt128

        public mutating func next() -> Int? {
            guard rest != 0 else { return nil }
            defer { rest &= rest - 1 }
            return rest.trailingZeroBitCount
        }
    }

    public func makeIterator() -> Iterator { Iterator(rest: bits) }

    /// As a list of indexes.
    public init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        self.init()
        while !container.isAtEnd {
            let index = try container.decode(Int.self)
            guard (0..<DeviceSet.limit).contains(index) else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "device index \(index)")
            }
            insert(index)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        for index in self { try container.encode(index) }
    }
}
