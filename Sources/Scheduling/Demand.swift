import Units

/// What a reservation asks for on one host, as admitted: cores and memory are numbers, not "in proportion".
public struct Demand: Sendable, Hashable, Codable {
    /// 0 for cores and memory alone.
    public var devices: Int
    /// The part that is asked for of the one device; nil for whole ones.
    public var share: Ratio?
    /// The least memory of each device, or of the share of it; nil for any.
    public var deviceMemory: ByteCount?
    /// The device model that is asked for; nil for any.
    public var model: String?
    public var together: Together
    /// Physical cores.
    public var cores: Int
    public var memory: ByteCount
    /// By name, each once.
    public var licences: [Licence]

    public init(
        devices: Int, share: Ratio? = nil, deviceMemory: ByteCount? = nil, model: String?, together: Together,
        cores: Int, memory: ByteCount, licences: [Licence] = []
    ) {
        self.devices = devices
        self.share = share
        self.deviceMemory = deviceMemory
        self.model = model
        self.together = together
        self.cores = cores
        self.memory = memory
        self.licences = licences
    }

    /// So many of a licence.
    public struct Licence: Sendable, Hashable, Codable {
        public var name: String
        public var count: Int

        public init(name: String, count: Int) {
            self.name = name
            self.count = count
        }
    }

    /// How close to each other the devices have to be.
    public enum Together: String, Sendable, Codable, CaseIterable {
        /// Joined by direct links (NVLink, XGMI, Xe link).
        case nvlink
        /// On one NUMA node.
        case numa
        /// On one host.
        case host
        /// Wherever they are.
        case any
    }
}

/// What a client asks for, before the engine admits it.
public struct Request: Sendable, Hashable, Codable {
    public var devices: Int
    /// The part that is asked for of one device, less than 1; nil for whole ones.
    public var share: Ratio?
    /// The least memory of each device, or of the share of it.
    public var deviceMemory: ByteCount?
    public var model: String?
    public var together: Demand.Together
    /// nil: in proportion to the devices.
    public var cores: Int?
    /// nil: in proportion to the devices, else to the cores.
    public var memory: ByteCount?
    /// How many of each, by name.
    public var licences: [String: Int]
    public var span: Span
    /// The fixed start of a window; nil for a queued reservation.
    public var at: Timestamp?
    public var notBefore: Timestamp?
    /// Reservations that must have ended first.
    public var after: [ReservationID]
    /// nil: the policy's standard class.
    public var priorityClass: ClassID?
    /// nil: the first account that the policy gives the user.
    public var team: TeamID?
    /// Users who may run inside.
    public var sharedWith: [UserID]
    /// Whether a command is to be started when it becomes active; the command itself is personal and not seen here.
    public var hasCommand: Bool
    /// It goes back into the queue where what it holds fails.
    public var isRequeued: Bool

    public init(
        devices: Int = 0, share: Ratio? = nil, deviceMemory: ByteCount? = nil, model: String? = nil,
        together: Demand.Together = .any, cores: Int? = nil,
        memory: ByteCount? = nil, licences: [String: Int] = [:], span: Span, at: Timestamp? = nil,
        notBefore: Timestamp? = nil, after: [ReservationID] = [], priorityClass: ClassID? = nil, team: TeamID? = nil,
        sharedWith: [UserID] = [], hasCommand: Bool = false,
        isRequeued: Bool = false
    ) {
        self.devices = devices
        self.share = share
        self.deviceMemory = deviceMemory
        self.model = model
        self.together = together
        self.cores = cores
        self.memory = memory
        self.licences = licences
        self.span = span
        self.at = at
        self.notBefore = notBefore
        self.after = after
        self.priorityClass = priorityClass
        self.team = team
        self.sharedWith = sharedWith
        self.hasCommand = hasCommand
        self.isRequeued = isRequeued
    }
}
