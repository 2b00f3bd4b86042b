import AllotAPI
import Enforcement
import Logging
import NIOCore
import NIOPosix
import Policy
import Scheduling
import ServiceLifecycle
import Storage
import Telemetry
import Topology
import Units
import UnixSignals

/// `allotd`: wires the rooms, serves until it is told to stop, and leaves nothing half done.
public struct Daemon: Sendable {
    /// The release that this is.
    public static let version = AllotVersion.current
    private let configuration: Configuration
    private let overrides: ConfigurationOverrides

    /// - Throws: `ConfigurationError`, with every fault and its line.
    public init(_ overrides: ConfigurationOverrides) throws {
        self.overrides = overrides
        configuration = try Configuration.load(overrides)
    }

    /// Runs until SIGTERM or SIGINT.
    /// - Throws: why it could not start: configuration, topology, policy, socket or database.
    public func run() async throws {
        LogBootstrap.bootstrap(level: configuration.logLevel)
        let logger = Logger(label: "allotd")
        let parts = try await start(logger: logger)
        let broker = parts.broker
        do {
            try await serve(parts, logger: logger)
        } catch {
            await broker.close()
            throw error
        }
        await broker.close()
        logger.notice("stopped")
    }

    /// What a running daemon is made of.
    private struct Parts {
        var broker: Broker
        var reconciler: Reconciler
        var lookout: Lookout
        var api: API
        var socket: ListeningSocket
        /// A TCP port for metrics that systemd has opened; nil without.
        var metricsPort: Int32?
        var clock: SystemClock
    }

    private func start(logger: Logger) async throws -> Parts {
        let machine =
            try configuration.topology.map { try Host(contentsOf: $0) }
            ?? Host.live(accelerators: Set(configuration.accelerators))
        let socket = try ListeningSocket.open(path: configuration.socket, environment: Environment.all)
        let store = try Store(folder: configuration.state, diskReserve: configuration.diskReserve.bytes)
        let host = try DevicePlaces(from: store).arranged(machine)
        let last = try await store.read(.scalars)[Scalar.engineTime].map { Timestamp(milliseconds: $0) }
        let clock = SystemClock(last: last)
        let file = try policyFile(isFirst: try await store.read(.document(PolicyRecord.name)) == nil, logger: logger)
        let loop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
        let broker = try Broker(
            store: store, loop: loop, batchLimit: configuration.commitBatch,
            watch: WatchSettings(telemetry: configuration.telemetry), logger: logger,
            load: { time throws(StoreError) in
                try Broker.Loaded(from: store, host: host, file: file ?? .unconfigured, time: time)
            },
            now: { clock.now() })
        let (executor, logs) = try await executor(logger: logger)
        let reconciler = Reconciler(
            executor: executor, broker: broker, grace: configuration.stopGrace, logger: logger)
        let accounts = SystemAccounts()
        // What a file describes is not this machine's: nothing of it is here to be looked at.
        let lookout = Lookout(
            executor: executor, broker: broker, accounts: accounts,
            devices: configuration.topology == nil ? host.devices.filter(\.isPresent).map { WatchedDevice($0) } : [],
            logger: logger)
        await reconciler.setLook { await lookout.look() }
        let onlyUser = configuration.executor == .process ? UserID(Environment.effectiveUser) : nil
        let api = API(
            broker: broker, store: store, accounts: accounts, executor: executor, logs: logs,
            reconciler: reconciler, clock: clock,
            execution: API.Execution(
                name: configuration.executor.rawValue, onlyUser: onlyUser,
                lowestUser: configuration.executor == .systemd ? UserID(OrderRules().lowestUser) : nil),
            simulator: Simulator(folder: configuration.state), anchorFile: configuration.anchors.file,
            limits: UserLimits(
                requestsPerSecond: Int64(configuration.requestsPerSecond),
                streamsOfUser: configuration.eventStreamsPerUser, streams: configuration.eventStreams),
            lookout: lookout)
        await broker.begin(
            with: Daemon.startEvent(host: host, at: clock.now()), last: last, boot: BootID.current)
        if let file { try await broker.compare(file, logger: logger) }
        await broker.takeInventory()
        let metricsPort = try SocketActivation.sockets(environment: Environment.all).metrics
        return Parts(
            broker: broker, reconciler: reconciler, lookout: lookout, api: api, socket: socket,
            metricsPort: metricsPort, clock: clock)
    }

