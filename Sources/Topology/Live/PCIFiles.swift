import Units

/// What sysfs tells of PCI functions (Documentation/ABI/testing/sysfs-bus-pci and the amdgpu driver's own files).
struct PCIFiles {
    private let machine: MachineFiles
    private let named: Set<PCIKind>
    private static let folder = "/sys/bus/pci/devices"

    init(_ machine: MachineFiles, accelerators: Set<PCIKind> = []) {
        self.machine = machine
        named = accelerators
    }

    /// The accelerators that sysfs lists.
    func accelerators(_ host: Host) -> [Device] {
        machine.names(in: PCIFiles.folder).compactMap { name in
            let path = "\(PCIFiles.folder)/\(name)"
            guard let address = PCIAddress(name), let classID = machine.hexadecimal("\(path)/class"),
                let vendorID = machine.hexadecimal("\(path)/vendor"),
                let deviceID = machine.hexadecimal("\(path)/device")
            else { return nil }
            let function = PCIFunction(
                address: address, classID: UInt16(truncatingIfNeeded: classID >> 8),
                vendorID: UInt16(truncatingIfNeeded: vendorID), deviceID: UInt16(truncatingIfNeeded: deviceID),
                hasCoprocessor: false)
            guard function.isAccelerator(named: named) else { return nil }
            let local = machine.text("\(path)/local_cpulist").flatMap { BitSet(list: $0) } ?? BitSet()
            return Device(
                id: DeviceID(address.description), vendor: function.vendor, model: function.ids, memory: nil,
                pciAddress: address.description, numaNode: nil,
                localCores: BitSet(host.cores.filter { !$0.processingUnits.isDisjoint(with: local) }.map(\.index)),
                files: [], partition: nil, uuid: nil)
        }
    }

    /// A virtual function, which is handed to virtual machines, or a function that a driver holds for one.
    func isOutOfReach(_ address: String) -> Bool {
        let path = "\(PCIFiles.folder)/\(address)"
        return machine.linkName("\(path)/physfn") != nil || machine.linkName("\(path)/driver") == "vfio-pci"
    }

    func enrich(_ device: inout Device, _ host: Host) {
        let path = "\(PCIFiles.folder)/\(device.pciAddress)"
        if device.numaNode == nil, let node = machine.number("\(path)/numa_node"),
            host.numaNodes.contains(where: { $0.osIndex == node })
        {
            device.numaNode = node
        }
        let nodes = machine.names(in: "\(path)/drm").filter { $0.hasPrefix("card") || $0.hasPrefix("renderD") }
        device.files = Set(device.files + nodes.map { "/dev/dri/\($0)" }).sorted()
        guard device.vendor == .amd else { return }
        if let bytes = machine.number("\(path)/mem_info_vram_total"), bytes > 0, bytes <= Limits.deviceMemoryBytes {
            device.memory = ByteCount(bytes: Int64(bytes))
        }
        if let id = machine.text("\(path)/unique_id").flatMap(DeviceIdentity.amdUUID) { device.uuid = id }
        if let name = machine.text("\(path)/product_name").flatMap(HwlocText.clean) { device.model = name }
    }
}
