public import Policy
public import Units

/// What metering learns beside the engine's decisions. Journaled, and folded by `Meter` for ever with the same meaning.
public enum MeteringEvent: Sendable, Hashable, Codable {
    /// What the machine has, from now on.
    case inventory(MachineInventory)
    /// For so long the daemon was not there, or engine time was set forward: what was held then is degraded.
    case gap(Gap)
    /// Everything that runs is metered up to there: at a day's end, and before the policy changes.
    case cut(until: Timestamp)
    /// How a reservation was used for a while.
    case sampled(ReservationID, UsageSample)
    /// Its owner is told that it does next to nothing, and since when; and when it is released, if it is.
    case idle(ReservationID, since: Timestamp, releasedAt: Timestamp?)
    /// Nothing was run in it since it began: from what is metered next, it is charged as such.
    case noShow(ReservationID, releasedAt: Timestamp?)
    /// What was announced of it is off. Where it was used or is said to be needed, from what is metered next it is
    /// charged as everything else.
    case attended(ReservationID, Attended)
    /// A device was used by somebody who has no grant of it: nobody is charged, and it is known whose it was.
    case unreserved(UnreservedUse)

    /// The reservation that the event is about; nil for one about all.
    public var reservation: ReservationID? {
        switch self {
        case .inventory, .gap, .cut, .unreserved: nil
        case .sampled(let id, _), .idle(let id, _, _), .noShow(let id, _), .attended(let id, _): id
        }
    }

    /// Its name in the journal and on the event stream.
    public var kind: String {
        switch self {
        case .inventory: "usage.inventory"
        case .gap: "usage.gap"
        case .cut: "usage.cut"
        case .sampled: "usage.sampled"
        case .idle: "usage.idle"
        case .noShow: "usage.noShow"
        case .attended: "usage.attended"
        case .unreserved: MeteringEvent.unreservedKind
        }
    }

    /// The kind of use without a reservation.
    public static let unreservedKind = "usage.unreserved"

    /// Why what was announced is off.
    public enum Attended: String, Sendable, Hashable, Codable, CaseIterable {
        /// Something was done in it.
        case used
        /// It was extended, with a reason.
        case extended
        /// The policy does not say so any more.
        case policy
    }
}

/// For how long somebody had a device open without a grant of it.
public struct UnreservedUse: Sendable, Hashable, Codable {
    public var device: DeviceID
    public var user: UserID
    /// That the user is of; nil for one who is of none.
    public var department: DepartmentID?
    public var from: Timestamp
    /// The first instant behind it.
    public var to: Timestamp

    public init(device: DeviceID, user: UserID, department: DepartmentID?, from: Timestamp, to: Timestamp) {
        self.device = device
        self.user = user
        self.department = department
        self.from = from
        self.to = to
    }
}

/// How a reservation was used over an interval, as somebody who looked says: telemetry, or a test in its place.
public struct UsageSample: Sendable, Hashable, Codable {
    public var from: Timestamp
    /// The first instant behind it.
    public var to: Timestamp
    /// Those of its devices, by index in the host's, that did something.
    public var used: DeviceSet
    /// Those that did next to nothing. What is in neither was not looked at.
    public var idle: DeviceSet
    /// Of its cores and memory; nil where nobody looked.
    public var processors: Activity?

    public init(
        from: Timestamp, to: Timestamp, used: DeviceSet = DeviceSet(), idle: DeviceSet = DeviceSet(),
        processors: Activity? = nil
    ) {
        self.from = from
        self.to = to
        self.used = used
        self.idle = idle
        self.processors = processors
    }

    /// Whether something was done.
    public enum Activity: String, Sendable, Hashable, Codable {
        case used, idle
    }
}

/// Time that the journal counts and nobody vouches for.
public struct Gap: Sendable, Hashable, Codable {
    public var from: Timestamp
    /// The first instant behind it.
    public var to: Timestamp
    public var cause: Cause

    public init(from: Timestamp, to: Timestamp, cause: Cause) {
        self.from = from
        self.to = to
        self.cause = cause
    }

    /// Why nobody vouches for it.
    public enum Cause: String, Sendable, Hashable, Codable {
        /// The daemon did not run.
        case stopped
        /// Engine time was set forward, to a wall clock that was vouched for.
        case clock
    }
}

/// What the machine has of what can be held.
public struct MachineInventory: Sendable, Hashable, Codable {
    /// In the order of the host's devices: grants name them by index.
    public var devices: [Device]
    public var cores: Int
    /// In MiB.
    public var memory: Int64

    public init(devices: [Device], cores: Int, memory: Int64) {
        self.devices = devices
        self.cores = cores
        self.memory = memory
    }

    /// One that grants name by its place.
    public struct Device: Sendable, Hashable, Codable {
        public var id: DeviceID
        public var model: String
        /// The machine has it no more: it keeps its place for what was granted of it, and is not owned; nil for one
        /// that it has.
        public var isGone: Bool?

        public init(id: DeviceID, model: String, isGone: Bool? = nil) {
            self.id = id
            self.model = model
            self.isGone = isGone
        }
    }

    /// Of each device SKU, how many.
    public var counts: [SKU: Int64] {
        devices.filter { $0.isGone != true }.reduce(into: [:]) { $0[.device($1.model), default: 0] += 1 }
    }
}
