import Glibc
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle

/// Serves a router over a Unix socket.
///
///     let socket = try ListeningSocket.open(path: "/run/allot/allotd.sock", environment: environment)
///     let service = HTTPService(socket: socket, router: router, logger: logger, onListening: { notifier.ready() })
///
/// Connections are held to `HTTPLimits`. At the end, on graceful shutdown, new clients find no socket (or wait, where
/// systemd holds it), requests in flight finish, event streams are ended, and after `HTTPLimits.shutdownTimeout` what
/// is left is cut. Put it last in the `ServiceGroup`, so that it ends before what its routes need.
struct HTTPService: Service {
    private let socket: ListeningSocket
    private let limits: HTTPLimits
    private let responder: ProblemResponder
    private let group: any EventLoopGroup
    private let figures: RequestFigures
    private let logger: Logger
    private let onListening: @Sendable () async -> Void

    init(
        socket: ListeningSocket, limits: HTTPLimits = HTTPLimits(), router: Router<AllotRequestContext>,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton, figures: RequestFigures = RequestFigures(),
        logger: Logger,
        onListening: @escaping @Sendable () async -> Void = {}
    ) {
        self.socket = socket
        self.limits = limits
        responder = ProblemResponder(router)
        self.group = group
        self.figures = figures
        self.logger = logger
        self.onListening = onListening
    }

    /// What the kernel takes of a reply before the client has read it; less where `net.core.wmem_max` is lower.
    private static let sendBufferBytes = 1 << 19

    /// Serves until graceful shutdown or cancellation. Throws when the socket cannot be served.
    func run() async throws {
        guard let descriptor = socket.take() else {
            throw SocketError("the socket at \(socket.path) is already served")
        }
        defer { socket.release() }
        DescriptorLimit.raise(for: limits.connections + limits.rootConnections, logger: logger)
        let registry = ConnectionRegistry(limits: limits)
        let channel = try await bootstrap(registry).withBoundSocket(descriptor).get()
        logger.notice("Serving", metadata: ["socket": "\(socket.path)", "activated": "\(!socket.isOwn)"])
        let (end, ending) = AsyncStream.makeStream(of: Never.self)
        channel.closeFuture.whenComplete { _ in ending.finish() }
        await withGracefulShutdownHandler {
            await onListening()
            for await _ in end {}
        } onGracefulShutdown: {
            ending.finish()
        }
        if !channel.isActive { throw SocketError("the socket at \(socket.path) was closed") }
        await shutDown(channel, registry)
    }

    private func bootstrap(_ registry: ConnectionRegistry) -> ServerBootstrap {
        let shared = ConnectionHandler.Shared(
            limits: limits, responder: responder, logger: logger,
            simulations: SimulationGate(limit: limits.simulations), figures: figures)
        let loops = LoopTable(group)
        return ServerBootstrap(group: group)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.socketOption(.so_sndbuf), value: .init(HTTPService.sendBufferBytes))
            .childChannelInitializer { channel in
                Peer.read(from: channel).flatMapThrowing { peer in
                    let locals = loops[channel.eventLoop]
                    let connection = ConnectionHandler(
                        shared: shared, peer: peer, executor: locals.executor, dates: locals.dates.value)
                    try HTTPService.configure(channel, connection, limits: shared.limits)
                    switch registry.admit(channel, peer: peer) {
                    case .admitted: break
                    case .refused(let problem): connection.refuse(problem)
                    case .dropped: channel.close(promise: nil)
                    }
                }
            }
    }

    private static func configure(
        _ channel: any Channel, _ connection: ConnectionHandler, limits: HTTPLimits
    ) throws {
        var parsing = NIOHTTPDecoderLimitConfiguration()
        parsing.maxHeaderFieldSize = max(limits.headBytes, limits.targetBytes)
        parsing.maxHeaderListSize = limits.headBytes + limits.targetBytes
        parsing.maxHeaderFieldCount = limits.headFields
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: parsing)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(ArrivalHandler(connection))
        try pipeline.addHandler(ByteToMessageHandler(decoder))
        try pipeline.addHandler(connection)
    }

    private func shutDown(_ channel: any Channel, _ registry: ConnectionRegistry) async {
        if socket.isOwn {
            socket.unlinkPath()
            await takeInBacklog(of: channel)
        }
        try? await channel.close()
        // What was accepted last is still on its way to the registry, as a job of its own loop.
        for loop in group.makeIterator() { try? await loop.submit {}.get() }
        registry.quiesceAll()
        let open = registry.count
        if open > 0 { logger.info("Finishing what is in flight", metadata: ["connections": "\(open)"]) }
        let patience = Task.isCancelled ? Duration.zero : limits.shutdownTimeout
        let cut = group.next().scheduleTask(in: TimeAmount(patience)) {
            logger.warning("Cutting what is still in flight", metadata: ["connections": "\(registry.count)"])
            registry.closeAll()
        }
        await registry.waitUntilEmpty()
        cut.cancel()
    }
}

extension HTTPService {
    /// Waits until those are accepted who had connected before the path went away; a second at most.
    private func takeInBacklog(of channel: any Channel) async {
        let end = ContinuousClock.now + .seconds(1)
        while ContinuousClock.now < end {
            let isEmpty = channel.eventLoop.submit {
                try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
                    var poll = pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
                    return Glibc.poll(&poll, 1, 0) <= 0
                } ?? true
            }
            if (try? await isEmpty.get()) ?? true { return }
            try? await Task.sleep(for: .milliseconds(1))
        }
    }
}

/// What each event loop keeps for the connections on it.
private struct LoopTable: Sendable {
    struct Locals: Sendable {
        let executor: LoopExecutor
        let dates: NIOLoopBoundBox<DateCache>
    }

    private let locals: [ObjectIdentifier: Locals]
    private let fallback: Locals

    init(_ group: any EventLoopGroup) {
        var locals: [ObjectIdentifier: Locals] = [:]
        for loop in group.makeIterator() { locals[ObjectIdentifier(loop)] = LoopTable.make(loop) }
        self.locals = locals
        fallback = LoopTable.make(group.next())
    }

    subscript(loop: any EventLoop) -> Locals { locals[ObjectIdentifier(loop)] ?? fallback }

    private static func make(_ loop: any EventLoop) -> Locals {
        Locals(executor: LoopExecutor(loop), dates: NIOLoopBoundBox.makeBoxSendingValue(DateCache(), eventLoop: loop))
    }
}

/// The number of files that the process may have open.
enum DescriptorLimit {
    /// Raises the soft limit as far as `connections` and the daemon itself need it, and the hard limit lets it.
    static func raise(for connections: Int, logger: Logger) {
        let needed = rlim_t(connections + 256)
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < needed else {
            return
        }
        let hard = limit.rlim_max
        limit.rlim_cur = min(needed, hard)
        if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) != 0 || hard < needed {
            logger.warning(
                "The limit of open files is too low for all connections",
                metadata: ["needed": "\(needed)", "limit": "\(limit.rlim_cur)"])
        }
    }
}
