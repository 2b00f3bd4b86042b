import CHwloc
import Units

/// Makes a `Host` of a loaded topology.
struct HostReader {
    let topology: HwlocTopology
    let cores: [Core]
    let nodes: NodeTable
    /// What is a device whatever its class says.
    let accelerators: Set<PCIKind>

    /// The core of each processor number.
    private let coreOfProcessor: [Int: Int]

    init(_ topology: HwlocTopology, accelerators: Set<PCIKind> = []) throws(TopologyError.Reason) {
        self.topology = topology
        self.accelerators = accelerators
        nodes = try NodeTable(topology)
        cores = try HostReader.cores(topology, nodes)
        var table: [Int: Int] = [:]
        for core in cores {
            for processor in core.processingUnits { table[processor] = core.index }
        }
        coreOfProcessor = table
    }

    func host(fallbackName: String) throws(TopologyError.Reason) -> Host {
        let found = try DeviceReader(self).devices()
        return Host(
            name: topology.root?.info("HostName") ?? HwlocText.clean(fallbackName) ?? "host",
            packages: packages(),
            numaNodes: nodes.nodes.map { node in
                NUMANode(osIndex: node.osIndex, memory: node.memory, cores: coreSet(node.cpus))
            },
            cores: cores,
            coreKinds: coreKinds(),
            devices: found.map(\.device),
            links: LinkReader(topology).links(found))
    }

    /// The cores that have a processor in the set.
    func coreSet(_ processors: BitSet) -> BitSet {
        BitSet(processors.compactMap { coreOfProcessor[$0] })
    }

    private func packages() -> [Package] {
        topology.objects(HWLOC_OBJ_PACKAGE).map { package in
            Package(
                index: package.logicalIndex,
                model: package.info("CPUModel") ?? topology.root?.info("CPUModel"),
                cores: coreSet(package.cpus))
        }
    }

    private func coreKinds() -> [CoreKind] {
        let count = hwloc_cpukinds_get_nr(topology.handle, 0)
        guard count > 0, let set = hwloc_bitmap_alloc() else { return [] }
        defer { hwloc_bitmap_free(set) }
        return (0..<UInt32(count)).compactMap { kind in
            var efficiency: Int32 = -1
            var infoCount: UInt32 = 0
            var infos: UnsafeMutablePointer<hwloc_info_s>?
            guard hwloc_cpukinds_get_info(topology.handle, kind, set, &efficiency, &infoCount, &infos, 0) == 0 else {
                return nil
            }
            var details: [String: String] = [:]
            for index in 0..<Int(infoCount) {
                guard let info = infos?[index], let name = HwlocText.of(info.name) else { continue }
                details[name] = HwlocText.of(info.value) ?? ""
            }
            return CoreKind(efficiency: Int(efficiency), cores: coreSet(BitSet(set)), details: details)
        }
    }

    /// By processors and not by core objects: some ARM and virtual machines show processors without cores,
    /// where each processor counts as a core of its own.
    private static func cores(
        _ topology: HwlocTopology, _ nodes: NodeTable
    ) throws(TopologyError.Reason) -> [Core] {
        var cores: [Core] = []
        var indexOfCore: [HwlocObject: Int] = [:]
        var seen = BitSet()
        for processor in topology.objects(HWLOC_OBJ_PU) {
            guard let number = processor.osIndex else { continue }
            guard number < BitSet.limit else {
                throw .beyondLimit(
                    what: "a processor's number", found: UInt64(number), limit: UInt64(BitSet.limit - 1))
            }
            guard !seen.contains(number) else { throw .refused("processor \(number) is in it twice") }
            seen.insert(number)
            let object = processor.ancestor(HWLOC_OBJ_CORE) ?? processor
            if let index = indexOfCore[object] {
                cores[index].processingUnits.insert(number)
                continue
            }
            indexOfCore[object] = cores.count
            cores.append(
                Core(
                    index: cores.count, processingUnits: BitSet([number]),
                    numaNode: nodes.closest(toProcessor: number, among: object.nodes)?.osIndex,
                    package: object.ancestor(HWLOC_OBJ_PACKAGE)?.logicalIndex))
        }
        guard !cores.isEmpty else { throw .noCPU }
        return cores
    }
}
