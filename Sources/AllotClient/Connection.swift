import AllotAPI
import NIOCore
import NIOHTTP1

/// One connection, with one request at a time on it.
struct Connection: Sendable {
    private let channel: any Channel

    var isOpen: Bool { channel.isActive }

    static func open(by connector: Connector, limits: ClientLimits) async throws(ClientError) -> Connection {
        let channel = try await connector.connect { channel in
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHTTPClientHandlers()
                try pipeline.addHandler(ExchangeHandler(limits: limits))
                // A page of a list comes in a few large reads instead of many that grow slowly.
                try channel.syncOptions?.setOption(
                    .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 256 << 10))
                return channel
            }
        }
        return Connection(channel: channel)
    }

    func exchange(_ call: Call) async throws(ClientError) -> Answer {
        let promise = channel.eventLoop.makePromise(of: Answer.self)
        let channel = channel
        do {
            return try await withTaskCancellationHandler {
                channel.writeAndFlush(Exchange(call: call, promise: promise)).whenFailure { error in
                    // On a closed channel no handler is left that would fail it; elsewhere the handler does, since
                    // a daemon may answer and close before it has read everything.
                    if case ChannelError.ioOnClosedChannel? = error as? ChannelError {
                        promise.fail(ClientError.disconnected)
                    }
                }
                return try await promise.futureResult.get()
            } onCancel: {
                channel.close(promise: nil)
            }
        } catch let error as ClientError {
            throw error
        } catch {
            throw .disconnected
        }
    }

    func close() {
        channel.close(promise: nil)
    }
}

/// A request and who waits for its answer.
struct Exchange: Sendable {
    let call: Call
    let promise: EventLoopPromise<Answer>
}

/// An answer of any status.
struct Answer: Sendable {
    let reply: Reply
    /// Whether the connection may be used again.
    let keepsAlive: Bool

    /// The reply, where it is no problem.
    func checked() throws(ClientError) -> Reply {
        guard (200..<300).contains(reply.status) else { throw Answer.error(reply) }
        return reply
    }

    /// What an answer with a status outside 200 to 299 says.
    static func error(_ reply: Reply) -> ClientError {
        guard reply.contentType?.hasPrefix("application/problem+json") == true,
            var problem = try? reply.decode(Problem.self)
        else {
            return .unreadable("status \(reply.status) without a problem document")
        }
        // The status line is the daemon's word; the member is advisory (RFC 9457, 3.1.2).
        problem.status = reply.status
        return .problem(problem)
    }
}
