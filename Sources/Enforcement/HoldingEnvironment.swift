import Units

/// How devices without a usable UUID are numbered in the environment.
public enum DeviceNumbering: Sendable {
    /// By their place among all of the host: where nothing hides the others.
    case host
    /// From 0 on among the held ones: where the kernel denies the others, so that a vendor's library skips them.
    case held
}

extension Holding {
    /// What a process inside the grant has in its environment.
    ///
    /// Each vendor's library is pointed at the held devices alone; one that holds none of a vendor's sees none, for
    /// an empty list hides all (CUDA and ROCm; Level Zero takes an empty mask for no mask, so it is left out).
    /// ROCm's HIP layer counts within what ROCR_VISIBLE_DEVICES leaves, so that HIP_VISIBLE_DEVICES is not set.
    public func environment(numbering: DeviceNumbering) -> [String: String] {
        var environment = [
            "ALLOT_RESERVATION": reservation.description,
            "ALLOT_DEVICES": devices.map(\.id.text).joined(separator: ","),
            "ALLOT_CPUS": processors.list,
            "ALLOT_NUMA_NODES": memoryNodes.list,
            "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
            "CUDA_VISIBLE_DEVICES": visible(vendor: "nvidia", numbering: numbering),
            "ROCR_VISIBLE_DEVICES": visible(vendor: "amd", numbering: numbering),
        ]
        environment["ALLOT_GPU_SHARE"] = share
        if memory > .zero { environment["ALLOT_MEMORY_BYTES"] = String(memory.bytes) }
        if devices.contains(where: { $0.vendor == "intel" }) {
            environment["ZE_ENABLE_PCI_ID_DEVICE_ORDER"] = "1"
            environment["ZE_AFFINITY_MASK"] = numbers(vendor: "intel", numbering: numbering).joined(separator: ",")
        }
        return environment
    }

    private func visible(vendor: String, numbering: DeviceNumbering) -> String {
        let held = devices.filter { $0.vendor == vendor }
        let uuids = held.compactMap { $0.usableUUID }
        // The libraries take numbers or UUIDs, not a mixture.
        guard uuids.count == held.count, Set(uuids).count == uuids.count else {
            return numbers(vendor: vendor, numbering: numbering).joined(separator: ",")
        }
        return uuids.joined(separator: ",")
    }

    private func numbers(vendor: String, numbering: DeviceNumbering) -> [String] {
        let ordinals = devices.filter { $0.vendor == vendor }.map(\.ordinal).sorted()
        switch numbering {
        case .host: return ordinals.map(String.init)
        case .held: return ordinals.indices.map(String.init)
        }
    }
}

extension HeldDevice {
    /// Older AMD devices all report a UUID of zeros.
    fileprivate var usableUUID: String? {
        guard let uuid, uuid.contains(where: { !"0-GPU".contains($0) }) else { return nil }
        return vendor == "amd" && !uuid.hasPrefix("GPU-") ? "GPU-\(uuid)" : uuid
    }
}
