import AllotAPI
import NIOCore
import NIOHTTP1

/// A request whose answer is handed over as it comes.
struct ReplyStream: Sendable {
    private typealias Exchange = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    let call: Call
    let limits: ClientLimits
    let silenceLimitSeconds: Int64?

    func run<Result: Sendable>(
        on connector: Connector, _ body: (ReplyBody) async throws -> Result
    ) async throws -> Result {
        let silence = silenceLimitSeconds
        let exchange: Exchange = try await connector.connect { channel in
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                if let silence {
                    try pipeline.addHandlers([
                        IdleStateHandler(readTimeout: .seconds(silence)), SilenceHandler(seconds: silence),
                    ])
                }
                try pipeline.addHTTPClientHandlers()
                return try Exchange(wrappingChannelSynchronously: channel)
            }
        }
        return try await withTaskCancellationHandler {
            try await exchange.executeThenClose { inbound, outbound in
                try await outbound.write(.head(HTTPRequestHead(call)))
                if let body = call.body { try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: body)))) }
                try await outbound.write(.end(nil))
                let reply = ReplyBody(parts: inbound.makeAsyncIterator())
                try await head(of: reply, channel: exchange.channel)
                return try await body(reply)
            }
        } onCancel: {
            exchange.channel.close(promise: nil)
        }
    }

    /// Reads the head; where it tells a failure, the problem document behind it.
    private func head(of reply: ReplyBody, channel: any Channel) async throws {
        let start = ContinuousClock.now
        let limit = limits.requestSeconds
        let timer = channel.eventLoop.scheduleTask(in: .seconds(limit)) { channel.close(promise: nil) }
        defer { timer.cancel() }
        do {
            let head = try await reply.readHead()
            guard !(200..<300).contains(head.status.code) else { return }
            var bytes: [UInt8] = []
            while let part = try await reply.next(), bytes.count < limits.replyBytes { bytes += part }
            throw Answer.error(
                Reply(
                    status: Int(head.status.code), contentType: head.headers.first(name: "Content-Type"), body: bytes))
        } catch ClientError.disconnected where ContinuousClock.now - start >= .seconds(limit) {
            throw ClientError.timedOut(seconds: limit)
        }
    }
}

/// Ends a connection on which nothing has come for too long.
private final class SilenceHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let seconds: Int64

    init(seconds: Int64) {
        self.seconds = seconds
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case IdleStateHandler.IdleStateEvent.read = event else {
            return context.fireUserInboundEventTriggered(event)
        }
        context.fireErrorCaught(ClientError.timedOut(seconds: seconds))
        context.close(promise: nil)
    }
}

/// The body of a streamed answer: its bytes in order, as they come. It can be read once.
public final class ReplyBody: AsyncSequence, AsyncIteratorProtocol {
    public typealias Element = [UInt8]

    private var parts: NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator
    private var isOver = false
    /// The fields behind the body, by their names in small letters; empty until that has ended.
    public private(set) var trailers: [String: String] = [:]

    init(parts: NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator) {
        self.parts = parts
    }

    public func makeAsyncIterator() -> ReplyBody { self }

    /// The next bytes; nil behind the last ones.
    /// - Throws: `ClientError.disconnected` where the connection breaks before the answer is complete.
    public func next() async throws -> [UInt8]? {
        while !isOver {
            switch try await nextPart() {
            case .head: throw ClientError.notHTTP("two answers to one request")
            case .body(let buffer): return Array(buffer.readableBytesView)
            case .end(let fields):
                isOver = true
                for field in fields ?? [:] { trailers[field.name.lowercased()] = field.value }
            }
        }
        return nil
    }

    func readHead() async throws -> HTTPResponseHead {
        guard case .head(let head) = try await nextPart() else { throw ClientError.notHTTP("no head") }
        return head
    }

    private func nextPart() async throws -> HTTPClientResponsePart {
        do {
            guard let part = try await parts.next() else { throw ClientError.disconnected }
            return part
        } catch let error as CancellationError {
            throw error
        } catch {
            throw ClientError(reading: error)
        }
    }
}

extension ClientError {
    /// What an error on an open connection means.
    init(reading error: any Error) {
        switch error {
        case let error as ClientError: self = error
        case let error as HTTPParserError where error != .invalidEOFState: self = .notHTTP("\(error)")
        default: self = .disconnected
        }
    }
}
