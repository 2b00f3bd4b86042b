import Units

/// Completes NVIDIA devices from NVML and replaces those in MIG mode by their instances.
struct MIGParts {
    private let machine: MachineFiles
    private let nvml: [NVMLDevice]

    init(machine: MachineFiles, nvml: [NVMLDevice]) {
        self.machine = machine
        self.nvml = nvml
    }

    /// The device with what NVML adds; in MIG mode its instances, which may be none: the whole can't be used then.
    func parts(of live: LiveDevice) -> [LiveDevice] {
        guard live.device.vendor == .nvidia, let told = nvml.first(where: { $0.pciAddress == live.device.pciAddress })
        else { return [live] }
        var whole = live
        whole.device.model = told.name.flatMap(HwlocText.clean) ?? live.device.model
        whole.device.uuid = told.uuid.flatMap(DeviceIdentity.uuid) ?? live.device.uuid
        whole.device.memory = told.memory ?? live.device.memory
        if let minor = told.minor {
            whole.device.files = Set(live.device.files + ["/dev/nvidia\(minor)"]).sorted()
        }
        guard told.isPartitioned else { return [whole] }
        return told.instances.enumerated().map { index, instance in
            var part = whole
            part.origin = nil
            part.device.uuid = instance.uuid.flatMap(DeviceIdentity.uuid)
            part.device.model = instance.name.flatMap(HwlocText.clean) ?? whole.device.model
            part.device.memory = instance.memory
            part.device.partition = Device.Partition(
                parent: whole.device.uuid ?? whole.device.pciAddress, index: index,
                profile: MIGParts.profile(instance.name))
            part.device.files =
                (whole.device.files.filter { $0.hasPrefix("/dev/nvidia") }
                + capabilityFiles(told.minor, instance)).sorted()
            return part
        }
    }

    /// `1g.10gb` of `NVIDIA H100 80GB HBM3 MIG 1g.10gb`.
    private static func profile(_ name: String?) -> String? {
        let words = (name ?? "").split(separator: " ")
        guard let mark = words.firstIndex(of: "MIG"), mark + 1 < words.count else { return nil }
        return HwlocText.clean(words[(mark + 1)...].joined(separator: " "))
    }

    /// The nodes that open one GPU instance and one compute instance within it.
    private func capabilityFiles(_ minor: UInt32?, _ instance: NVMLDevice.Instance) -> [String] {
        guard let minor, let gpu = instance.gpuInstance, let compute = instance.computeInstance else { return [] }
        let path = "/proc/driver/nvidia/capabilities/gpu\(minor)/mig/gi\(gpu)"
        return ["\(path)/access", "\(path)/ci\(compute)/access"].compactMap { file in
            machine.value(file, key: "DeviceFileMinor").flatMap { UInt32($0) }
                .map { "/dev/nvidia-caps/nvidia-cap\($0)" }
        }
    }
}
