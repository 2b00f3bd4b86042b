import Units

/// What is free on each host at this moment, exactly: the truth that every start is checked against.
struct Held: Sendable {
    private(set) var hosts: [Free]
    /// Over all time, as if what is held were so for ever.
    private var counters: CounterProfile

    /// On one host.
    struct Free: Sendable {
        fileprivate(set) var devices: DeviceRoom
        fileprivate(set) var cores: BitSet
        /// Bytes.
        fileprivate(set) var memory: Int64
    }

    init(fleet: Fleet, counters: Counters) {
        hosts = fleet.kinds.map { kind in
            let model = fleet.models[kind]
            // What is held of devices that are gone is held all the same; nothing asks for them.
            return Free(devices: DeviceRoom(model.places), cores: model.allCores, memory: model.memory.bytes)
        }
        self.counters = CounterProfile(from: Held.always, counters: counters)
    }

    /// A window was admitted for its time, and does not wait for what others count at this moment, or for terms that
    /// the policy has by now; only for what there is no more of.
    func holds(_ use: Use, isWindow: Bool) -> Bool {
        guard hosts.indices.contains(use.host) else { return false }
        let devices = hosts[use.host].devices
        let isLeftOver = isWindow && use.share?.seats == 0
        guard isLeftOver ? devices.isThere(use.devices, use.share) : devices.holds(use.devices, use.share),
            use.cores <= hosts[use.host].cores.count, use.memory <= hosts[use.host].memory
        else { return false }
        var use = use
        if isWindow, !use.counted.isEmpty { use.counted = use.counted.licencesAlone }
        use.counted.deviceTime = nil
        return use.counted.isEmpty
            || counters.shortage(of: use, from: Held.always, until: .distantFuture, turns: turns(of: use)) == nil
    }

    /// Takes a grant, whose devices and cores are free, and what it counts.
    mutating func take(_ grant: Grant, _ use: Use) {
        guard hosts.indices.contains(grant.host) else { return }
        let free = hosts[grant.host]
        precondition(free.devices.isThere(grant.devices, use.share), "no device is granted twice at one instant")
        precondition(grant.cores.isSubset(of: free.cores), "no core is granted twice at one instant")
        counters.take(use.withoutTime, from: Held.always, until: .distantFuture, turns: turns(of: use))
        hosts[grant.host].devices.take(grant.devices, use.share)
        hosts[grant.host].cores.subtract(grant.cores)
        hosts[grant.host].memory -= grant.memory.bytes
    }

    mutating func give(_ grant: Grant, _ use: Use) {
        guard hosts.indices.contains(grant.host) else { return }
        hosts[grant.host].devices.give(grant.devices, use.share)
        hosts[grant.host].cores.formUnion(grant.cores)
        hosts[grant.host].memory += grant.memory.bytes
        counters.give(use.withoutTime, from: Held.always, until: .distantFuture, turns: turns(of: use))
    }

    /// As in a profile: a share counts in quotas where it is the first, or last, of its device.
    private func turns(of use: Use) -> [Range<Timestamp>]? {
        guard use.share?.tenant != nil else { return nil }
        let isWhole = use.devices.isSubset(of: hosts[use.host].devices.whole)
        return isWhole ? [Held.always..<Timestamp.distantFuture] : []
    }

    private static let always = Timestamp(milliseconds: 0)
}
