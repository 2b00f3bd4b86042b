import Units

extension Host {
    /// Reads a hwloc XML export, of hwloc 1.x or 2.x; nothing of the running machine is added to it.
    /// The host's name is the one in the export, else the file's.
    /// Throws a `TopologyError` that names the file and what is wrong with it. A damaged file does not end the process.
    public init(contentsOf path: String) throws(TopologyError) {
        do {
            let bytes = try TopologyFile.read(path)
            try self.init(xml: bytes, fallbackName: TopologyFile.name(of: path))
        } catch let reason {
            throw TopologyError(file: path, reason: reason)
        }
    }

    init(xml bytes: [UInt8], fallbackName: String) throws(TopologyError.Reason) {
        let outline = try XMLOutline(bytes)
        guard outline.hasProcessor else { throw .noCPU }
        let topology = try HwlocTopology(xml: bytes, version: outline.version)
        self = try HostReader(topology).host(fallbackName: fallbackName)
    }

    /// Reads the machine that this runs on: hwloc, then what `/proc/driver/nvidia`, sysfs and NVML add about devices.
    /// Throws a `TopologyError` where hwloc sees no CPU or where a limit is passed.
    /// - Parameter accelerators: kinds of PCI functions that are devices whatever their class and vendor say.
    public static func live(accelerators: Set<PCIKind> = []) throws(TopologyError) -> Host {
        do {
            let reader = try HostReader(HwlocTopology(), accelerators: accelerators)
            var host = try reader.host(fallbackName: MachineFiles.hostName())
            let machine = MachineFiles(root: "/")
            try LiveDevices(machine: machine, nvml: NVML.load(), accelerators: accelerators).enrich(&host)
            return host
        } catch let reason {
            throw TopologyError(file: nil, reason: reason)
        }
    }
}
