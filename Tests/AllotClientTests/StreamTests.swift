import AllotAPI
import AllotClient
import FakeDaemon
import Testing

@Suite("Answers that are handed over as they come")
struct StreamTests {
    @Test("The bytes come in order, and end")
    func whole() async throws {
        try await FakeDaemon.run { _, responder in
            try await responder.startChunks(type: "text/plain")
            for number in 0..<500 { try await responder.chunk("\(number),") }
            try await responder.endChunks()
        } _: { (daemon) async throws in
            let text = try await makeClient(daemon).stream(.get("/v1/backup")) { body in
                var bytes: [UInt8] = []
                for try await part in body { bytes += part }
                return String(decoding: bytes, as: UTF8.self)
            }
            #expect(text == (0..<500).map { "\($0)," }.joined())
        }
    }

    @Test("The first bytes are there before the last ones are sent")
    func early() async throws {
        try await FakeDaemon.run { _, responder in
            try await responder.startChunks(type: "text/plain")
            try await responder.chunk("first")
            try await responder.hang()
        } _: { (daemon) async throws in
            let first = try await makeClient(daemon).stream(.get("/")) { try await $0.next() }
            #expect(first == Array("first".utf8))
        }
    }

    @Test("A body that breaks off is a failure, and never taken for a whole one")
    func truncated() async throws {
        try await FakeDaemon.run { _, responder in
            try await responder.startChunks(type: "application/octet-stream")
            try await responder.chunk("half")
            throw Hangup()
        } _: { (daemon) async throws in
            let error = await failure {
                try await makeClient(daemon).stream(.get("/")) { body in for try await _ in body {} }
            }
            #expect(error == .disconnected)
        }
    }

    @Test("A problem comes instead of the body")
    func problem() async throws {
        try await FakeDaemon.run { _, responder in
            try await responder.reply(#"{"title":"No"}"#, status: 403, type: "application/problem+json")
        } _: { (daemon) async throws in
            let error = await failure { try await makeClient(daemon).stream(.get("/")) { _ in } }
            #expect(error == .problem(Problem(type: "about:blank", title: "No", status: 403, detail: "")))
        }
    }

    @Test("A head that does not come is waited for so long")
    func slowHead() async throws {
        try await FakeDaemon.run { _, responder in
            try await responder.hang()
        } _: { (daemon) async throws in
            let client = makeClient(daemon) { $0.requestSeconds = 1 }
            #expect(await failure { try await client.stream(.get("/")) { _ in } } == .timedOut(seconds: 1))
        }
    }

    @Test("A silence that is too long ends the stream")
    func silence() async throws {
        try await FakeDaemon.run { _, responder in
            try await responder.startChunks(type: "text/event-stream")
            try await responder.chunk(": here\n")
            try await responder.hang()
        } _: { (daemon) async throws in
            let error = await failure {
                try await makeClient(daemon).stream(.get("/"), silenceLimitSeconds: 1) { for try await _ in $0 {} }
            }
            #expect(error == .timedOut(seconds: 1))
        }
    }

    @Test("Cancelling the task ends the stream")
    func cancelled() async throws {
        try await FakeDaemon.run { _, responder in
            try await responder.startChunks(type: "text/plain")
            try await responder.hang()
        } _: { (daemon) async throws in
            let task = Task { try await makeClient(daemon).stream(.get("/")) { for try await _ in $0 {} } }
            while daemon.requests.isEmpty { await Task.yield() }
            task.cancel()
            // Ending is the point: whether as an error or as an end is the stream's own affair.
            _ = await task.result
        }
    }

    @Test("Events are handed over with their JSON, comments are not")
    func events() async throws {
        try await FakeDaemon.run { request, responder in
            #expect(request.headers["Last-Event-ID"] == "6")
            #expect(request.path == "/v1/events?follow=true")
            try await responder.startChunks(type: "text/event-stream")
            try await responder.chunk(": heartbeat\n\nid: 7\nevent: reservation.started\nda")
            try await responder.chunk(
                #"ta: {"sequence":7,"time":"2026-11-24T09:00:00Z","type":"reservation.started","x":1}"#)
            try await responder.chunk("\n\n")
            try await responder.hang()
        } _: { (daemon) async throws in
            let seen = Seen()
            try await makeClient(daemon).events(after: 6, follow: true) { event, json in
                await seen.add(event, json)
                return false
            }
            #expect(await seen.events.map(\.sequence) == [7])
            #expect(await seen.json.first?.contains("\"x\":1") == true)
        }
    }

    @Test("An event that is no event of the API is a failure")
    func brokenEvent() async throws {
        try await FakeDaemon.run { _, responder in
            try await responder.startChunks(type: "text/event-stream")
            try await responder.chunk("data: {}\n\n")
            try await responder.hang()
        } _: { (daemon) async throws in
            let error = await failure { try await makeClient(daemon).events(after: nil, follow: true) { _, _ in true } }
            #expect(error == .unreadable("EventView: no field sequence"))
        }
    }

    private actor Seen {
        var events: [EventView] = []
        var json: [String] = []

        func add(_ event: EventView, _ bytes: [UInt8]) {
            events.append(event)
            json.append(String(decoding: bytes, as: UTF8.self))
        }
    }
}
