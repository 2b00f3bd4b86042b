import Units

/// What one reservation asks for of a host's devices and cores.
public struct AskedDevices: Sendable, Hashable, Comparable {
    /// 0 for cores alone.
    public var devices: Int
    /// Of each: 1000 for whole ones. Less than that is asked of one device only.
    public var thousandths: Int
    public var cores: Int

    public init(devices: Int, thousandths: Int = AskedDevices.whole, cores: Int) {
        precondition((1...AskedDevices.whole).contains(thousandths), "a part of a device, or all of it")
        self.devices = devices
        self.thousandths = thousandths
        self.cores = cores
    }

    public static let whole = DeviceShare.whole

    /// The same with fewer cores, by an eighth to a quarter at most: kinds that are told apart by less are one.
    public var coarse: AskedDevices {
        let dropped = Int.bitWidth - max(cores, 0).leadingZeroBitCount - AskedDevices.coreBits
        guard dropped > 0 else { return self }
        return AskedDevices(devices: devices, thousandths: thousandths, cores: (cores >> dropped) << dropped)
    }

    /// Binary digits by which numbers of cores are told apart.
    private static let coreBits = 3

    public static func < (left: AskedDevices, right: AskedDevices) -> Bool {
        (left.devices, left.thousandths, left.cores) < (right.devices, right.thousandths, right.cores)
    }

    /// How many of it the cores would do for.
    func copies(beside cores: Int) -> Int { self.cores > 0 ? max(cores, 0) / self.cores : .max }
}

/// What is free on a host at one moment, as far as stranding goes.
public struct HostRoom: Sendable, Hashable {
    /// Devices that nobody holds anything of.
    public var whole: DeviceSet
    /// Devices that are shared, and the thousandths that are left of each.
    public var parts: [Part]
    /// In the part of a core that demands are counted in.
    public var cores: Int

    /// What is left of one device that is shared.
    public struct Part: Sendable, Hashable {
        public var device: Int
        public var free: Int

        public init(device: Int, free: Int) {
            self.device = device
            self.free = free
        }
    }

    public init(whole: DeviceSet, parts: [Part] = [], cores: Int) {
        self.whole = whole
        self.parts = parts
        self.cores = cores
    }

    /// Thousandths of devices that are free.
    var thousandths: Int { parts.reduce(whole.count * AskedDevices.whole) { $0 + $1.free } }

    /// The same without what is asked for, taken from those of its devices that will do. Whole devices are any; a share
    /// is one of the fullest device that has enough left. Of what is not there nothing is taken.
    public func without(_ asked: AskedDevices, eligible: DeviceSet) -> HostRoom {
        var room = self
        room.cores -= asked.cores
        guard asked.thousandths < AskedDevices.whole else {
            room.whole = whole.subtracting(whole.intersection(eligible).prefix(asked.devices))
            return room
        }
        let enough = parts.indices.filter {
            eligible.contains(parts[$0].device) && parts[$0].free >= asked.thousandths
        }
        if let fullest = enough.min(by: {
            (parts[$0].free, parts[$0].device) < (parts[$1].free, parts[$1].device)
        }) {
            room.parts[fullest].free -= asked.thousandths
        } else if let device = whole.intersection(eligible).first(where: { _ in true }) {
            room.whole = whole.subtracting(DeviceSet([device]))
            room.parts.append(Part(device: device, free: AskedDevices.whole - asked.thousandths))
        }
        return room
    }
}

extension DeviceSet {
    /// The first so many of them; all where there are fewer.
    fileprivate func prefix(_ count: Int) -> DeviceSet {
        var rest = bits
        for _ in 0..<count where rest != 0 { rest &= rest - 1 }
        return DeviceSet(bits: bits & ~rest)
    }
}
