import Units

/// What is free on the host at this moment, exactly: the truth that every start is checked against.
struct Held: Sendable, Hashable {
    private(set) var freeDevices: DeviceSet
    private(set) var freeCores: BitSet
    /// Bytes.
    private(set) var freeMemory: Int64

    init(host: HostModel) {
        freeDevices = host.allDevices
        freeCores = BitSet(host.host.cores.indices)
        freeMemory = host.memory.bytes
    }

    func holds(_ use: Use) -> Bool {
        use.devices.isSubset(of: freeDevices) && use.cores <= freeCores.count && use.memory <= freeMemory
    }

    /// Takes a grant: all of it is free.
    mutating func take(_ grant: Grant) {
        precondition(grant.devices.isSubset(of: freeDevices), "no device is granted twice at one instant")
        precondition(grant.cores.isSubset(of: freeCores), "no core is granted twice at one instant")
        freeDevices = freeDevices.subtracting(grant.devices)
        freeCores.subtract(grant.cores)
        freeMemory -= grant.memory.bytes
    }

    mutating func give(_ grant: Grant) {
        freeDevices = freeDevices.union(grant.devices)
        freeCores.formUnion(grant.cores)
        freeMemory += grant.memory.bytes
    }
}
