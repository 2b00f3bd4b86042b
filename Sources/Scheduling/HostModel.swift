import Topology
import Units

/// What the engine knows of a kind of host, worked out once: groups of devices, and shares of cores and memory.
struct HostModel: Sendable {
    let host: Host
    /// Those that the host has.
    let allDevices: DeviceSet
    /// Those of devices that it has not any more as well: what was granted and drained names them.
    let places: DeviceSet
    let coreCount: Int
    let allCores: BitSet
    let memory: ByteCount
    /// Devices joined by links, per island of at least two.
    let islands: [DeviceSet]
    /// Devices per NUMA node; those of no node are a group of their own.
    let numaGroups: [DeviceSet]
    /// The finest groups: one model, one island, one NUMA node.
    let cells: [DeviceSet]
    let choice: DeviceChoice
    /// Cores that come with a device where the request names none.
    let coresPerDevice: Int
    /// Memory that comes with a device where the request names none.
    let memoryPerDevice: ByteCount

    init(host: Host) {
        precondition(host.devices.count <= DeviceSet.limit, "the topology reader holds hosts to the device limit")
        self.host = host
        places = DeviceSet(first: host.devices.count)
        let present = DeviceSet(host.devices.indices.filter { host.devices[$0].isPresent })
        allDevices = present
        coreCount = host.cores.count
        allCores = BitSet(host.cores.indices)
        memory = host.memory
        let allIslands = host.links.islands
        islands = allIslands.filter { $0.count > 1 }
        numaGroups = HostModel.groups(host.devices) { $0.numaNode }.compactMap { $0.among(present) }
        let models = HostModel.groups(host.devices) { $0.model }.compactMap { $0.among(present) }
        cells = HostModel.intersections(HostModel.intersections(models, allIslands), numaGroups)
        choice = DeviceChoice(host: host, cells: cells, islands: islands, numaGroups: numaGroups)
        coresPerDevice = HostModel.smallestShare(host, of: host.cores.count) { $0.localCores.count }
        let bytes = HostModel.smallestShare(host, of: Int(host.memory.bytes)) { device in
            host.numaNodes.first { $0.osIndex == device.numaNode }.map { Int($0.memory.bytes) } ?? 0
        }
        memoryPerDevice = ByteCount(bytes: Int64(bytes))
    }

    /// The devices whose model is this one, in any case.
    func devices(ofExactly model: String) -> DeviceSet {
        let wanted = model.lowercased()
        return DeviceSet(allDevices.filter { host.devices[$0].model.lowercased() == wanted })
    }

    /// The devices of which such a share has so much memory. What is not known of is not counted on.
    func devices(withMemory memory: ByteCount, in share: Ratio) -> DeviceSet {
        DeviceSet(
            allDevices.filter { index in
                guard let own = host.devices[index].memory?.bytes else { return false }
                return Int128(own) * Int128(share.thousandths) >= Int128(memory.bytes) * 1000
            })
    }

    /// The devices whose model contains this, in any case.
    func devices(ofModelWith part: String) -> DeviceSet {
        let wanted = part.lowercased()
        return DeviceSet(
            allDevices.filter { HostModel.contains(host.devices[$0].model.lowercased(), wanted) })
    }

    /// The groups that a request may take its devices from, by how close they have to be.
    func groups(_ together: Demand.Together) -> [DeviceSet] {
        switch together {
        case .nvlink: islands
        case .numa: numaGroups
        case .host, .any: [allDevices]
        }
    }

    private static func contains(_ text: String, _ part: String) -> Bool {
        let text = Array(text.utf8)
        let part = Array(part.utf8)
        guard !part.isEmpty, part.count <= text.count else { return false }
        return (0...(text.count - part.count)).contains { text[$0..<($0 + part.count)].elementsEqual(part) }
    }

    private static func groups<Key: Hashable>(_ devices: [Device], by key: (Device) -> Key) -> [DeviceSet] {
        var order: [Key] = []
        var groups: [Key: DeviceSet] = [:]
        for (index, device) in devices.enumerated() {
            let key = key(device)
            if groups[key] == nil { order.append(key) }
            groups[key, default: DeviceSet()].insert(index)
        }
        return order.compactMap { groups[$0] }
    }

    private static func intersections(_ first: [DeviceSet], _ second: [DeviceSet]) -> [DeviceSet] {
        first.flatMap { left in second.map { left.intersection($0) } }.filter { !$0.isEmpty }
    }

    /// The least that a device gets when those near one place share what is there; without places, of the whole.
    private static func smallestShare(_ host: Host, of total: Int, near: (Device) -> Int) -> Int {
        let devices = host.devices.filter(\.isPresent)
        guard !devices.isEmpty else { return 0 }
        let shares = devices.map { device -> Int in
            let here = near(device)
            guard here > 0 else { return total / devices.count }
            let neighbours = devices.filter {
                $0.localCores == device.localCores && $0.numaNode == device.numaNode
            }
            return here / neighbours.count
        }
        return min(shares.min() ?? 0, total / devices.count)
    }
}

extension DeviceSet {
    /// Those that are in another set too; nil for none.
    fileprivate func among(_ other: DeviceSet) -> DeviceSet? {
        let both = intersection(other)
        return both.isEmpty ? nil : both
    }
}
