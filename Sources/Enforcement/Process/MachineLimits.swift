import CLinux
import Units

/// What of a grant this very machine has: a grant may come from another machine's topology file.
struct MachineLimits: Sendable {
    /// The processors that this process may run on.
    var processors: BitSet
    /// The NUMA nodes that have memory.
    var memoryNodes: BitSet

    static func current() -> MachineLimits {
        var words = [UInt64](repeating: 0, count: BitSet.limit / 64)
        let count = allot_bound_processors(&words, words.count)
        var processors = BitSet()
        for index in 0..<max(Int(count) * 64, 0) where words[index / 64] & (1 << UInt64(index % 64)) != 0 {
            processors.insert(index)
        }
        let nodes = SmallFile.text("/sys/devices/system/node/has_memory") ?? ""
        return MachineLimits(
            processors: processors, memoryNodes: BitSet(list: String(nodes.prefix { $0 != "\n" })) ?? BitSet())
    }
}
