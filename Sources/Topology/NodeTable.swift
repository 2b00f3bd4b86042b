import CHwloc
import Units

/// The NUMA nodes of a topology, and which of them is closest to what.
struct NodeTable {
    struct Node {
        var osIndex: Int
        var memory: ByteCount
        /// Processors that are local to it, by the operating system's numbers.
        var cpus: BitSet
        /// High-bandwidth, persistent or other memory that hwloc marks as not the normal kind.
        var isSpecial: Bool
    }

    /// By rising OS index.
    let nodes: [Node]

    init(_ topology: HwlocTopology) throws(TopologyError.Reason) {
        var found: [Int: Node] = [:]
        for object in topology.objects(HWLOC_OBJ_NUMANODE) {
            guard let number = object.osIndex else { continue }
            guard number < BitSet.limit else {
                throw .beyondLimit(what: "a NUMA node's number", found: UInt64(number), limit: UInt64(BitSet.limit - 1))
            }
            let bytes = object.pointer.pointee.attr?.pointee.numanode.local_memory ?? 0
            guard bytes <= Limits.nodeMemoryBytes else {
                throw .beyondLimit(
                    what: "the memory of NUMA node \(number), in bytes,", found: bytes, limit: Limits.nodeMemoryBytes)
            }
            let subtype = object.subtype
            found[number] = Node(
                osIndex: number, memory: ByteCount(bytes: Int64(bytes)), cpus: object.cpus,
                isSpecial: subtype != nil && subtype != "DRAM")
        }
        guard found.count <= Limits.numaNodes else {
            throw .beyondLimit(
                what: "the number of NUMA nodes", found: UInt64(found.count), limit: UInt64(Limits.numaNodes))
        }
        nodes = found.values.sorted { $0.osIndex < $1.osIndex }
    }

    /// The node that a processor's memory comes from first: the one with the fewest processors around it,
    /// normal memory before special, then the lowest number (flat-mode HBM has the higher one).
    func closest(toProcessor number: Int, among local: BitSet) -> Node? {
        let around = nodes.filter { $0.cpus.contains(number) }
        if !around.isEmpty {
            return around.min {
                let (left, right) = ($0.cpus.count, $1.cpus.count)
                return left != right ? left < right : NodeTable.isNormalFirst($0, $1)
            }
        }
        // The processor's own node may be offline or not allowed; a neighbourhood may still name one.
        let named = nodes.filter { local.contains($0.osIndex) }
        if named.count == 1 { return named[0] }
        return nodes.count == 1 ? nodes[0] : nil
    }

    /// The node that a device hangs on, by the processors and nodes of the place that it is attached to;
    /// nil where the place spans several nodes and none of them stands for it.
    func node(ofPlaceWith processors: BitSet, nodes local: BitSet) -> Node? {
        let named = nodes.filter { local.contains($0.osIndex) }
        if named.count == 1 { return named[0] }
        let whole = named.filter { !$0.cpus.isEmpty && $0.cpus == processors }
        return whole.min(by: NodeTable.isNormalFirst)
    }

    private static func isNormalFirst(_ left: Node, _ right: Node) -> Bool {
        if left.isSpecial != right.isSpecial { return right.isSpecial }
        return left.osIndex < right.osIndex
    }
}
