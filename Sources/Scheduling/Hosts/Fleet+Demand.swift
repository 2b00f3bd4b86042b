import Units

/// What a demand means on the hosts.
extension Fleet {
    /// By kind of host, the devices whose model is `model` on some host, or else contains it, in any case.
    func eligible(model: String) -> [DeviceSet] {
        let exact = models.map { $0.devices(ofExactly: model) }
        return exact.allSatisfy(\.isEmpty) ? models.map { $0.devices(ofModelWith: model) } : exact
    }

    /// By kind of host.
    var allDevices: [DeviceSet] { models.map(\.allDevices) }

    /// The shape of a demand; `eligible` are the devices of its model, by kind of host.
    func shape(_ demand: Demand, eligible: [DeviceSet], counted: Counted) -> Shape {
        Shape(
            count: demand.devices, cores: demand.cores, memory: demand.memory.bytes, counted: counted,
            local: models.indices.map { models[$0].shape(demand, eligible: eligible[$0]) })
    }

    /// What a shape takes when it gets its devices out of those that are free at a place.
    func use(of shape: Shape, _ fit: Fit) -> Use {
        let kind = kinds[fit.host]
        return shape.use(of: models[kind].devices(for: shape, on: kind, from: fit.free), on: fit.host)
    }

    /// Cores, and bytes of memory, that come with so many devices, on whichever of the hosts that have them.
    func share(of devices: Int, eligible: [DeviceSet]?) -> (cores: Int, memory: Int64) {
        let fitting = models.indices.filter { (eligible?[$0] ?? models[$0].allDevices).count >= devices }
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
