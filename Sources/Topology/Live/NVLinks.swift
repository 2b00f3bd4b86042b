import Units

/// The NVLink matrix from what NVML tells of each GPU's links.
struct NVLinks {
    private let nvml: [NVMLDevice]

    init(_ nvml: [NVMLDevice]) {
        self.nvml = nvml
    }

    /// Adds links between whole devices; MIG instances have none.
    func add(_ devices: [LiveDevice], to folding: inout LinkFolding) {
        var rowOfDevice: [String: Int] = [:]
        for (index, live) in devices.enumerated() where live.device.partition == nil {
            rowOfDevice[live.device.pciAddress] = index
        }
        // All switch ports are one row: an NVSwitch machine is one fabric, and newer switches have no address.
        let fabric = devices.count
        let count = devices.count + 1
        var values = [UInt64](repeating: 0, count: count * count)
        for told in nvml {
            guard let from = rowOfDevice[told.pciAddress] else { continue }
            for link in told.links {
                let bandwidth = min(link.bandwidth, Limits.linkBandwidth)
                switch link.remote {
                case .gpu(let address):
                    if let to = rowOfDevice[address] { values[from * count + to] += bandwidth }
                case .fabric:
                    values[from * count + fabric] += bandwidth
                    values[fabric * count + from] += bandwidth
                }
            }
        }
        guard values.contains(where: { $0 > 0 }) else { return }
        folding.add(kind: "NVLink", ends: devices.indices.map { .device($0) } + [.fabric], values: values)
    }
}
