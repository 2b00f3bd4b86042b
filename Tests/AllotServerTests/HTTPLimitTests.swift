import AllotAPI
import NIOCore
import NIOPosix
import Testing

@testable import AllotServer

@Suite("HTTP limits") struct HTTPLimitTests {
    struct BadRequest: Sendable, CustomTestStringConvertible {
        let what: String
        let bytes: String
        let status: Int
        let says: String
        var testDescription: String { what }

        init(_ what: String, _ bytes: String, _ status: Int, _ says: String) {
            self.what = what
            self.bytes = bytes
            self.status = status
            self.says = says
        }
    }

    private static let post = "POST /things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    private static let get = "GET /hello HTTP/1.1\r\nHost: x\r\n"

    static let bad = [
        BadRequest("garbage", "\u{1}\u{2}garbage\r\n\r\n", 400, "method"),
        BadRequest("TLS", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}", 400, "method"),
        BadRequest("another protocol", "SSH-2.0-client\r\n\r\n", 400, "method"),
        BadRequest("an unknown method", "FROB /hello HTTP/1.1\r\nHost: x\r\n\r\n", 400, "method"),
        BadRequest("HTTP/2 without asking", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "parsed"),
        BadRequest("no Host", "GET /hello HTTP/1.1\r\n\r\n", 400, "Host"),
        BadRequest("two Hosts", get + "Host: y\r\n\r\n", 400, "Host"),
        BadRequest("a target that is no path", "GET hello HTTP/1.1\r\nHost: x\r\n\r\n", 400, "target"),
        BadRequest("a space in a field name", get + "X Y: 1\r\n\r\n", 400, "header field"),
        BadRequest("a NUL in a field", get + "X: a\0b\r\n\r\n", 400, "header field"),
        BadRequest("a long target", "GET /\(repeated(5000)) HTTP/1.1\r\nHost: x\r\n\r\n", 414, "4096"),
        BadRequest("an endless target", "GET /\(repeated(100_000)) HTTP/1.1\r\nHost: x\r\n\r\n", 414, "4096"),
        BadRequest("a long field", get + "X: \(repeated(20_000))\r\n\r\n", 431, "16384"),
        BadRequest(
            "many fields", get + (0..<200).map { "X\($0): 1\r\n" }.joined() + "\r\n", 431, "64 header fields"),
        BadRequest(
            "fields that are long in all", get + (0..<30).map { "X\($0): \(repeated(1000))\r\n" }.joined() + "\r\n",
            431,
            "16384"),
        BadRequest("a declared large body", post + "Content-Length: 1048577\r\n\r\n", 413, "1048576"),
        BadRequest(
            "a declared huge body", post + "Content-Length: 99999999999999999999\r\n\r\n", 400, "Content-Length"),
        BadRequest(
            "a large body in chunks",
            post + "Transfer-Encoding: chunked\r\n\r\n"
                + String(repeating: "10000\r\n\(repeated(65_536))\r\n", count: 17) + "0\r\n\r\n", 413, "1048576"),
        BadRequest("a negative length", post + "Content-Length: -1\r\n\r\n", 400, "Content-Length"),
        BadRequest("two lengths", post + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400, "Content-Length"),
        BadRequest(
            "length and chunks", post + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
            "parsed"),
        BadRequest("a bad chunk size", post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400, "chunk"),
        BadRequest("an unknown expectation", post + "Expect: tea\r\nContent-Length: 2\r\n\r\n{}", 417, "100-continue"),
        BadRequest("CONNECT", "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", 405, "CONNECT"),
        BadRequest(
            "an upgrade with a body", post + "Connection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\n{}", 400,
            "Upgrade"),
    ]

    @Test(arguments: bad)
    func `What is no proper request is answered with a problem, and the connection closed`(
        _ request: BadRequest
    ) async throws {
        try await withServer { server in
            let (reply, rest) = try await server.client { client in
                // The server may stop listening before all is sent.
                try? client.send(request.bytes)
                let reply = try client.reply()
                return (reply, try client.receiveToEnd())
            }
            #expect(reply.status == request.status)
            #expect(reply.fields["connection"] == "close")
            #expect(rest.isEmpty)
            let problem = try #require(reply.problem)
            #expect(problem.status == request.status)
            #expect(problem.detail.contains(request.says), "\(problem.detail)")
        }
    }

