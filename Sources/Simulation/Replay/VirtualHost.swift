import Topology
import Units

extension Host {
    /// A machine that no one owns: NUMA nodes that are all alike, devices on them in equal parts, all devices of a node
    /// joined by links.
    ///
    /// Such a node can stand for a host of a cluster: a reservation that wants its devices together (`numa`) gets them
    /// from one. Cores and memory are then still counted over all of them.
    /// - Throws: where it would be larger than what the engine holds.
    public static func virtual(
        cores: Int, memory: ByteCount, devices: Int = 0, nodes: Int = 1, model: String = "GPU"
    ) throws(SimulationError) -> Host {
        try check("nodes", nodes, 1...DeviceSet.limit)
        try check("cores", cores, nodes...BitSet.limit)
        try check("devices", devices, 0...DeviceSet.limit)
        let coreNodes = (0..<cores).map { $0 * nodes / cores }
        let deviceNodes = (0..<devices).map { $0 * nodes / devices }
        let nodeCores = (0..<nodes).map { node in BitSet((0..<cores).filter { coreNodes[$0] == node }) }
        var links = LinkMatrix.none(count: devices)
        for (first, firstNode) in deviceNodes.enumerated() {
            for (second, node) in deviceNodes.enumerated() where first != second && node == firstNode {
                links.bandwidth[first][second] = 1
            }
        }
        return Host(
            name: "virtual", packages: [],
            numaNodes: (0..<nodes).map {
                NUMANode(osIndex: $0, memory: ByteCount(bytes: memory.bytes / Int64(nodes)), cores: nodeCores[$0])
            },
            cores: (0..<cores).map {
                Core(index: $0, processingUnits: BitSet([$0]), numaNode: coreNodes[$0], package: nil)
            }, coreKinds: [],
            devices: (0..<devices).map { index in
                Device(
                    id: DeviceID("GPU-\(index)"), vendor: .other, model: model, memory: nil,
                    pciAddress: "virtual-\(index)", numaNode: deviceNodes[index],
                    localCores: nodeCores[deviceNodes[index]], files: [], partition: nil, uuid: nil)
            }, links: links)
    }

    private static func check(_ field: String, _ value: Int, _ limits: ClosedRange<Int>) throws(SimulationError) {
        guard limits.contains(value) else { throw .outOfRange(field: field, value: value, limits: limits) }
    }
}
