import CLinux
import Glibc
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// Answers the enforcer's messages on a Unix socket, for one user of the machine only.
public struct EnforcerServer: Sendable {
    private let executor: any Executor
    private let clientUser: UInt32
    private let logger: Logger
    private let socket: NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never>

    /// Where it listens.
    public enum Endpoint: Sendable {
        /// A socket that is bound and listens already: systemd's.
        case descriptor(Int32)
        /// A path to bind, for this user alone; a socket that is left there is taken away.
        case path(String)
    }

    /// Listens; answers begin with `run`.
    /// - Parameter clientUser: the only uid whose connections are answered, by the kernel's word.
    /// - Throws: `ExecutorFailure.failed` where the socket can't be had.
    public init(
        executor: any Executor, endpoint: Endpoint, clientUser: UInt32, logger: Logger
    ) async throws(ExecutorFailure) {
        self.executor = executor
        self.clientUser = clientUser
        self.logger = logger
        do {
            socket = try await EnforcerServer.listen(endpoint)
        } catch {
            throw .failed("socket: \(error)")
        }
    }

    /// Answers until the task is cancelled.
    public func run() async throws {
        try await withTaskCancellationHandler {
            try await socket.executeThenClose { connections in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await connection in connections {
                        group.addTask { await serve(connection) }
                    }
                    group.cancelAll()
                }
            }
        } onCancel: {
            socket.channel.close(promise: nil)
        }
    }

    private func serve(_ connection: NIOAsyncChannel<ByteBuffer, ByteBuffer>) async {
        do {
            try await connection.executeThenClose { frames, replies in
                guard try await isClient(connection.channel) else { return }
                let running = UnderWay()
                try await withThrowingDiscardingTaskGroup { group in
                    for try await frame in frames {
                        // What is no message can't be answered, for its id is not known: the connection ends.
                        let request = try EnforcerCodec.request(from: Array(frame.readableBytesView))
                        let isTooMany = running.begin() > EnforcementLimits.requestsInFlight
                        group.addTask {
                            defer { running.end() }
                            try await answer(request, isTooMany: isTooMany, replies)
                        }
                    }
                    // Nobody hears the rest: a long poll ends, while a stop under way goes on by systemd.
                    group.cancelAll()
                }
            }
        } catch {
            logger.notice("connection ended", metadata: ["reason": "\(error)"])
        }
    }

    private func isClient(_ channel: any Channel) async throws -> Bool {
        guard let options = channel as? any SocketOptionProvider else { return false }
        let peer: allot_peer = try await options.unsafeGetSocketOption(
            level: .socket, name: .init(rawValue: SO_PEERCRED)
        ).get()
        if peer.uid == clientUser { return true }
        logger.warning("connection refused: not the daemon's user", metadata: ["uid": "\(peer.uid)"])
        return false
    }

    private func answer(
        _ request: EnforcerRequest, isTooMany: Bool, _ replies: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws {
        let answer: EnforcerAnswer =
            isTooMany
            ? .failure(.failed("more than \(EnforcementLimits.requestsInFlight) requests are under way"))
            : await executor.answer(request.verb)
        let reply = EnforcerReply(id: request.id, answer: answer)
        log(request, reply)
        let bytes: [UInt8]
        do throws(ExecutorFailure) {
            bytes = try EnforcerCodec.encode(reply, limit: EnforcementLimits.replyBytes)
        } catch {
            bytes = try EnforcerCodec.encode(EnforcerReply(id: request.id, answer: .failure(error)))
        }
        try await replies.write(ByteBuffer(bytes: bytes))
    }

    private func log(_ request: EnforcerRequest, _ reply: EnforcerReply) {
        let what: String
        switch request.verb {
        case .inventory, .observe: what = ""
        case .start(.holding(let holding)): what = "\(holding.reservation) holds"
        case .start(.attach(let peer, let holding)): what = "\(holding.reservation) takes in pid \(peer.pid)"
        case .start(.command(_, let holding)): what = "\(holding.reservation) runs its command"
        case .stop(.end(let reservation, _, _)): what = "\(reservation) stops"
        case .stop(.warn(let reservation, let signal)): what = "\(reservation) is warned: \(signal.rawValue)"
        case .stop(.unreserved(let process, _)): what = "pid \(process.pid) of uid \(process.user) has to end"
        }
        if case .failure(let failure) = reply.answer {
            logger.warning("\(what.isEmpty ? "request" : what): not done", metadata: ["reason": "\(failure.reason)"])
        } else if !what.isEmpty {
            logger.info("\(what)")
        }
    }

    private static func listen(
        _ endpoint: Endpoint
    ) async throws -> NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never> {
        let bootstrap = ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        let connected: @Sendable (any Channel) -> EventLoopFuture<NIOAsyncChannel<ByteBuffer, ByteBuffer>> = {
            channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.addFraming(limit: EnforcementLimits.requestBytes)
                return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
            }
        }
        switch endpoint {
        case .descriptor(let descriptor):
            return try await bootstrap.bind(descriptor, childChannelInitializer: connected)
        case .path(let path):
            let before = umask(0o177)
            defer { umask(before) }
            return try await bootstrap.bind(
                unixDomainSocketPath: path, cleanupExistingSocketFile: true, childChannelInitializer: connected)
        }
    }
}

/// Counts the requests of one connection that are being worked on.
private final class UnderWay: Sendable {
    private let count = Mutex(0)

    /// Gives the number with this one.
    func begin() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }

    func end() {
        count.withLock { $0 -= 1 }
    }
}
