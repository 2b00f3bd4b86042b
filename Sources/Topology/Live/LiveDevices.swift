import Units

/// Adds to a host's devices what the running machine tells about them: hwloc's Debian build sees PCI functions and
/// DRM names, but neither UUIDs, memory, partitions nor links.
struct LiveDevices {
    private let machine: MachineFiles
    private let nvml: [NVMLDevice]
    private let accelerators: Set<PCIKind>

    init(machine: MachineFiles, nvml: [NVMLDevice], accelerators: Set<PCIKind> = []) {
        self.machine = machine
        self.nvml = nvml
        self.accelerators = accelerators
    }

    /// Leaves `host` with its devices complete, in order and with final ids.
    func enrich(_ host: inout Host) throws(TopologyError.Reason) {
        let pci = PCIFiles(machine, accelerators: accelerators)
        var devices: [LiveDevice] = host.devices.enumerated().map { LiveDevice(device: $1, origin: $0) }
        let known = Set(host.devices.map(\.pciAddress))
        // Without hwloc's PCI plugin no function is seen at all.
        devices += pci.accelerators(host).filter { !known.contains($0.pciAddress) }
            .map { LiveDevice(device: $0, origin: nil) }
        devices.removeAll { pci.isOutOfReach($0.device.pciAddress) }
        for index in devices.indices {
            pci.enrich(&devices[index].device, host)
            NvidiaFiles(machine).enrich(&devices[index].device)
        }
        let kfd = KFDFiles(machine)
        devices = devices.flatMap { kfd.parts(of: $0) }
        let migs = MIGParts(machine: machine, nvml: nvml)
        devices = devices.flatMap { migs.parts(of: $0) }
        devices.sort { $0.place < $1.place }
        guard devices.count <= DeviceSet.limit else {
            throw .tooManyDevices(count: devices.count, limit: DeviceSet.limit)
        }
        host.links = links(devices, host.links, kfd)
        host.devices = DeviceIdentity.identified(devices.map(\.device))
    }

    private func links(_ devices: [LiveDevice], _ old: LinkMatrix, _ kfd: KFDFiles) -> LinkMatrix {
        var folding = LinkFolding(devices: devices.count)
        if let kind = old.kind {
            let ends = devices.indices.map { LinkFolding.End.device($0) }
            let values = devices.flatMap { from in
                devices.map { to -> UInt64 in
                    guard let from = from.origin, let to = to.origin, from != to else { return 0 }
                    return UInt64(clamping: old.bandwidth[from][to])
                }
            }
            folding.add(kind: kind, ends: ends, values: values)
        }
        if old.kind?.contains("XGMI") != true { kfd.addLinks(devices, to: &folding) }
        if old.kind?.contains("NVLink") != true { NVLinks(nvml).add(devices, to: &folding) }
        return folding.matrix
    }
}

/// A device while it is being completed.
struct LiveDevice {
    var device: Device
    /// Its index in the list that hwloc gave; nil for one that hwloc did not list, and for a MIG instance,
    /// which has no links.
    var origin: Int?
    /// Its node in the AMD driver's own topology.
    var kfdNode: Int?

    /// By PCI address, then by partition.
    var place: LivePlace {
        LivePlace(
            address: PCIAddress(device.pciAddress), text: device.pciAddress, partition: device.partition?.index ?? 0)
    }
}

/// The order of devices in a host.
struct LivePlace: Comparable {
    var address: PCIAddress?
    var text: String
    var partition: Int

    static func < (left: LivePlace, right: LivePlace) -> Bool {
        if let first = left.address, let second = right.address, first != second { return first < second }
        return (left.text, left.partition) < (right.text, right.partition)
    }
}
