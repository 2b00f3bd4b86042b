import Units

/// What the NVIDIA driver tells under `/proc/driver/nvidia` (its README, "Proc interface").
struct NvidiaFiles {
    private let machine: MachineFiles

    init(_ machine: MachineFiles) {
        self.machine = machine
    }

    func enrich(_ device: inout Device) {
        guard device.vendor == .nvidia else { return }
        let path = "/proc/driver/nvidia/gpus/\(device.pciAddress)/information"
        if let model = machine.value(path, key: "Model") { device.model = model }
        if let uuid = machine.value(path, key: "GPU UUID").flatMap(DeviceIdentity.uuid) { device.uuid = uuid }
        if let minor = machine.value(path, key: "Device Minor").flatMap({ UInt16($0) }) {
            device.files = Set(device.files + ["/dev/nvidia\(minor)"]).sorted()
        }
    }
}
