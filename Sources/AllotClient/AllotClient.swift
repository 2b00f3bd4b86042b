import AllotAPI
import NIOCore
import NIOPosix

/// Asks the daemon over its Unix socket. Connections are kept and used again; each request has the one it runs on
/// for itself.
public actor AllotClient {
    /// Where the daemon listens unless told otherwise.
    public static let defaultSocketPath = "/run/allot/allotd.sock"

    private static let oneThread = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    public nonisolated let socketPath: String
    public nonisolated let limits: ClientLimits
    private let group: (any EventLoopGroup)?
    private var idle: [Connection] = []

    /// - Parameter group: Runs the streams; nil for one thread, started with the first stream.
    public init(socketPath: String, limits: ClientLimits = ClientLimits(), group: (any EventLoopGroup)? = nil) {
        self.socketPath = socketPath
        self.limits = limits
        self.group = group
    }

    /// Sends a request and takes the whole answer.
    ///
    /// When the connection breaks before the answer is complete, a request that may be repeated is sent once more.
    /// - Throws: `ClientError.problem` for a status outside 200 to 299.
    public func send(_ call: Call) async throws(ClientError) -> Reply {
        do {
            return try await attempt(call, on: takeIdle())
        } catch .disconnected where call.mayRepeat && !Task.isCancelled {
            closeIdle()
            return try await attempt(call, on: nil)
        }
    }

    /// Sends a request and hands the answer's body over as it comes, on a connection of its own that is closed when
    /// `body` returns or the task is cancelled.
    /// - Throws: `ClientError` as `send` does, and whatever `body` throws.
    public nonisolated func stream<Result: Sendable>(
        _ call: Call, silenceLimitSeconds: Int64? = nil, _ body: (ReplyBody) async throws -> Result
    ) async throws -> Result {
        try await ReplyStream(call: call, limits: limits, silenceLimitSeconds: silenceLimitSeconds)
            .run(on: connector, body)
    }

    /// Closes the connections that are kept.
    public func close() {
        closeIdle()
    }

    nonisolated var connector: Connector {
        Connector(
            socketPath: socketPath, group: group ?? AllotClient.oneThread, connectSeconds: limits.connectSeconds)
    }

    private func attempt(_ call: Call, on kept: Connection?) async throws(ClientError) -> Reply {
        let connection = kept ?? Connection(socketPath: socketPath, limits: limits)
        let answer = try await connection.exchange(call)
        if answer.keepsAlive, idle.count < limits.idleConnections {
            idle.append(connection)
        } else {
            connection.close()
        }
        return try answer.checked()
    }

    private func takeIdle() -> Connection? {
        while let connection = idle.popLast() {
            if connection.isOpen { return connection }
        }
        return nil
    }

    private func closeIdle() {
        for connection in idle { connection.close() }
        idle = []
    }
}
