import Policy
import Units

/// What a demand means on the hosts.
extension Fleet {
    /// By kind of host, the devices that will do.
    func eligible(_ filter: DeviceFilter) -> [DeviceSet] {
        var eligible = filter.model.map { self.eligible(model: $0) } ?? models.map(\.allDevices)
        if let memory = filter.memory {
            let share = filter.share ?? .one
            for kind in models.indices {
                eligible[kind] = eligible[kind].intersection(models[kind].devices(withMemory: memory, in: share))
            }
        }
        if filter.share != nil { eligible = zip(eligible, sharing.devices).map { $0.intersection($1) } }
        return eligible
    }

    /// By kind of host, the devices whose model is `model` on some host, or else contains it, in any case.
    func eligible(model: String) -> [DeviceSet] {
        let exact = models.map { $0.devices(ofExactly: model) }
        return exact.allSatisfy(\.isEmpty) ? models.map { $0.devices(ofModelWith: model) } : exact
    }

    /// The most memory of a device, or of the share of it that is asked for, that would do otherwise; in bytes.
    func largestMemory(of demand: Demand) -> Int64 {
        var filter = demand.filter
        filter.memory = nil
        let memories = zip(models, eligible(filter)).flatMap { model, devices in
            devices.compactMap { model.host.devices[$0].memory?.bytes }
        }
        return Int64(Int128(memories.max() ?? 0) * Int128((demand.share ?? .one).thousandths) / 1000)
    }

    /// The shape of a demand of a department; `eligible` are the devices that will do, by kind of host.
    func shape(_ demand: Demand, of department: DepartmentID, eligible: [DeviceSet], counted: Counted) -> Shape {
        Shape(
            count: demand.devices, cores: demand.cores, memory: demand.memory.bytes, counted: counted,
            share: share(demand, of: department),
            local: models.indices.map { models[$0].shape(demand, eligible: eligible[$0]) })
    }

    /// What part of a device is asked for; nil for whole ones.
    func share(_ demand: Demand, of department: DepartmentID) -> DeviceShare? {
        demand.share.map { DeviceShare(thousandths: Int($0.thousandths), tenant: sharing.tenant(department), seats: 1) }
    }

    /// What a shape takes when it gets its devices out of those that are free at a place.
    func use(of shape: Shape, _ fit: Fit) -> Use {
        let kind = kinds[fit.host]
        return use(of: shape, models[kind].devices(for: shape, on: kind, from: fit.free), on: fit.host)
    }

    /// What a shape takes with these devices.
    func use(of shape: Shape, _ devices: DeviceSet, on host: Int) -> Use {
        use(
            Use(
                host: host, devices: devices, share: shape.share, cores: shape.cores, memory: shape.memory,
                counted: shape.counted))
    }

    /// What a use means on its devices, where it is one of a share.
    func use(_ use: Use) -> Use {
        kinds.indices.contains(use.host) ? sharing.use(use, kind: kinds[use.host]) : use
    }

    /// Cores, and bytes of memory, that come with so many devices, on whichever of the hosts that have them.
    func share(of devices: Int, eligible: [DeviceSet]) -> (cores: Int, memory: Int64) {
        let fitting = models.indices.filter { eligible[$0].count >= devices }
        let candidates = (fitting.isEmpty ? Array(models.indices) : fitting).map { models[$0] }
        let cores = candidates.map { min(devices * $0.coresPerDevice, $0.coreCount) }.min() ?? 0
        let memory = candidates.map { Int64(devices) * $0.memoryPerDevice.bytes }.min() ?? 0
        return (max(1, cores), memory)
    }

    /// Bytes of memory that come with so many cores, on whichever of the hosts that have them.
    func memory(beside cores: Int) -> Int64 {
        let fitting = models.filter { $0.coreCount >= cores }
        return (fitting.isEmpty ? models : fitting).map {
            Int64(min(cores, $0.coreCount)) * ($0.memory.bytes / Int64(max($0.coreCount, 1)))
        }.min() ?? 0
    }
}

/// Which devices will do.
struct DeviceFilter: Hashable, Sendable {
    /// nil for any.
    var model: String?
    /// The least that is asked of each, or of the share of it; nil for any.
    var memory: ByteCount?
    /// nil for whole devices.
    var share: Ratio?
}

extension Demand {
    var filter: DeviceFilter { DeviceFilter(model: model, memory: deviceMemory, share: share) }
}
