import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// What listens at a Unix socket in the daemon's place, and answers as a test wants it to: with any bytes, late, in
/// parts, or not at all.
///
/// When its body ends every connection is closed and every answer cancelled; nothing is waited for that a client or an
/// answer could hold up.
public struct FakeDaemon: Sendable {
    /// The socket's path.
    public let path: String
    private let journal = Journal()

    /// Answers one request.
    public typealias Answer = @Sendable (Request, Responder) async throws -> Void

    /// Runs while `body` does.
    /// - Throws: What `body` throws, and failures to listen.
    public static func run<Result: Sendable>(
        _ answer: @escaping Answer, _ body: (FakeDaemon) async throws -> Result
    ) async throws -> Result {
        let folder = try makeFolder()
        defer { rmdir(folder) }
        let daemon = FakeDaemon(path: "\(folder)/s")
        let journal = daemon.journal
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    journal.opened(channel)
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
                    try pipeline.addHandler(RequestHandler(journal: journal, answer: answer))
                }
            }
            .bind(unixDomainSocketPath: daemon.path).get()
        defer {
            unlink(daemon.path)
            server.close(promise: nil)
            journal.closeAll()
        }
        return try await body(daemon)
    }

    /// A folder of its own under /tmp, whose path is short enough for a socket in it.
    public static func makeFolder() throws -> String {
        var template = Array("/tmp/allot-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Fault.noFolder }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    enum Fault: Error {
        case noFolder
    }

    /// The requests so far.
    public var requests: [Request] { journal.requests }

    /// The connections so far.
    public var connections: Int { journal.connections }
}

/// A request as the daemon has read it.
public struct Request: Sendable {
    /// Counted over all connections, from 1.
    public internal(set) var number: Int
    public let method: String
    public let path: String
    public let headers: [String: String]
    public let body: String
}

/// Thrown by an answer to close the connection at once.
public struct Hangup: Error {
    public init() {}
}

/// What has come so far, and what is to be closed at the end.
private final class Journal: Sendable {
    private let state = Mutex(State())

    private struct State {
        var requests: [Request] = []
        var connections = 0
        var isOver = false
        var channels: [any Channel] = []
    }

    var requests: [Request] { state.withLock { $0.requests } }
    var connections: Int { state.withLock { $0.connections } }

    func opened(_ channel: any Channel) {
        let isOver = state.withLock { state in
            state.connections += 1
            state.channels.append(channel)
            return state.isOver
        }
        if isOver { channel.close(promise: nil) }
    }

    func took(_ request: Request) -> Request {
        state.withLock { state in
            var request = request
            request.number = state.requests.count + 1
            state.requests.append(request)
            return request
        }
    }

    func closeAll() {
        let channels = state.withLock { state in
            state.isOver = true
            return state.channels
        }
        for channel in channels { channel.close(promise: nil) }
    }
}

/// Puts requests together, and has each answered by a task of its own, which ends with the connection.
private final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    private let journal: Journal
    private let answer: FakeDaemon.Answer
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var tasks: [Task<Void, Never>] = []

    init(journal: Journal, answer: @escaping FakeDaemon.Answer) {
        self.journal = journal
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let read): (head, body) = (read, [])
        case .body(let read): body += Array(read.readableBytesView)
        case .end:
            guard let head else { return }
            let request = journal.took(
                Request(
                    number: 0, method: head.method.rawValue, path: head.uri,
                    headers: Dictionary(head.headers.map { ($0.name, $0.value) }) { first, _ in first },
                    body: String(decoding: body, as: UTF8.self)))
            let responder = Responder(channel: context.channel)
            let before = tasks.last
            tasks.append(
                Task { [answer] in
                    await before?.value
                    // An answer that fails any other way leaves the connection as it is: the client has to cope.
                    do { try await answer(request, responder) } catch is Hangup { responder.hangUp() } catch {}
                })
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        for task in tasks { task.cancel() }
        tasks = []
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
