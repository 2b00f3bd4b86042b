import Units

/// What is free on each host at this moment, exactly: the truth that every start is checked against.
struct Held: Sendable {
    private(set) var hosts: [Free]
    /// Over all time, as if what is held were so for ever.
    private var counters: CounterProfile

    /// On one host.
    struct Free: Sendable {
        fileprivate(set) var devices: DeviceSet
        fileprivate(set) var cores: BitSet
        /// Bytes.
        fileprivate(set) var memory: Int64
    }

    init(fleet: Fleet, quotas: Quotas) {
        hosts = fleet.kinds.map { kind in
            let model = fleet.models[kind]
            return Free(devices: model.allDevices, cores: model.allCores, memory: model.memory.bytes)
        }
        counters = CounterProfile(from: Held.always, quotas: quotas)
    }

    /// A window was admitted for its time, and does not wait for what others count at this moment; only for what there
    /// is no more of.
    func holds(_ use: Use, isWindow: Bool) -> Bool {
        guard hosts.indices.contains(use.host), use.devices.isSubset(of: hosts[use.host].devices),
            use.cores <= hosts[use.host].cores.count, use.memory <= hosts[use.host].memory
        else { return false }
        var use = use
        if isWindow, !use.counted.isEmpty { use.counted = use.counted.licencesAlone }
        return use.counted.isEmpty || counters.shortage(of: use, from: Held.always, until: .distantFuture) == nil
    }

    /// Takes a grant, whose devices and cores are free, and what it counts.
    mutating func take(_ grant: Grant, _ use: Use) {
        guard hosts.indices.contains(grant.host) else { return }
        let free = hosts[grant.host]
        precondition(grant.devices.isSubset(of: free.devices), "no device is granted twice at one instant")
        precondition(grant.cores.isSubset(of: free.cores), "no core is granted twice at one instant")
        hosts[grant.host].devices = free.devices.subtracting(grant.devices)
        hosts[grant.host].cores.subtract(grant.cores)
        hosts[grant.host].memory -= grant.memory.bytes
        counters.take(use, from: Held.always, until: .distantFuture)
    }

    mutating func give(_ grant: Grant, _ use: Use) {
        guard hosts.indices.contains(grant.host) else { return }
        hosts[grant.host].devices = hosts[grant.host].devices.union(grant.devices)
        hosts[grant.host].cores.formUnion(grant.cores)
        hosts[grant.host].memory += grant.memory.bytes
        counters.give(use, from: Held.always, until: .distantFuture)
    }

    private static let always = Timestamp(milliseconds: 0)
}
