import NIOCore
import NIOHTTP1
import NIOPosix

#if canImport(Glibc)
    import Glibc
#endif

/// What listens at a Unix socket in the daemon's place, and answers as a test wants it to: with any bytes, late, in
/// parts, or not at all.
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
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.autoRead, value: false)
            .bind(unixDomainSocketPath: daemon.path) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
                    return channel
                }
            }
        defer { unlink(daemon.path) }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try? await server.executeThenClose { connections in
                    await withDiscardingTaskGroup { group in
                        do {
                            for try await connection in connections {
                                await daemon.journal.connected()
                                group.addTask { try? await daemon.serve(connection, answer) }
                            }
                        } catch {}
                        group.cancelAll()
                    }
                }
            }
            defer { group.cancelAll() }
            return try await body(daemon)
        }
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
    public var requests: [Request] {
        get async { await journal.requests }
    }

    /// The connections so far.
    public var connections: Int {
        get async { await journal.connections }
    }

    private actor Journal {
        var requests: [Request] = []
        var connections = 0

        func connected() { connections += 1 }

        func took(_ request: Request) -> Request {
            requests.append(request)
            return Request(
                number: requests.count, method: request.method, path: request.path, headers: request.headers,
                body: request.body)
        }
    }

    private func serve(_ channel: any Channel, _ answer: Answer) async throws {
        // Wrapped only now: a wrapped channel that nobody serves, since the daemon ends, would trap.
        let connection = try await channel.eventLoop.submit {
            try NIOAsyncChannel<HTTPServerRequestPart, ByteBuffer>(wrappingChannelSynchronously: channel)
        }.get()
        try await channel.setOption(.autoRead, value: true).get()
        try await connection.executeThenClose { parts, outbound in
            var head: HTTPRequestHead?
            var body: [UInt8] = []
            for try await part in parts {
                switch part {
                case .head(let read): (head, body) = (read, [])
                case .body(let read): body += Array(read.readableBytesView)
                case .end:
                    guard let head else { continue }
                    let headers = Dictionary(head.headers.map { ($0.name, $0.value) }) { first, _ in first }
                    let request = await journal.took(
                        Request(
                            number: 0, method: head.method.rawValue, path: head.uri, headers: headers,
                            body: String(decoding: body, as: UTF8.self)))
                    let responder = Responder(channel: connection.channel, outbound: outbound)
                    do { try await answer(request, responder) } catch is Hangup { return }
                }
            }
        }
    }
}

/// A request as the daemon has read it.
public struct Request: Sendable {
    /// Counted over all connections, from 1.
    public let number: Int
    public let method: String
    public let path: String
    public let headers: [String: String]
    public let body: String
}

/// Thrown by an answer to close the connection at once.
public struct Hangup: Error {
    public init() {}
}
