public import Units

/// What was seen of a machine's devices at one look.
public struct MachineLook: Sendable, Hashable, Codable {
    /// Nanoseconds of CLOCK_BOOTTIME: since the machine's start, sleep included.
    public var at: Int64
    /// One for each device that was asked for, in that order.
    public var devices: [DeviceReading]
    /// One for each reservation that was asked for and has a slice, in that order.
    public var groups: [GroupReading]
    /// By pid.
    public var openers: [DeviceOpener]
    /// There were more openers than are told.
    public var isCut: Bool
    /// What could not be seen, and why, in words.
    public var blind: [String]

    public init(
        at: Int64, devices: [DeviceReading], groups: [GroupReading], openers: [DeviceOpener], isCut: Bool,
        blind: [String]
    ) {
        self.at = at
        self.devices = devices
        self.groups = groups
        self.openers = openers
        self.isCut = isCut
        self.blind = blind
    }
}

/// What one device says of itself.
public struct DeviceReading: Sendable, Hashable, Codable {
    public var id: DeviceID
    /// How busy it was since the last look, in thousandths; nil where nobody can tell. A device that nothing has open
    /// is 0: that is proven, not guessed.
    public var busyPermille: Int?
    public var source: Source
    public var memoryUsed: ByteCount?
    public var memoryTotal: ByteCount?
    /// Why it is not healthy, in words; nil for a device that is, as far as anybody can tell.
    public var fault: String?

    public init(
        id: DeviceID, busyPermille: Int?, source: Source, memoryUsed: ByteCount?, memoryTotal: ByteCount?,
        fault: String?
    ) {
        self.id = id
        self.busyPermille = busyPermille
        self.source = source
        self.memoryUsed = memoryUsed
        self.memoryTotal = memoryTotal
        self.fault = fault
    }

    /// Where `busyPermille` is from.
    public enum Source: String, Sendable, Hashable, Codable {
        /// NVIDIA's management library.
        case nvml
        /// What the kernel's DRM drivers count for each process.
        case fdinfo
        /// What the driver tells of the whole device.
        case sysfs
        /// Nobody counts: 0 because nothing has it open, nil because something has.
        case none
    }
}

/// What the kernel has counted for one reservation's slice since it was made. A controller that is not enabled leaves
/// its fields nil.
public struct GroupReading: Sendable, Hashable, Codable {
    public var reservation: ReservationID
    public var cpuMicroseconds: Int64?
    public var memory: ByteCount?
    public var memoryPeak: ByteCount?
    public var tasks: Int64?

    public init(
        reservation: ReservationID, cpuMicroseconds: Int64?, memory: ByteCount?, memoryPeak: ByteCount?, tasks: Int64?
    ) {
        self.reservation = reservation
        self.cpuMicroseconds = cpuMicroseconds
        self.memory = memory
        self.memoryPeak = memoryPeak
        self.tasks = tasks
    }
}
