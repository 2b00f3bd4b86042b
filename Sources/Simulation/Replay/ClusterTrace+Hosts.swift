import Topology
import Units

extension ClusterTrace {
    /// The nodes as hosts of the engine, in their order, each of one NUMA node with all of its cores, memory and GPUs.
    ///
    /// Cores are whole ones: what a node has of a core beyond them is left out.
    /// - Throws: where there are more of them than are replayed, or one is larger.
    public func hosts() throws(SimulationError) -> [Host] {
        guard nodes.count <= Limits.hosts else { throw .tooManyHosts(nodes.count, limit: Limits.hosts) }
        var known: [PackingNode: Host] = [:]
        var hosts: [Host] = []
        hosts.reserveCapacity(nodes.count)
        for (index, node) in nodes.enumerated() {
            var host: Host
            if let like = known[node] { host = like } else { host = try Host.virtual(node, number: index + 1) }
            known[node] = host
            host.name = "node-\(index + 1)"
            for device in host.devices.indices {
                host.devices[device].id = DeviceID("\(host.name)-GPU-\(device)")
                host.devices[device].pciAddress = "\(host.name)-\(device)"
            }
            hosts.append(host)
        }
        return hosts
    }
}

extension Host {
    fileprivate static func virtual(_ node: PackingNode, number: Int) throws(SimulationError) -> Host {
        let (cores, memory) = (node.cpuMilli / 1000, node.memoryMiB)
        for (field, value, limits) in [
            ("cores", cores, 1...Limits.hostCores), ("memory_mib", memory, 1...Limits.podMemoryMiB),
        ] where !limits.contains(value) {
            throw .badNode(number, field: field, value: value, limits: limits)
        }
        return try virtual(
            cores: cores, memory: ByteCount(bytes: Int64(memory) << 20), devices: node.gpus, model: node.model)
    }
}
