import AllotAPI
import AllotClient
import FakeDaemon
import Testing

@Suite("A daemon that behaves badly")
struct BadDaemonTests {
    @Test("A broken connection is tried once more, with the same key", arguments: ["GET", "POST"])
    func retry(method: String) async throws {
        try await FakeDaemon.run { request, responder in
            if request.number == 1 { throw Hangup() }
            try await responder.reply("{}")
        } _: { (daemon) async throws in
            let call: Call = method == "GET" ? .get("/") : try .post("/", EndRequest())
            #expect(try await makeClient(daemon).send(call).status == 200)
            let requests = daemon.requests
            #expect(requests.count == 2)
            #expect(requests[0].headers["Idempotency-Key"] == requests[1].headers["Idempotency-Key"])
            #expect(requests[0].body == requests[1].body)
        }
    }

    @Test("It is tried twice and not a third time")
    func noEndlessRetry() async throws {
        try await FakeDaemon.run { _, _ in
            throw Hangup()
        } _: { (daemon) async throws in
            #expect(await failure { _ = try await makeClient(daemon).send(.get("/")) } == .disconnected)
            #expect(daemon.requests.count == 2)
        }
    }

    @Test("What must not happen twice is sent once")
    func noRetry() async throws {
        try await FakeDaemon.run { _, _ in
            throw Hangup()
        } _: { (daemon) async throws in
            let call = Call.post("/v1/reservations/r-1/attach", idempotent: false)
            #expect(await failure { _ = try await makeClient(daemon).send(call) } == .disconnected)
            #expect(daemon.requests.count == 1)
        }
    }

    @Test("A kept connection that the daemon closed meanwhile does no harm")
    func closedWhileIdle() async throws {
        try await FakeDaemon.run { request, responder in
            try await responder.reply("{}")
            if request.number == 1 { throw Hangup() }
        } _: { (daemon) async throws in
            let client = makeClient(daemon)
            for _ in 0..<3 { #expect(try await client.send(.get("/")).status == 200) }
        }
    }

    @Test(
        "Half an answer is none",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", "HTTP/1.1 200 OK\r\n", "HTT",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        ])
    func truncated(text: String) async throws {
        try await FakeDaemon.run { _, responder in
            try await responder.send(text)
            throw Hangup()
        } _: { (daemon) async throws in
            #expect(await failure { _ = try await makeClient(daemon).send(.get("/")) } == .disconnected)
        }
    }

    @Test("A daemon that sends its answer and shuts its side is understood")
    func halfClosedAfter() async throws {
        try await FakeDaemon.run { _, responder in
            try await responder.reply("{}")
            try await responder.halfClose()
        } _: { (daemon) async throws in
            let client = makeClient(daemon)
            for _ in 0..<2 { #expect(try await client.send(.get("/")).status == 200) }
        }
    }

    @Test("A daemon that shuts its side without an answer has broken the connection")
    func halfClosedBefore() async throws {
        try await FakeDaemon.run { _, responder in
            try await responder.halfClose()
            try await responder.hang()
        } _: { (daemon) async throws in
            #expect(await failure { _ = try await makeClient(daemon).send(.get("/")) } == .disconnected)
        }
    }

    @Test(
        "What is no HTTP is said to be none",
        arguments: [
            "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 abc OK\r\n\r\n", "HTTP/9.9\r\n\r\n", "\0\u{1}\u{2}\u{3}\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "HTTP/1.1 200 OK\r\nBad Name: 1\r\n\r\n",
        ])
    func garbage(text: String) async throws {
        try await FakeDaemon.run { _, responder in
            try await responder.send(text)
            try await responder.hang()
        } _: { (daemon) async throws in
            let error = await failure { _ = try await makeClient(daemon).send(.get("/")) }
            guard case .notHTTP? = error else { return #expect(Bool(false), "\(String(describing: error))") }
        }
    }

    @Test("A head without end is refused")
    func endlessHead() async throws {
        try await FakeDaemon.run { _, responder in
            try await responder.send("HTTP/1.1 200 OK\r\n")
            for number in 0..<10_000 {
                try await responder.send("X-\(number): " + String(repeating: "x", count: 1000) + "\r\n")
            }
            try await responder.hang()
        } _: { (daemon) async throws in
            let error = await failure { _ = try await makeClient(daemon) { $0.requestSeconds = 10 }.send(.get("/")) }
            guard case .notHTTP? = error else { return #expect(Bool(false), "\(String(describing: error))") }
        }
    }

    @Test("A second answer to one request does not answer the next one")
    func smuggled() async throws {
        try await FakeDaemon.run { request, responder in
            let answer = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n"
            try await responder.send(request.number == 1 ? "\(answer)1\(answer)9" : "\(answer)2")
        } _: { (daemon) async throws in
            let client = makeClient(daemon)
            #expect(try await client.send(.get("/")).body == Array("1".utf8))
            #expect(try await client.send(.get("/")).body == Array("2".utf8))
        }
    }

    @Test(
        "A slow answer is waited for so long and no longer",
        arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"])
    func slow(text: String) async throws {
        try await FakeDaemon.run { _, responder in
            try await responder.send(text)
            try await responder.hang()
        } _: { (daemon) async throws in
            let client = makeClient(daemon) { $0.requestSeconds = 1 }
            #expect(await failure { _ = try await client.send(.get("/")) } == .timedOut(seconds: 1))
            #expect(daemon.requests.count == 1)
        }
    }

    @Test("An answer that is too long is not held in memory", arguments: [true, false])
    func huge(hasLength: Bool) async throws {
        try await FakeDaemon.run { _, responder in
            if hasLength {
                try await responder.reply([UInt8](repeating: 0x20, count: 100_000))
            } else {
                try await responder.startChunks(type: "application/json")
                while true { try await responder.chunk(String(repeating: " ", count: 1000)) }
            }
        } _: { (daemon) async throws in
            let client = makeClient(daemon) { $0.replyBytes = 10_000 }
            #expect(await failure { _ = try await client.send(.get("/")) } == .replyTooLarge(limitBytes: 10_000))
        }
    }

    @Test("A cancelled request ends at once")
    func cancelled() async throws {
        try await FakeDaemon.run { _, responder in
            try await responder.hang()
        } _: { (daemon) async throws in
            let client = makeClient(daemon)
            let task = Task { await failure { _ = try await client.send(.get("/")) } }
            while daemon.requests.isEmpty { await Task.yield() }
            task.cancel()
            #expect(await task.value == .disconnected)
            #expect(daemon.requests.count == 1)
        }
    }
}
