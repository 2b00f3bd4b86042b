public import Logging
public import Topology
public import Units

/// What `/etc/allot/allotd.yaml` says: how the daemon runs. Who may use the machine is the policy's.
///
/// Every option has a default, so that a machine without the file works. The properties are named as the options are.
public struct Configuration: Sendable, Hashable {
    /// The Unix socket that clients connect to.
    public var socket = "/run/allot/allotd.sock"
    /// The folder of the database.
    public var state = "/var/lib/allot"
    /// The first policy's file. At its default place it may be absent.
    public var policy = Configuration.defaultPolicy
    /// A topology file of hwloc to schedule over; nil for the live host.
    public var topology: String?
    /// Kinds of PCI functions that are devices on the live host whatever their class and vendor say.
    public var accelerators: [PCIKind] = []
    /// What starts and confines commands.
    public var executor = Executor.systemd
    /// The private socket of `allot-enforcer`, which the systemd executor talks to.
    public var enforcerSocket = "/run/allot-enforcer/enforcer.sock"
    public var logLevel = Logger.Level.info
    /// The most client connections at a time.
    public var connections = 1024
    /// The most connections of one user.
    public var connectionsPerUser = 256
    /// The most requests of one user in a second, over time; twice as many at once.
    public var requestsPerSecond = 500
    /// The most event streams in all, and of one user.
    public var eventStreams = 256
    public var eventStreamsPerUser = 16
    /// The longest body of a request.
    public var requestBytes = ByteCount(bytes: 1 << 20)
    /// How long a client may take to send a request.
    public var requestTimeout = Span.seconds(30)
    /// How long a reservation's processes have between the signal to stop and being killed.
    public var stopGrace = Span.seconds(10)
    /// The most commands that share one transaction.
    public var commitBatch = 512
    /// Disk space kept back, so that ends and events can be written when the disk is full for new work.
    public var diskReserve = ByteCount(bytes: 16 << 20)

    /// Where the journal's end is written to.
    public var anchors = Anchors()
    /// How often the machine's use is looked at.
    public var telemetry = Telemetry()

    /// What holds without a file.
    public init() {}

    /// How often, and where besides the system's log, the journal's end is written to.
    public struct Anchors: Sendable, Hashable {
        public var interval = Span.minutes(15)
        /// A file that lines are added to.
        public var file: String?
        /// A program that is given each as JSON.
        public var command: String?

        /// Every 15 minutes, to the system's log alone.
        public init() {}
    }

    /// How often devices are looked at, and how often what was seen is written down.
    public struct Telemetry: Sendable, Hashable {
        /// From one look to the next.
        public var interval = Span.seconds(10)
        /// What a piece of a reservation's use is; equal ones are written down as one, of an hour at most.
        public var record = Span.minutes(5)

        /// Every 10 seconds, and in pieces of 5 minutes.
        public init() {}
    }

    /// The executors that `executor` chooses from.
    public enum Executor: String, Sendable, Hashable, CaseIterable {
        /// Slices, scopes and services through `allot-enforcer`.
        case systemd
        /// Plain child processes under the daemon's own uid, confined by nothing: for development.
        case process
    }

    /// Where the file is looked for.
    public static let defaultFile = "/etc/allot/allotd.yaml"
    static let defaultPolicy = "/etc/allot/policy.yaml"
    /// The value of `topology` that stands for the live host.
    static let liveTopology = "live"
    /// The value of a place that is not used.
    static let noPlace = "none"
}

extension Configuration {
    /// The ranges of the options. Outside them a file is refused with a fault that names the range.
    public enum Limits {
        public static let accelerators = 64
        public static let connections = 1...65_536
        public static let connectionsPerUser = 1...65_536
        public static let requestsPerSecond = 1...100_000
        public static let eventStreams = 1...65_536
        public static let eventStreamsPerUser = 1...65_536
        public static let anchorInterval = Span.seconds(1)...Span.days(1)
        public static let telemetryInterval = Span.seconds(1)...Span.minutes(5)
        public static let telemetryRecord = Span.seconds(10)...Span.hours(1)
        public static let requestBytes = ByteCount(bytes: 4 << 10)...ByteCount(bytes: 8 << 20)
        public static let requestTimeout = Span.seconds(1)...Span.minutes(10)
        public static let stopGrace = Span.zero...Span.minutes(10)
        public static let commitBatch = 1...10_000
        public static let diskReserve = ByteCount(bytes: 1 << 20)...ByteCount.gibibytes(64)
        /// Bytes of a path: PATH_MAX of Linux without its final zero.
        public static let path = 4095
        /// Bytes of a socket's path: what `sockaddr_un` holds without its final zero, unix(7).
        public static let socketPath = 107
    }
}

extension Configuration {
    /// The options that differ from `running` and that a running daemon cannot change: they hold from its next start.
    public func changesForNextStart(running: Configuration) -> [String] {
        [
            ("socket", socket != running.socket),
            ("state", state != running.state),
            ("topology", topology != running.topology),
            ("accelerators", accelerators != running.accelerators),
            ("executor", executor != running.executor),
            ("enforcerSocket", enforcerSocket != running.enforcerSocket),
            ("connections", connections != running.connections),
            ("connectionsPerUser", connectionsPerUser != running.connectionsPerUser),
            ("requestsPerSecond", requestsPerSecond != running.requestsPerSecond),
            ("eventStreams", eventStreams != running.eventStreams),
            ("eventStreamsPerUser", eventStreamsPerUser != running.eventStreamsPerUser),
            ("anchors", anchors != running.anchors),
            ("telemetry", telemetry != running.telemetry),
        ].filter(\.1).map(\.0)
    }
}
