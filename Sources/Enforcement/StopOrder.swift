import Glibc
import Telemetry
import Units

/// What `stop` is to end, or to warn of its end. Each may be repeated.
public enum StopOrder: Sendable, Hashable, Codable {
    /// Everything in a grant: with a warning that signal first, and its time to end by itself; then SIGTERM, and
    /// SIGKILL after `grace`. It is done when nothing of the grant runs any more, and nothing that may not has one of
    /// its devices open.
    case end(ReservationID, grace: Span, warning: StopWarning?)
    /// A signal to everything in a grant, which stands on.
    case warn(ReservationID, StopWarning.Signal)
    /// A process that uses devices which no grant of its own holds: SIGTERM, and SIGKILL after `grace`.
    case unreserved(UnreservedProcess, grace: Span)
}

/// What tells the processes of a grant that they have to end, and how long they have for it.
public struct StopWarning: Sendable, Hashable, Codable {
    public var signal: Signal
    public var lead: Span

    public init(signal: Signal, lead: Span) {
        self.signal = signal
        self.lead = lead
    }

    /// One of signal(7) that a program may handle.
    public enum Signal: String, Sendable, Hashable, Codable {
        case hangUp, interrupt, terminate, user1, user2

        var number: Int32 {
            switch self {
            case .hangUp: SIGHUP
            case .interrupt: SIGINT
            case .terminate: SIGTERM
            case .user1: SIGUSR1
            case .user2: SIGUSR2
            }
        }
    }
}

/// A process that was seen with devices open that it was not granted. Who ends it looks at all of that again.
public struct UnreservedProcess: Sendable, Hashable, Codable {
    public var pid: Int32
    /// In clock ticks since boot (proc(5), stat field 22): another process of that number is another.
    public var startTime: UInt64
    public var user: UserID
    /// What it was seen to have open.
    public var devices: [WatchedDevice]

    public init(pid: Int32, startTime: UInt64, user: UserID, devices: [WatchedDevice]) {
        self.pid = pid
        self.startTime = startTime
        self.user = user
        self.devices = devices
    }
}

/// What a stop has come to.
public struct StopReceipt: Sendable, Hashable, Codable {
    /// Devices of the grant that may not be given to anybody as they are.
    public var unfit: [UnfitDevice]
    /// Processes outside of the grant that had one of its devices open and were ended. Without devices: those that were
    /// ended because nothing could tell what they had open.
    public var ended: [DeviceOpener]

    public init(unfit: [UnfitDevice] = [], ended: [DeviceOpener] = []) {
        self.unfit = unfit
        self.ended = ended
    }
}

/// A device that is not free although its grant is over.
public struct UnfitDevice: Sendable, Hashable, Codable {
    public var id: DeviceID
    /// For everybody: `held open by 1 process`.
    public var reason: String
    /// The processes that are the reason, for who may see other people's: `pid 812 (python3, uid 1001)`.
    public var processes: [String]

    public init(id: DeviceID, reason: String, processes: [String] = []) {
        self.id = id
        self.reason = reason
        self.processes = processes
    }
}
