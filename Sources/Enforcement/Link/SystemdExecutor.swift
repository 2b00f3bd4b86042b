import Logging
import NIOCore
import NIOPosix
import Telemetry
import Units

/// Makes grants hold through the enforcer, over its private Unix socket.
///
/// Requests run side by side on one connection. A connection that is lost fails what waits on it as unreachable, and
/// is made anew with the next request.
public actor SystemdExecutor: Executor {
    private let path: String
    private let logger: Logger
    private var link: Task<any Channel, any Error>?
    private var lastID: UInt64 = 0

    /// Connects with the first request.
    public init(socketPath: String, logger: Logger) {
        path = socketPath
        self.logger = logger
    }

    deinit {
        if let link { Task { try? await link.value.close() } }
    }

    /// As `Executor`.
    public func inventory() async throws(ExecutorFailure) -> Inventory {
        let answer = try await ask(.inventory, within: .seconds(30))
        guard case .inventory(let inventory) = answer else { throw unexpected(answer) }
        return inventory
    }

    /// As `Executor`.
    public func start(_ order: StartOrder) async throws(ExecutorFailure) -> StartReceipt {
        let answer = try await ask(.start(order), within: .seconds(120))
        guard case .started(let receipt) = answer else { throw unexpected(answer) }
        return receipt
    }

    /// As `Executor`.
    public func stop(_ order: StopOrder) async throws(ExecutorFailure) -> StopReceipt {
        let answer = try await ask(.stop(order), within: .seconds(90 + order.patienceSeconds))
        guard case .stopped(let receipt) = answer else { throw unexpected(answer) }
        return receipt
    }

    /// As `Executor`.
    public func observe(since version: UInt64, within: Span) async throws(ExecutorFailure) -> Observation {
        let answer = try await ask(
            .observe(.commands(since: version, within: within)),
            within: .seconds(30 + max(within.wholeSeconds, 0)))
        guard case .observation(let observation) = answer else { throw unexpected(answer) }
        return observation
    }

    /// As `Executor`.
    public func observe(_ devices: [WatchedDevice]) async throws(ExecutorFailure) -> MachineLook {
        let answer = try await ask(.observe(.devices(devices)), within: .seconds(60))
        guard case .look(let look) = answer else { throw unexpected(answer) }
        return look
    }

    private func ask(_ verb: EnforcerVerb, within limit: TimeAmount) async throws(ExecutorFailure) -> EnforcerAnswer {
        lastID += 1
        let id = lastID
        let bytes = try EnforcerCodec.encode(EnforcerRequest(id: id, verb: verb))
        return try await connected().answer(id: id, bytes: bytes, within: limit)
    }

    private func connected() async throws(ExecutorFailure) -> any Channel {
        if let current = link {
            if let channel = try? await current.value, channel.isActive { return channel }
            // Somebody else may have begun a new one in the meantime.
            if link != current { return try await connected() }
        }
        let path = path
        let begun = Task<any Channel, any Error> { try await SystemdExecutor.connect(path) }
        link = begun
        return try await channel(of: begun)
    }

    static func connect(_ path: String) async throws -> any Channel {
        try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connectTimeout(.seconds(10))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.addFraming(limit: EnforcementLimits.replyBytes)
                    try channel.pipeline.syncOperations.addHandler(EnforcerDialogue())
                }
            }
            .connect(unixDomainSocketPath: path).get()
    }

    private func channel(of link: Task<any Channel, any Error>) async throws(ExecutorFailure) -> any Channel {
        do {
            return try await link.value
        } catch {
            throw .unreachable("enforcer at \(path): \(error)")
        }
    }

    private func unexpected(_ answer: EnforcerAnswer) -> ExecutorFailure {
        if case .failure(let failure) = answer { return failure }
        return .failed("enforcer: an answer to another question")
    }
}

extension StopOrder {
    /// How long its processes may take before they are killed.
    fileprivate var patienceSeconds: Int64 {
        switch self {
        case .end(_, let grace, let warning):
            max(grace.wholeSeconds, 0) + max(warning?.lead.wholeSeconds ?? 0, 0)
        case .warn: 0
        case .unreserved(_, let grace): max(grace.wholeSeconds, 0)
        }
    }
}