    static let badBodies = [
        BadRequest("no type", "Content-Length: 2\r\n\r\n{}", 415, "missing"),
        BadRequest(
            "a form", "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=b", 415, "form"),
        BadRequest("another charset", json(charset: "; charset=latin1", "{}"), 415, "latin1"),
        BadRequest("nothing", json(""), 400, "empty"),
        BadRequest("half", json("{\"name\":"), 400, "line 1, byte 9"),
        BadRequest(
            "an unknown field", json(#"{"name":"a","nmae":1}"#), 422,
            "nmae: there is no such field; there are count, name"),
        BadRequest("a missing field", json("{}"), 422, "name"),
        BadRequest("a wrong type", json(#"{"name":1}"#), 422, "text is expected, and there is a number"),
    ]

    @Test(arguments: badBodies)
    func `What is no proper body is answered with a problem, and the connection goes on`(
        _ request: BadRequest
    ) async throws {
        try await withServer { server in
            let (reply, next) = try await server.client { client in
                try client.send("POST /things HTTP/1.1\r\nHost: x\r\n" + request.bytes)
                let reply = try client.reply()
                try client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
                return (reply, try client.reply())
            }
            #expect(reply.status == request.status)
            #expect(reply.problem?.detail.contains(request.says) == true, "\(reply.body)")
            #expect(next.status == 200)
        }
    }

    @Test func `A request that ends halfway is answered with a problem`() async throws {
        try await withServer { server in
            for request in [
                "GET /hel", "GET /hello HTTP/1.1\r\nHo", HTTPLimitTests.post + "Content-Length: 9\r\n\r\n{",
            ] {
                let text = try await server.client { client in
                    try client.send(request)
                    client.finishSending()
                    return try client.receiveToEnd()
                }
                #expect(text.hasPrefix("HTTP/1.1 400 "), "\(text)")
                #expect(text.contains("in the middle"), "\(text)")
            }
        }
    }

    @Test func `What follows a proper request and is none is answered after its reply`() async throws {
        try await withServer { server in
            let (first, second) = try await server.client { client in
                try client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n\u{1}\u{2}\u{3}")
                return (try client.reply(), try client.reply())
            }
            #expect(first.status == 200)
            #expect(second.status == 400)
        }
    }

    private static func repeated(_ count: Int) -> String { String(repeating: "x", count: count) }

    private static func json(charset: String = "", _ body: String) -> String {
        "Content-Type: application/json\(charset)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }
}

@Suite("HTTP time limits") struct HTTPTimeLimitTests {
    /// Limits of which one is short: nothing else may end the connection, however slow the test is.
    private static func short(_ limit: WritableKeyPath<HTTPLimits, Duration>) -> HTTPLimits {
        var limits = HTTPLimits()
        limits[keyPath: limit] = .milliseconds(150)
        return limits
    }

    @Test func `A head that comes byte by byte is not waited for`() async throws {
        try await withServer(limits: HTTPTimeLimitTests.short(\.headTimeout)) { server in
            let reply = try await server.client { client in
                try client.send("GET /hello HTTP/1.1\r\nX: ")
                // A byte each 10 ms keeps the connection busy, and must not keep it open.
                while !client.isReadable(withinMilliseconds: 10) { try? client.send("x") }
                return try client.reply()
            }
            #expect(reply.status == 408)
            #expect(reply.problem?.detail.contains("head") == true)
        }
    }

    @Test func `A body that comes byte by byte is not waited for`() async throws {
        try await withServer(limits: HTTPTimeLimitTests.short(\.bodyTimeout)) { server in
            let reply = try await server.client { client in
                try client.send("POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
                while !client.isReadable(withinMilliseconds: 10) { try? client.send("x") }
                return try client.reply()
            }
            #expect(reply.status == 408)
            #expect(reply.problem?.detail.contains("body") == true)
        }
    }

    @Test func `An idle connection is closed without a word`() async throws {
        try await withServer(limits: HTTPTimeLimitTests.short(\.idleTimeout)) { server in
            let silence = try await server.client { try $0.receiveToEnd() }
            #expect(silence.isEmpty)
            var afterReply = ""
            // Empty where this client was not quick enough with its request.
            while afterReply.isEmpty {
                afterReply = try await server.client { client in
                    try? client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
                    return (try? client.receiveToEnd()) ?? ""
                }
            }
            #expect(afterReply.hasSuffix("hello"))
        }
    }

    @Test func `A client that does not read its replies is cut off`() async throws {
        try await withServer(limits: HTTPTimeLimitTests.short(\.writeTimeout)) { server in
            let text = try await server.client { client in
                try client.send(String(repeating: "GET /large HTTP/1.1\r\nHost: x\r\n\r\n", count: 4))
                // Three megabytes fit into no socket buffer: the server waits, and gives up.
                while !client.isClosed { try? client.send("G") }
                return try? client.receiveToEnd()
            }
            #expect((text?.utf8.count ?? 0) < 3 << 20)
        }
    }
}

@Suite("HTTP connection limits") struct HTTPConnectionLimitTests {
    @Test func `Past the limit a connection is told so, and one that closes makes room`() async throws {
        var limits = HTTPLimits()
        limits.connections = 2
        limits.rootConnections = 0
        try await withServer(limits: limits) { server in
            let path = server.path
            let (refused, later) = try await onThread {
                var clients = try (0..<2).map { _ in try RawClient(path: path) }
                for client in clients {
                    try client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
                    #expect(try client.reply().status == 200)
                }
                let refused = try RawClient(path: path).reply()
                clients.removeLast()
                // The server learns of the end a moment later.
                var later = refused.status
                while later == 503 {
                    let client = try RawClient(path: path)
                    try? client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
                    later = try client.reply().status
                }
                return (refused, later)
            }
            #expect(refused.status == 503)
            #expect(refused.fields["retry-after"] == "1")
            #expect(refused.problem?.members["limit"] == .number(2))
            #expect(later == 200)
        }
    }

    @Test func `One user cannot take all connections, and uid 0 always gets in`() async throws {
        var limits = HTTPLimits()
        limits.connections = 5
        limits.connectionsPerUser = 2
        limits.rootConnections = 1
        let folder = try TemporaryFolder()
        let registry = ConnectionRegistry(limits: limits)
        var channels: [any Channel] = []
        // Any channel will do to be counted.
        func admit(_ uid: UInt32) async throws -> Int {
            let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .bind(unixDomainSocketPath: "\(folder.path)/\(channels.count)").get()
            channels.append(channel)
            switch registry.admit(channel, peer: Peer(pid: 1, uid: uid, gid: uid)) {
            case .admitted: return 200
            case .refused(let problem): return problem.status
            case .dropped: return 0
            }
        }
        #expect(try await [admit(1), admit(1), admit(1)] == [200, 200, 429])
        #expect(try await [admit(2), admit(2), admit(3), admit(4)] == [200, 200, 200, 503])
        #expect(try await [admit(0), admit(0)] == [200, 503])
        for channel in channels { try await channel.close() }
        await registry.waitUntilEmpty()
        #expect(registry.count == 0)
        channels = []
    }
}
