import Units

/// What the AMD compute driver tells in `/sys/class/kfd/kfd/topology` (kfd_topology.c in Linux): one node for each
/// partition of a GPU, and the links between nodes.
struct KFDFiles {
    private struct Node {
        var number: Int
        /// Domain, bus and device; the function's place holds the partition in some kernels.
        var domain: UInt32
        var busAndDevice: UInt32
        var renderMinor: Int?
        var memory: ByteCount?
        var uuid: String?
    }

    private let machine: MachineFiles
    private let nodes: [Node]
    private static let folder = "/sys/class/kfd/kfd/topology/nodes"
    /// HSA_IOLINK_TYPE_XGMI.
    private static let xgmiLinkType = 11

    init(_ machine: MachineFiles) {
        self.machine = machine
        nodes = machine.names(in: KFDFiles.folder).compactMap { Int($0) }.sorted()
            .compactMap { KFDFiles.node($0, machine) }
    }

    /// The device itself with its node, or one device for each partition.
    func parts(of live: LiveDevice) -> [LiveDevice] {
        guard live.device.vendor == .amd, let address = PCIAddress(live.device.pciAddress) else { return [live] }
        let location = UInt32(address.bus) << 8 | UInt32(address.device) << 3
        let own = nodes.filter { $0.domain == address.domain && $0.busAndDevice == location }
        if let index = live.device.partition?.index {
            // hwloc has told the partitions already.
            var part = live
            if own.indices.contains(index) { complete(&part, own[index]) }
            return [part]
        }
        guard own.count > 1 else {
            var whole = live
            whole.kfdNode = own.first?.number
            return [whole]
        }
        let mode = machine.text("/sys/bus/pci/devices/\(live.device.pciAddress)/current_compute_partition")
        return own.enumerated().map { index, node in
            var part = live
            part.device.partition = Device.Partition(
                parent: live.device.uuid ?? live.device.pciAddress, index: index, profile: mode.flatMap(HwlocText.clean)
            )
            complete(&part, node)
            return part
        }
    }

    /// Adds the XGMI links between devices.
    func addLinks(_ devices: [LiveDevice], to folding: inout LinkFolding) {
        var indexOfNode: [Int: Int] = [:]
        for (index, live) in devices.enumerated() {
            if let node = live.kfdNode { indexOfNode[node] = index }
        }
        guard indexOfNode.count > 1 else { return }
        var values = [UInt64](repeating: 0, count: devices.count * devices.count)
        for (node, from) in indexOfNode {
            let path = "\(KFDFiles.folder)/\(node)/io_links"
            for link in machine.names(in: path) {
                let file = "\(path)/\(link)/properties"
                guard KFDFiles.number(machine, file, "type") == KFDFiles.xgmiLinkType,
                    let to = KFDFiles.number(machine, file, "node_to").flatMap({ indexOfNode[$0] }), to != from
                else { continue }
                let told = KFDFiles.number(machine, file, "max_bandwidth").flatMap { $0 > 0 ? UInt64($0) : nil }
                values[from * devices.count + to] += min(told ?? LinkReader.nominalXGMIBandwidth, Limits.linkBandwidth)
            }
        }
        folding.add(kind: "XGMI", ends: devices.indices.map { .device($0) }, values: values)
    }

    private func complete(_ part: inout LiveDevice, _ node: Node) {
        part.kfdNode = node.number
        part.device.uuid = node.uuid
        part.device.memory = node.memory
        part.device.files = node.renderMinor.map { ["/dev/dri/renderD\($0)"] } ?? []
    }

    private static func node(_ number: Int, _ machine: MachineFiles) -> Node? {
        let file = "\(folder)/\(number)/properties"
        guard let location = KFDFiles.number(machine, file, "location_id"), location > 0, location <= UInt32.max,
            let simds = KFDFiles.number(machine, file, "simd_count"), simds > 0
        else { return nil }
        // Banks of heap type 1 and 2 are the GPU's own memory, 0 the host's.
        let banks = "\(folder)/\(number)/mem_banks"
        let sizes = machine.names(in: banks).map { bank -> Int in
            let file = "\(banks)/\(bank)/properties"
            guard let heap = KFDFiles.number(machine, file, "heap_type"), heap == 1 || heap == 2,
                let size = KFDFiles.number(machine, file, "size_in_bytes"), (0...(1 << 50)).contains(size)
            else { return 0 }
            return size
        }
        let memory = sizes.reduce(0) { $0 < Limits.deviceMemoryBytes ? $0 + $1 : $0 }
        return Node(
            number: number,
            domain: KFDFiles.number(machine, file, "domain").flatMap { UInt32(exactly: $0) } ?? 0,
            busAndDevice: UInt32(location) & 0xFFF8,
            renderMinor: KFDFiles.number(machine, file, "drm_render_minor").flatMap { $0 > 0 ? $0 : nil },
            memory: memory > 0 ? ByteCount(bytes: Int64(memory)) : nil,
            uuid: machine.value(file, key: "unique_id").flatMap { UInt64($0) }
                .flatMap { DeviceIdentity.amdUUID(String($0, radix: 16)) })
    }

    private static func number(_ machine: MachineFiles, _ file: String, _ key: String) -> Int? {
        machine.value(file, key: key).flatMap { Int($0) }
    }
}
