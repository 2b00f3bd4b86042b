import Units

/// What is free on the host at this moment, exactly: the truth that every start is checked against.
struct Held: Sendable {
    private(set) var freeDevices: DeviceSet
    private(set) var freeCores: BitSet
    /// Bytes.
    private(set) var freeMemory: Int64
    /// Over all time, as if what is held were so for ever.
    private var counters: CounterProfile

    init(host: HostModel, quotas: Quotas) {
        freeDevices = host.allDevices
        freeCores = BitSet(host.host.cores.indices)
        freeMemory = host.memory.bytes
        counters = CounterProfile(from: Held.always, quotas: quotas)
    }

    /// A window was admitted for its time, and does not wait for what others count at this moment; only for what there
    /// is no more of.
    func holds(_ use: Use, isWindow: Bool) -> Bool {
        guard use.devices.isSubset(of: freeDevices), use.cores <= freeCores.count, use.memory <= freeMemory else {
            return false
        }
        var use = use
        if isWindow, !use.counted.isEmpty { use.counted = use.counted.licencesAlone }
        return use.counted.isEmpty || counters.shortage(of: use, from: Held.always, until: .distantFuture) == nil
    }

    /// Takes a grant, whose devices and cores are free, and what it counts.
    mutating func take(_ grant: Grant, _ use: Use) {
        precondition(grant.devices.isSubset(of: freeDevices), "no device is granted twice at one instant")
        precondition(grant.cores.isSubset(of: freeCores), "no core is granted twice at one instant")
        freeDevices = freeDevices.subtracting(grant.devices)
        freeCores.subtract(grant.cores)
        freeMemory -= grant.memory.bytes
        counters.take(use, from: Held.always, until: .distantFuture)
    }

    mutating func give(_ grant: Grant, _ use: Use) {
        freeDevices = freeDevices.union(grant.devices)
        freeCores.formUnion(grant.cores)
        freeMemory += grant.memory.bytes
        counters.give(use, from: Held.always, until: .distantFuture)
    }

    private static let always = Timestamp(milliseconds: 0)
}
