import AllotAPI
import Dispatch
import Foundation
import Glibc
import Hummingbird
import Logging
import ServiceLifecycle
import Synchronization

@testable import AllotServer

/// Serves `router` on a socket in a temporary folder while `body` runs, and then ends the service as SIGTERM does.
func withServer(
    limits: HTTPLimits = HTTPLimits(), router: Router<AllotRequestContext> = sampleRouter(),
    logger: Logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
    socket: ((String) throws -> ListeningSocket)? = nil, _ body: (TestServer) async throws -> Void,
    afterwards: (String) throws -> Void = { _ in }
) async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/allotd.sock"
    let listening = try socket?(path) ?? ListeningSocket.bind(path: path)
    let (started, start) = AsyncStream.makeStream(of: Void.self)
    let service = HTTPService(
        socket: listening, limits: limits, router: router, logger: logger, onListening: { start.finish() })
    let group = ServiceGroup(configuration: .init(services: [service], logger: logger))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        for await _ in started {}
        do {
            try await body(TestServer(path: path, group: group))
        } catch {
            await group.triggerGracefulShutdown()
            throw error
        }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
    }
    try afterwards(path)
}

/// A running server.
struct TestServer: Sendable {
    let path: String
    let group: ServiceGroup

    /// Runs a client's blocking calls on a thread of their own.
    func client<Result: Sendable>(_ body: @escaping @Sendable (RawClient) throws -> Result) async throws -> Result {
        let path = path
        return try await onThread {
            let client = try RawClient(path: path)
            return try body(client)
        }
    }

    /// One request on a connection of its own.
    func ask(_ request: String) async throws -> RawReply {
        try await client { client in
            try client.send(request)
            return try client.reply()
        }
    }
}

/// Runs blocking calls on a thread of their own: the shared queues have few, which others wait for.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
    }
}

/// A folder that everyone can enter, and that goes away.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = "/tmp/allot-test-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        chmod(path, 0o755)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}

/// Holds routes up until a test lets them go on.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
        var arrivals = 0
        var onArrival: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func pass() async {
        await withCheckedContinuation { continuation in
            let arrivals: [CheckedContinuation<Void, Never>] = state.withLock { state in
                state.arrivals += 1
                if state.isOpen { continuation.resume() } else { state.waiting.append(continuation) }
                defer { state.onArrival = [] }
                return state.onArrival
            }
            for arrival in arrivals { arrival.resume() }
        }
    }

    /// Returns when someone stands at the gate, or has passed it.
    func arrival() async {
        await withCheckedContinuation { continuation in
            let hasArrived = state.withLock { state in
                if state.arrivals == 0 { state.onArrival.append(continuation) }
                return state.arrivals > 0
            }
            if hasArrived { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// A few routes of each kind.
func sampleRouter(gate: Gate = Gate()) -> Router<AllotRequestContext> {
    struct Ask: Codable, Sendable {
        var name: String
        var count: Int?
    }
    struct Foreseen: ProblemConvertible {
        var problem: Problem { Problem(type: "/problems/test", title: "Test", status: 409, detail: "As foreseen") }
    }
    struct Unforeseen: Error {
        let secret = "a secret path"
    }
    let router = Router(context: AllotRequestContext.self)
    router.get("/hello") { _, _ in "hello" }
    router.get("/things/:id") { _, context in try context.parameters.require("id") }
    router.post("/things") { request, context in
        try JSONReply.response(JSONBody.decode(Ask.self, from: request, context), status: .created)
    }
    router.get("/peer") { _, context in
        try JSONReply.response(["uid": Int64(context.peer.uid), "pid": Int64(context.peer.pid)])
    }
    router.get("/gate") { _, _ in
        await gate.pass()
        return "through"
    }
    router.get("/foreseen") { _, _ -> String in throw Foreseen() }
    router.get("/unforeseen") { _, _ -> String in throw Unforeseen() }
    router.get("/http-error") { _, _ -> String in throw HTTPError(.badRequest, message: "as the library says") }
    router.get("/missing") { _, _ -> String in throw HTTPError(.notFound) }
    router.get("/large") { _, _ in
        Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(repeating: 120, count: 3 << 20)))
    }
    router.get("/pieces") { _, _ in
        Response(
            status: .ok,
            body: ResponseBody { writer in
                for piece in ["one ", "two ", "three"] { try await writer.write(ByteBuffer(string: piece)) }
                try await writer.finish(nil)
            })
    }
    return router
}
