import Units

/// What is free of each GPU of one node, in thousandths.
public struct GPUShares: Sendable, Hashable {
    private var milli = SIMD16<Int32>()
    public let count: Int

    /// The most GPUs of one node.
    public static let limit = 16

    /// All of `count` GPUs.
    public init(whole count: Int) {
        precondition((0...GPUShares.limit).contains(count), "a node has at most \(GPUShares.limit) GPUs")
        self.count = count
        for index in 0..<count { milli[index] = 1000 }
    }

    /// What is free of one GPU.
    public subscript(_ index: Int) -> Int { Int(milli[index]) }

    public var total: Int { Int(milli.wrappedSum()) }

    /// GPUs with so much free, or more. At least 1 has to be asked for.
    public func count(atLeast share: Int) -> Int {
        var count = 0
        for index in 0..<self.count where Int(milli[index]) >= share { count += 1 }
        return count
    }

    /// What is free on GPUs that have less than so much.
    public func total(below share: Int) -> Int {
        var total = 0
        for index in 0..<count where Int(milli[index]) < share { total += Int(milli[index]) }
        return total
    }

    /// The first `count` that are wholly free; fewer where there are fewer.
    public func firstWhole(_ count: Int) -> DeviceSet {
        var whole = DeviceSet()
        var left = count
        for index in 0..<self.count where left > 0 && milli[index] == 1000 {
            whole.insert(index)
            left -= 1
        }
        return whole
    }

    mutating func take(_ share: Int, of gpus: DeviceSet) {
        for index in gpus { milli[index] -= Int32(share) }
    }
}
