import AllotAPI
import Hummingbird
import Logging
import Synchronization
import Testing

@testable import AllotServer

@Suite("HTTP service") struct HTTPServiceTests {
    @Test func `A request is answered and the connection stays open for the next`() async throws {
        try await withServer { server in
            let replies = try await server.client { client in
                try (0..<3).map { _ in
                    try client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
                    return try client.reply()
                }
            }
            #expect(replies.map(\.status) == [200, 200, 200])
            #expect(replies.map(\.body) == ["hello", "hello", "hello"])
            #expect(replies[0].fields["date"]?.hasSuffix(" GMT") == true)
        }
    }

    @Test func `Requests sent all at once are answered in their order`() async throws {
        try await withServer { server in
            let replies = try await server.client { client in
                try client.send((0..<20).map { "GET /things/\($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
                return try (0..<20).map { _ in try client.reply().body }
            }
            #expect(replies == (0..<20).map { String($0) })
        }
    }

    @Test func `A body is read as JSON, whole or in chunks, with or without waiting for 100 Continue`() async throws {
        let head = "POST /things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json; charset=UTF-8\r\n"
        let requests = [
            head + "Content-Length: 14\r\n\r\n{\"name\":\"ada\"}",
            head + "Transfer-Encoding: chunked\r\n\r\n3\r\n{\"n\r\nb\r\name\":\"ada\"}\r\n0\r\n\r\n",
            head + "Expect: 100-continue\r\nContent-Length: 14\r\n\r\n{\"name\":\"ada\"}",
        ]
        try await withServer { server in
            for request in requests {
                let reply = try await server.ask(request)
                #expect(reply.status == 201)
                #expect(reply.body == #"{"name":"ada"}"#)
            }
        }
    }

    @Test func `A client that has closed its sending side still gets its reply`() async throws {
        try await withServer { server in
            let text = try await server.client { client in
                try client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
                client.finishSending()
                return try client.receiveToEnd()
            }
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(text.hasSuffix("\r\n\r\nhello"))
        }
    }

    @Test func `HTTP 1.0 and Connection close end the connection after the reply`() async throws {
        try await withServer { server in
            for request in [
                "GET /pieces HTTP/1.0\r\n\r\n", "GET /pieces HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            ] {
                let text = try await server.client { client in
                    try client.send(request)
                    return try client.receiveToEnd()
                }
                #expect(text.contains("connection: close"))
                #expect(text.contains("one "))
            }
        }
    }

    @Test func `HEAD has the head of GET and no body where the router offers it`() async throws {
        let router = Router(context: AllotRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.get("/hello") { _, _ in "hello" }
        try await withServer(router: router) { server in
            let both = try await server.client { client in
                try client.send("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
                return [try client.reply(toHEAD: true), try client.reply()]
            }
            #expect(both.map { $0.fields["content-length"] } == ["5", "5"])
            #expect(both.map(\.body) == ["", "hello"])
        }
    }

    @Test func `A large reply and one made in pieces arrive whole`() async throws {
        try await withServer { server in
            let large = try await server.client { client in
                try client.send("GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                return try client.receiveToEnd()
            }
            #expect(large.utf8.count { $0 == UInt8(ascii: "x") } >= 3 << 20)
            let pieces = try await server.ask("GET /pieces HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(pieces.body == "4\r\none \r\n4\r\ntwo \r\n5\r\nthree\r\n0\r\n\r\n")
        }
    }

    @Test func `Two hundred clients at once are all answered`() async throws {
        try await withServer { server in
            let path = server.path
            let bodies = try await onThread {
                let clients = try (0..<200).map { _ in try RawClient(path: path) }
                for (index, client) in clients.enumerated() {
                    try client.send("GET /things/\(index) HTTP/1.1\r\nHost: x\r\n\r\n")
                }
                return try clients.map { try $0.reply().body }
            }
            #expect(bodies == (0..<200).map { String($0) })
        }
    }

    @Test func `What a route throws becomes a problem, and an unforeseen error tells no more than its id`() async throws
    {
        let log = LogCollector()
        try await withServer(logger: log.logger(level: .error)) { server in
            let foreseen = try await server.ask("GET /foreseen HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(foreseen.status == 409)
            #expect(foreseen.problem?.detail == "As foreseen")
            let library = try await server.ask("GET /http-error HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(library.status == 400)
            #expect(library.problem?.detail == "as the library says")
            let missing = try await server.ask("GET /missing HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(missing.problem?.status == 404)
            let unforeseen = try await server.ask("GET /unforeseen HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(unforeseen.status == 500)
            #expect(!unforeseen.body.contains("secret"))
            guard case .text(let id) = unforeseen.problem?.members["id"] else {
                Issue.record("no id in \(unforeseen.body)")
                return
            }
            #expect(log.lines.contains { $0.contains(id) && $0.contains("secret") })
        }
    }

    @Test func `The body of an answer with an unknown path or method says what there is`() async throws {
        try await withServer { server in
            let method = try await server.ask("DELETE /things/7 HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(method.status == 405)
            #expect(method.fields["allow"] == "GET")
            #expect(method.problem?.detail.contains("DELETE") == true)
            let path = try await server.ask("GET /v9 HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(path.status == 404)
            #expect(path.problem?.detail.contains("/v9") == true)
        }
    }
}

/// Keeps what is logged.
final class LogCollector: Sendable {
    private let kept = Mutex<[String]>([])

    var lines: [String] { kept.withLock { $0 } }

    func logger(level: Logger.Level) -> Logger {
        Logger(label: "test") { _ in
            StderrHandler(threshold: LogThreshold(level)) { line in self.kept.withLock { $0.append(line) } }
        }
    }
}