    private func serve(_ parts: Parts, logger: Logger) async throws {
        let notifier = Notifier()
        var limits = HTTPLimits()
        limits.connections = configuration.connections
        limits.connectionsPerUser = configuration.connectionsPerUser
        limits.bodyBytes = Int(configuration.requestBytes.bytes)
        limits.bodyTimeout = .milliseconds(configuration.requestTimeout.milliseconds)
        let broker = parts.broker
        let http = HTTPService(
            socket: parts.socket, limits: limits, router: parts.api.router(), figures: parts.api.figures,
            logger: logger,
            onListening: { notifier.ready(status: "serving") })
        let hangups = await UnixSignalsSequence(trapping: .sighup)
        let reload = ReloadService(signals: hangups, notifier: notifier, logger: logger) {
            try await self.reload(parts, logger: logger)
        }
        let housekeeping = Housekeeping(clock: parts.clock, broker: broker, logger: logger)
        let metrics = parts.metricsPort.map { port in
            MetricsService(
                descriptor: port, reader: MetricsReader { await parts.api.metricsText() }, logger: logger)
        }
        let group = ServiceGroup(
            configuration: .init(
                services: (metrics.map { [.init(service: $0)] } ?? []) + [
                    .init(service: EffectService(reconciler: parts.reconciler)),
                    .init(service: LookoutService(lookout: parts.lookout)),
                    .init(service: FatalWatch(broker: broker)),
                    .init(
                        service: AnchorService(settings: configuration.anchors, broker: broker, logger: logger)),
                    .init(service: RetentionService(broker: broker, logger: logger)),
                    .init(service: housekeeping),
                    .init(service: reload),
                    .init(service: WatchdogService(notifier: notifier) { await broker.ping() }),
                    .init(service: http, successTerminationBehavior: .gracefullyShutdownGroup),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
    }

    private func executor(logger: Logger) async throws -> (any Executor, any LogSource) {
        switch configuration.executor {
        case .process:
            let executor = try await ProcessExecutor(stateDirectory: configuration.state, logger: logger)
            return (executor, FileLogSource(stateDirectory: configuration.state))
        case .systemd:
            return (SystemdExecutor(socketPath: configuration.enforcerSocket, logger: logger), JournalLogSource())
        }
    }

    private func reload(_ parts: Parts, logger: Logger) async throws {
        let fresh = try Configuration.load(overrides)
        LogBootstrap.setLevel(fresh.logLevel)
        await parts.reconciler.setGrace(fresh.stopGrace)
        await parts.broker.setBatchLimit(fresh.commitBatch)
        if let file = try? fresh.loadPolicy() { try await parts.broker.compare(file, logger: logger) }
        let later = fresh.changesForNextStart(running: configuration)
        logger.notice("configuration read again", metadata: ["holdsFromNextStart": "\(later.joined(separator: " "))"])
    }

    /// The policy's file: it holds from the first start on, so a fault in it keeps the daemon from starting then. Later
    /// it is only compared with what holds, and a fault is only told.
    private func policyFile(isFirst: Bool, logger: Logger) throws(ConfigurationError) -> PolicyText? {
        do throws(ConfigurationError) {
            return try configuration.loadPolicy()
        } catch {
            if isFirst { throw error }
            logger.warning("the policy's file is not looked at: another version holds", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// The journal's note of a start: which versions decided what follows.
    private static func startEvent(host: Host, at time: Timestamp) -> JournalEvent {
        var writer = JSONWriter()
        writer.openObject()
        writer.field("version", AllotVersion.current)
        writer.field("engineVersion", Engine.version)
        writer.field("host", host.name)
        writer.field("devices", host.devices.filter(\.isPresent).map(\.id.text))
        writer.closeObject()
        return JournalEvent(at: time, actor: nil, kind: "daemon.started", payload: writer.bytes)
    }
}
