import Hummingbird
import NIOCore
import Synchronization
import Testing

@testable import AllotServer

@Suite("Event streams") struct HTTPEventStreamTests {
    /// A route that streams what a test yields.
    private final class Feed: Sendable {
        private let subscribers = Mutex<[AsyncStream<ServerSentEvent>.Continuation]>([])
        let ended = Gate()

        func subscribe() -> AsyncStream<ServerSentEvent> {
            let (stream, continuation) = AsyncStream.makeStream(of: ServerSentEvent.self)
            subscribers.withLock { $0.append(continuation) }
            continuation.onTermination = { _ in Task { await self.ended.pass() } }
            return stream
        }

        func yield(_ id: Int64, _ data: String) {
            let event = ServerSentEvent(id: id, event: "test", data: Array(data.utf8))
            subscribers.withLock { for subscriber in $0 { subscriber.yield(event) } }
        }

        func finish() {
            subscribers.withLock { for subscriber in $0 { subscriber.finish() } }
        }

        func router() -> Router<AllotRequestContext> {
            let router = Router(context: AllotRequestContext.self)
            router.get("/events") { _, _ in EventStream.response(self.subscribe()) }
            return router
        }
    }

    private static let ask = "GET /events HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test func `Events come one by one, whole, and a line break in one does not end it`() async throws {
        let feed = Feed()
        try await withServer(router: feed.router()) { server in
            let text = try await server.client { client in
                try client.send(HTTPEventStreamTests.ask)
                _ = try client.receive()
                feed.yield(1, #"{"a":1}"#)
                feed.yield(2, "two\nid: 99\n\n")
                feed.finish()
                return try client.rest(until: "0\r\n\r\n")
            }
            #expect(text.contains("id: 1\nevent: test\ndata: {\"a\":1}\n\n"))
            #expect(text.contains("id: 2\nevent: test\ndata: twoid: 99\n\n"))
        }
    }

    @Test func `In a pause there are signs of life`() async throws {
        var limits = HTTPLimits()
        limits.heartbeat = .milliseconds(20)
        let feed = Feed()
        try await withServer(limits: limits, router: feed.router()) { server in
            let text = try await server.client { client in
                try client.send(HTTPEventStreamTests.ask)
                return try client.rest(until: String(repeating: "3\r\n:\n\n\r\n", count: 4))
            }
            #expect(text.contains("text/event-stream"))
        }
    }

    @Test func `A stream ends whole when the service ends`() async throws {
        let feed = Feed()
        try await withServer(router: feed.router()) { server in
            let path = server.path
            let client = try await onThread {
                let client = try RawClient(path: path)
                try client.send(HTTPEventStreamTests.ask)
                _ = try client.rest(until: ":\n\n")
                return client
            }
            await server.group.triggerGracefulShutdown()
            let rest = try await onThread { try client.receiveToEnd() }
            #expect(rest.hasSuffix("0\r\n\r\n"))
        }
    }

    @Test func `A stream whose client goes ends`() async throws {
        let feed = Feed()
        try await withServer(router: feed.router()) { server in
            try await server.client { client in
                try client.send(HTTPEventStreamTests.ask)
                _ = try client.rest(until: ":\n\n")
            }
            await feed.ended.arrival()
        }
        feed.ended.open()
    }
}

extension RawClient {
    /// All up to the first occurrence of `end`.
    func rest(until end: String) throws -> String {
        var text = ""
        while !text.contains(end) {
            let bytes = try receive()
            if bytes.isEmpty { throw Failure(description: "ended after '\(text)'") }
            text += String(decoding: bytes, as: UTF8.self)
        }
        return text
    }
}
