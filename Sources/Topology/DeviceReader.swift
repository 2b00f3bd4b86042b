import CHwloc
import Units

/// A device together with the objects that a topology shows for it, by which link matrices name it.
struct FoundDevice {
    var device: Device
    var function: PCIFunction
    /// The PCI function's object and its OS devices; those of this partition only, where there are several.
    var objects: [HwlocObject]
}

/// Finds the accelerators of a topology.
struct DeviceReader {
    private let reader: HostReader

    init(_ reader: HostReader) {
        self.reader = reader
    }

    /// By PCI address, then by partition; ids are unique.
    func devices() throws(TopologyError.Reason) -> [FoundDevice] {
        var found: [(function: PCIFunction, object: HwlocObject)] = []
        var seen: Set<PCIAddress> = []
        for object in reader.topology.objects(HWLOC_OBJ_PCI_DEVICE) {
            guard let function = PCIFunction(object) else { continue }
            guard function.isAccelerator(named: reader.accelerators) else { continue }
            if seen.insert(function.address).inserted { found.append((function, object)) }
        }
        found.sort { $0.function.address < $1.function.address }
        let devices = found.flatMap { parts(of: $0.object, $0.function) }
        guard devices.count <= DeviceSet.limit else {
            throw .tooManyDevices(count: devices.count, limit: DeviceSet.limit)
        }
        return zip(devices, DeviceIdentity.identified(devices.map(\.device))).map { found, device in
            var found = found
            found.device = device
            return found
        }
    }

    /// One device, or one for each partition: an AMD GPU in a partition mode has several rsmi devices.
    private func parts(of object: HwlocObject, _ function: PCIFunction) -> [FoundDevice] {
        let osDevices = object.osDevices.map { OSDevice($0) }
        let whole = device(object, function, osDevices)
        let partitions = osDevices.filter { $0.kind == .rsmi }.sorted { $0.number < $1.number }
        guard partitions.count > 1 else {
            return [FoundDevice(device: whole, function: function, objects: [object] + osDevices.map(\.object))]
        }
        let parent = whole.uuid ?? whole.pciAddress
        return partitions.enumerated().map { index, partition in
            var part = whole
            part.partition = Device.Partition(parent: parent, index: index, profile: nil)
            part.uuid = partition.uuid
            // Only the first partition of some drivers' GPUs carries a name.
            part.model = partition.model ?? whole.model
            part.memory = partition.memory
            // Which of the card's files belong to which partition is not told.
            part.files = []
            return FoundDevice(device: part, function: function, objects: [partition.object])
        }
    }

    private func device(_ object: HwlocObject, _ function: PCIFunction, _ osDevices: [OSDevice]) -> Device {
        let place = object.place
        let processors = place?.cpus ?? BitSet()
        // The vendor's management library knows best; what it leaves out the runtimes may tell.
        let byTrust = (0...3).flatMap { trust in osDevices.filter { $0.kind.trust == trust } }
        let files = osDevices.compactMap(\.file) + object.infos("DeviceFile").filter(OSDevice.isDeviceFile)
        return Device(
            id: DeviceID(function.address.description),
            vendor: function.vendor,
            model: byTrust.lazy.compactMap(\.model).first ?? object.info("PCIDevice") ?? function.ids,
            memory: byTrust.lazy.compactMap(\.memory).first,
            pciAddress: function.address.description,
            numaNode: reader.nodes.node(ofPlaceWith: processors, nodes: place?.nodes ?? BitSet())?.osIndex,
            localCores: reader.coreSet(processors),
            files: Set(files).sorted(),
            partition: nil,
            uuid: byTrust.lazy.compactMap(\.uuid).first)
    }
}
