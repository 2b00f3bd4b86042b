import Telemetry
import Units

/// Makes grants hold on a machine. Four verbs; each may be repeated, and repeating one changes nothing.
public protocol Executor: Sendable {
    /// What of ours stands on the machine now: what a restarted daemon compares with its store.
    func inventory() async throws(ExecutorFailure) -> Inventory

    /// Makes a grant stand, puts a running process into it, or starts a command in it.
    func start(_ order: StartOrder) async throws(ExecutorFailure) -> StartReceipt

    /// Ends everything in a grant, warns of its end, or ends a process that uses a device without a grant.
    func stop(_ order: StopOrder) async throws(ExecutorFailure) -> StopReceipt

    /// Waits until something differs from what was seen at `version`, or until `within` is over.
    func observe(since version: UInt64, within: Span) async throws(ExecutorFailure) -> Observation

    /// Looks at the host's devices: how busy each is, who has it open, what ails it; and at the control groups of the
    /// grants that stand.
    func observe(_ devices: [WatchedDevice]) async throws(ExecutorFailure) -> MachineLook
}

extension Executor {
    /// Ends everything in a grant, with SIGKILL after `grace`.
    @discardableResult
    public func stop(
        _ reservation: ReservationID, grace: Span, warning: StopWarning? = nil
    ) async throws(ExecutorFailure) -> StopReceipt {
        try await stop(.end(reservation, grace: grace, warning: warning))
    }
}

/// What a grant is on the machine, in the machine's own words.
public struct Holding: Sendable, Hashable, Codable {
    public var reservation: ReservationID
    public var owner: UserID
    /// Other users who may use it.
    public var sharedWith: [UserID]
    public var devices: [HeldDevice]
    /// The part of the one device that it has, `0.5`; nil where its devices are its own.
    public var share: String?
    /// The operating system's processor numbers.
    public var processors: BitSet
    /// The operating system's NUMA node numbers.
    public var memoryNodes: BitSet
    /// None sets no limit.
    public var memory: ByteCount

    public init(
        reservation: ReservationID, owner: UserID, sharedWith: [UserID] = [], devices: [HeldDevice],
        share: String? = nil, processors: BitSet, memoryNodes: BitSet, memory: ByteCount
    ) {
        self.reservation = reservation
        self.owner = owner
        self.sharedWith = sharedWith
        self.devices = devices
        self.share = share
        self.processors = processors
        self.memoryNodes = memoryNodes
        self.memory = memory
    }
}

/// A device as its holder's processes see it.
public struct HeldDevice: Sendable, Hashable, Codable {
    public var id: DeviceID
    /// `nvidia`, `amd`, `intel`, `other`.
    public var vendor: String
    /// The vendor's UUID, which CUDA_VISIBLE_DEVICES and ROCR_VISIBLE_DEVICES take; nil where unknown.
    public var uuid: String?
    /// Its number among the host's devices of the same vendor, by PCI address, for want of a UUID.
    public var ordinal: Int
    /// The files that a holder may open.
    public var files: [String]

    public init(id: DeviceID, vendor: String, uuid: String?, ordinal: Int, files: [String]) {
        self.id = id
        self.vendor = vendor
        self.uuid = uuid
        self.ordinal = ordinal
        self.files = files
    }
}

/// A process that asks to be put into a grant: who connected, by the kernel's word.
public struct PeerProcess: Sendable, Hashable, Codable {
    public var pid: Int32
    public var user: UserID

    public init(pid: Int32, user: UserID) {
        self.pid = pid
        self.user = user
    }
}

/// A command to be started in a grant, as its owner gave it.
public struct BatchCommand: Sendable, Hashable, Codable {
    /// The program and its arguments; at least one.
    public var arguments: [String]
    /// Set beside what the grant sets; nothing is expanded.
    public var environment: [String: String]
    /// Absolute; nil for the user's home directory.
    public var directory: String?

    public init(arguments: [String], environment: [String: String], directory: String?) {
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
    }
}

/// What `start` is to make stand.
public enum StartOrder: Sendable, Hashable, Codable {
    /// The grant itself, empty.
    case holding(Holding)
    /// A running process, into a grant that stands; the caller sets the receipt's environment itself.
    case attach(PeerProcess, Holding)
    /// The owner's command, in a grant that stands, as the owner.
    case command(BatchCommand, Holding)
}

/// What `start` has made.
public struct StartReceipt: Sendable, Hashable, Codable {
    /// What a process inside has in its environment, by the grant.
    public var environment: [String: String]
    /// Whether the kernel holds the process to its processors and memory nodes; if not, it has to bind itself.
    public var isConfined: Bool

    public init(environment: [String: String], isConfined: Bool) {
        self.environment = environment
        self.isConfined = isConfined
    }
}

/// What stands on the machine.
public struct Inventory: Sendable, Hashable, Codable {
    /// In order of their ids.
    public var standing: [Standing]

    public init(standing: [Standing]) {
        self.standing = standing
    }

    public var reservations: [ReservationID] { standing.map(\.reservation) }
}

/// A grant of which something stands.
public struct Standing: Sendable, Hashable, Codable {
    public var reservation: ReservationID
    /// Nothing of it is missing. What is missing (its slice was deleted by hand, a list of a device file or the record
    /// was lost) comes back with another `start` of the holding.
    public var isWhole: Bool

    public init(reservation: ReservationID, isWhole: Bool) {
        self.reservation = reservation
        self.isWhole = isWhole
    }
}

/// The commands that the executor has started, as they are now.
public struct Observation: Sendable, Hashable, Codable {
    /// Grows with every change; starts anew with the executor.
    public var version: UInt64
    public var commands: [CommandState]

    public init(version: UInt64, commands: [CommandState]) {
        self.version = version
        self.commands = commands
    }
}

/// A command and whether it has ended.
public struct CommandState: Sendable, Hashable, Codable {
    public var reservation: ReservationID
    /// nil while it runs; 128 + number for a signal; `unknownExit` where the machine can't tell any more.
    public var exitCode: Int32?

    /// Of a command that ended while nobody was there to be told.
    public static let unknownExit: Int32 = 255

    public init(reservation: ReservationID, exitCode: Int32?) {
        self.reservation = reservation
        self.exitCode = exitCode
    }
}

/// Why the executor could not do it.
public enum ExecutorFailure: Error, Sendable, Hashable, Codable {
    /// It is not there, or the link to it broke: worth another try.
    case unreachable(String)
    /// It refuses, and will again.
    case refused(String)
    /// The machine would not: systemd's, the kernel's word. Worth another try.
    case failed(String)

    /// What went wrong, for a log or a person.
    public var reason: String {
        switch self {
        case .unreachable(let reason), .refused(let reason), .failed(let reason): reason
        }
    }
}
