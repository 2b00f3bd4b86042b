import AllotAPI
import AllotClient
import FakeDaemon
import Testing

@Suite("One request, one answer")
struct SendTests {
    @Test("Requests run on one connection, one after the other")
    func reuse() async throws {
        try await FakeDaemon.run { request, responder in
            try await responder.reply("{\"n\":\(request.number)}")
        } _: { (daemon) async throws in
            let client = makeClient(daemon)
            for number in 1...3 {
                let reply = try await client.send(.get("/v1/health"))
                #expect(reply.status == 200)
                #expect(reply.contentType == "application/json")
                #expect(String(decoding: reply.body, as: UTF8.self) == "{\"n\":\(number)}")
            }
            #expect(daemon.connections == 1)
        }
    }

    @Test("Requests at the same time have a connection each")
    func concurrent() async throws {
        try await FakeDaemon.run { request, responder in
            try await responder.reply("\"\(request.path)\"")
        } _: { (daemon) async throws in
            let client = makeClient(daemon)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        let reply = try await client.send(.get("/\(number)"))
                        #expect(String(decoding: reply.body, as: UTF8.self) == "\"/\(number)\"")
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("A connection that the daemon wants closed is not used again")
    func connectionClose() async throws {
        try await FakeDaemon.run { _, responder in
            try await responder.reply(Array("{}".utf8), headers: ["Connection: close"])
        } _: { (daemon) async throws in
            let client = makeClient(daemon)
            _ = try await client.send(.get("/"))
            _ = try await client.send(.get("/"))
            #expect(daemon.connections == 2)
        }
    }

    @Test("What is sent is what the API wants")
    func request() async throws {
        try await FakeDaemon.run { _, responder in
            try await responder.reply("{}", status: 201)
        } _: { (daemon) async throws in
            let client = makeClient(daemon)
            _ = try await client.send(try .post("/v1/reservations", EndRequest(reason: "a/b")))
            _ = try await client.send(.post("/v1/reservations/r-1/attach", idempotent: false))
            let requests = daemon.requests
            #expect(requests.map(\.method) == ["POST", "POST"])
            #expect(requests[0].body == #"{"reason":"a/b"}"#)
            #expect(requests[0].headers["Content-Type"] == "application/json")
            #expect(requests[0].headers["Idempotency-Key"]?.count == 32)
            #expect(requests[1].headers["Idempotency-Key"] == nil)
            #expect(requests[1].headers["Content-Length"] == "0")
            #expect(requests[1].body.isEmpty)
        }
    }

    @Test("Each request has a key of its own")
    func keys() throws {
        let calls = try (0..<100).map { _ in try Call.post("/", EndRequest()) }
        #expect(Set(calls.compactMap(\.idempotencyKey)).count == 100)
    }

    @Test("A problem document is thrown, with the status of the answer's first line")
    func problem() async throws {
        try await FakeDaemon.run { _, responder in
            try await responder.reply(
                #"{"type":"/problems/exceeds-host","title":"Too much","status":1,"detail":"8 of 4","largest":4}"#,
                status: 422, type: "application/problem+json; charset=utf-8")
        } _: { (daemon) async throws in
            let client = makeClient(daemon)
            let expected = Problem(
                type: "/problems/exceeds-host", title: "Too much", status: 422, detail: "8 of 4",
                members: ["largest": .number(4)])
            #expect(await failure { _ = try await client.send(.get("/")) } == .problem(expected))
        }
    }

    @Test("An error without a problem document is told as what it is")
    func bareError() async throws {
        try await FakeDaemon.run { _, responder in
            try await responder.reply("<html>", status: 502, type: "text/html")
        } _: { (daemon) async throws in
            let error = await failure { _ = try await makeClient(daemon).send(.get("/")) }
            #expect(error == .unreadable("status 502 without a problem document"))
        }
    }

    @Test(
        "JSON that is not the type is told with the place",
        arguments: [
            ("{}", "Page<DeviceView>: no field items"), ("[", "Page<DeviceView>: "),
            (#"{"items":[{"index":"x"}]}"#, "Page<DeviceView>: items."),
        ])
    func wrongType(json: String, start: String) {
        let reply = Reply(status: 200, contentType: nil, body: Array(json.utf8))
        let error = #expect(throws: ClientError.self) { try reply.decode(Page<DeviceView>.self) }
        guard case .unreadable(let reason)? = error else { return #expect(Bool(false), "\(String(describing: error))") }
        #expect(reason.hasPrefix(start), "\(reason)")
    }
}
