import Units

/// What a demand means on each kind of host, and what it counts: reservations of one shape fit in the same places.
struct Shape: Sendable, Hashable {
    var count: Int
    var cores: Int
    /// Bytes.
    var memory: Int64
    var counted: Counted
    /// Of one device; nil where whole devices are asked for.
    var share: DeviceShare?
    /// By kind of host.
    var local: [Local]

    /// What it means on one kind of host.
    struct Local: Sendable, Hashable {
        /// Devices of the model that is asked for.
        var eligible: DeviceSet
        /// The groups of which one has to hold all; empty where any devices of the host do.
        var groups: [DeviceSet]
        /// Whether such a host has room for it when it is empty.
        var isPossible: Bool

        func hash(into hasher: inout Hasher) { hasher.combine(eligible) }

        /// Whether so many of the free devices are eligible, and close enough together.
        func fits(_ count: Int, in free: DeviceSet) -> Bool {
            let usable = free.intersection(eligible)
            guard usable.count >= count else { return false }
            return groups.isEmpty || groups.contains { $0.intersection(usable).count >= count }
        }
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        hasher.combine(cores)
        hasher.combine(memory)
        hasher.combine(share)
        hasher.combine(local)
        if !counted.isEmpty { hasher.combine(counted) }
    }
}

/// Where a shape fits.
struct Fit: Sendable {
    var host = 0
    var start: Timestamp
    /// Eligible devices that are free over the whole span: at least as many as asked for, close enough together.
    var free: DeviceSet
}

/// What is free on one host at one time.
struct Capacity: Sendable, Hashable {
    var devices: DeviceRoom
    var cores: Int
    /// Bytes.
    var memory: Int64

    func holds(_ use: Use) -> Bool {
        use.cores <= cores && use.memory <= memory && devices.holds(use.devices, use.share)
    }

    mutating func take(_ use: Use) {
        devices.take(use.devices, use.share)
        cores -= use.cores
        memory -= use.memory
    }

    mutating func give(_ use: Use) {
        devices.give(use.devices, use.share)
        cores += use.cores
        memory += use.memory
    }
}

/// What one reservation takes on one host: exact devices, or a share of one; cores and memory by amount; and what it
/// counts.
struct Use: Sendable, Hashable {
    var host = 0
    var devices: DeviceSet
    /// Of the one device; nil where the devices are held whole.
    var share: DeviceShare?
    var cores: Int
    /// Bytes.
    var memory: Int64
    var counted: Counted

    /// The same, without what it uses up of a month.
    var withoutTime: Use {
        var use = self
        use.counted.deviceTime = nil
        return use
    }
}
