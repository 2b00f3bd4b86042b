import AllotAPI
import Foundation
import Scheduling
import Testing
import Topology
import Units

@testable import AllotServer

@Suite struct APITests {
    struct Bad: Sendable, CustomTestStringConvertible {
        var body: String
        var status: Int
        var says: String
        var testDescription: String { String(body.prefix(60)) }
    }

    static let bad = [
        Bad(body: "", status: 400, says: ""),
        Bad(body: "[]", status: 422, says: "object"),
        Bad(body: "{", status: 400, says: ""),
        Bad(body: #"{"durationSeconds":3600}"#, status: 422, says: "gpus"),
        Bad(body: #"{"gpus":1}"#, status: 422, says: "durationSeconds"),
        Bad(body: #"{"gpus":1,"durationSeconds":3600,"gpu":2}"#, status: 422, says: "gpu"),
        Bad(body: #"{"gpus":"1","durationSeconds":3600}"#, status: 422, says: "gpus"),
        Bad(body: #"{"gpus":1.5,"durationSeconds":3600}"#, status: 422, says: "gpus"),
        Bad(body: #"{"gpus":-1,"durationSeconds":3600}"#, status: 422, says: "from 0 to 128"),
        Bad(body: #"{"gpus":1,"gpuShare":"half","durationSeconds":3600}"#, status: 422, says: "gpuShare"),
        Bad(body: #"{"gpus":1,"gpuShare":0.5,"durationSeconds":3600}"#, status: 422, says: "gpuShare"),
        Bad(body: #"{"gpus":1,"gpuShare":"1.5","durationSeconds":3600}"#, status: 422, says: "from 1 to 999"),
        Bad(body: #"{"gpus":2,"gpuShare":"0.5","durationSeconds":3600}"#, status: 422, says: "gpus is 2"),
        Bad(body: #"{"gpus":1,"gpuShare":"0.5","durationSeconds":3600}"#, status: 422, says: "can be had of: none"),
        Bad(body: #"{"gpus":1,"gpuMemoryBytes":0,"durationSeconds":3600}"#, status: 422, says: "gpuMemoryBytes"),
        Bad(body: #"{"gpus":1,"durationSeconds":-5}"#, status: 422, says: "durationSeconds"),
        Bad(body: #"{"gpus":1,"durationSeconds":99999999999999999999}"#, status: 422, says: "durationSeconds"),
        Bad(body: #"{"gpus":1,"durationSeconds":9223372036854775807}"#, status: 422, says: "durationSeconds"),
        Bad(body: #"{"gpus":3,"durationSeconds":3600}"#, status: 422, says: "this host has 2"),
        Bad(body: #"{"gpus":1,"durationSeconds":3600,"at":"tomorrow"}"#, status: 422, says: "at"),
        Bad(body: #"{"gpus":1,"durationSeconds":3600,"after":["7"]}"#, status: 422, says: "after"),
        Bad(body: #"{"gpus":1,"durationSeconds":3600,"after":["r-7"]}"#, status: 404, says: "r-7"),
        Bad(body: #"{"gpus":1,"durationSeconds":3600,"class":"gold"}"#, status: 422, says: "standard"),
        Bad(body: #"{"gpus":1,"durationSeconds":3600,"team":"x"}"#, status: 403, says: "nlp"),
        Bad(
            body: #"{"gpus":1,"durationSeconds":3600,"shareWith":["no such one"]}"#, status: 422, says: "no such one"),
        Bad(body: #"{"gpus":1,"durationSeconds":3600,"command":{"arguments":[]}}"#, status: 422, says: "program"),
        Bad(
            body: #"{"gpus":1,"durationSeconds":3600,"command":{"arguments":["a"],"directory":"b"}}"#, status: 422,
            says: "absolute"),
        Bad(body: #"{"gpus":1,"durationSeconds":3600,"tags":{"":"x"}}"#, status: 422, says: "tags"),
        Bad(body: "{\"gpus\":1,\"model\":\"\u{FFFD}\u{0}\"}", status: 400, says: ""),
        Bad(body: String(repeating: "[", count: 5000), status: 400, says: ""),
    ]

    @Test func `bad input of every kind gets a problem that says what was wrong, and changes nothing`() async throws {
        try await withAPI { server, daemon in
            let before = await daemon.broker.snapshot()
            for bad in APITests.bad {
                let reply = try await server.post("/v1/reservations", bad.body)
                #expect(reply.status == bad.status, "\(bad.testDescription): \(reply.text)")
                #expect(reply.text.contains("application/problem+json"), "\(bad.testDescription)")
                #expect(bad.says.isEmpty || reply.text.contains(bad.says), "\(bad.testDescription): \(reply.text)")
            }
            let after = await daemon.broker.snapshot()
            #expect(after.engine.state == before.engine.state)
            let written = try await daemon.store.read(.events(after: before.journalSequence, limit: 1000)).map(\.kind)
            #expect(Set(written) == ["caller.seen", "access.denied", "command.refused"])
        }
    }

    @Test(arguments: [
        ("GET", "/v1/reservations/r-99", 404), ("GET", "/v1/reservations/99", 404),
        ("POST", "/v1/reservations/r-99/cancel", 404), ("POST", "/v1/reservations/r-0/cancel", 404),
        ("POST", "/v1/reservations/r-99/attach", 404), ("GET", "/v1/nothing", 404),
        ("GET", "/v1/reservations?limit=0", 422), ("GET", "/v1/reservations?limit=x", 422),
        ("GET", "/v1/reservations?colour=red", 422), ("GET", "/v1/reservations?scope=theirs", 422),
        ("GET", "/v1/reservations?cursor=5", 422), ("GET", "/v1/plan?cursor=-1", 422),
        ("GET", "/v1/reservations?limit=1&limit=2", 422), ("GET", "/v1/events?limit=1", 422),
        ("GET", "/v1/events?cursor=1", 422), ("GET", "/v1/events?follow=maybe", 422),
        ("GET", "/v1/reservations/r-1/logs?limit=1", 422),
        ("DELETE", "/v1/reservations/r-1", 405),
    ])
    func `what is not there is told apart from what is not understood`(
        method: String, path: String, status: Int
    ) async throws {
        try await withAPI { server, _ in
            let body = method == "POST" ? "Content-Type: application/json\r\nContent-Length: 2\r\n" : ""
            let reply = try await server.ask(
                "\(method) \(path) HTTP/1.1\r\nHost: x\r\n\(body)Connection: close\r\n\r\n\(body.isEmpty ? "" : "{}")"
            )
            #expect(reply.status == status, "\(reply.text)")
        }
    }

    @Test func `one reservation travels from submit to its end`() async throws {
        try await withAPI { server, daemon in
            let made = try await server.post(
                "/v1/reservations", #"{"gpus":1,"durationSeconds":3600,"tags":{"project":"p"}}"#)
            #expect(made.status == 201)
            #expect(made.text.contains(#""state":"active""#))
            #expect(made.text.contains(#""team":"nlp""#))
            #expect(try await server.get("/v1/devices").text.contains(#""reservation":"r-1""#))
            #expect(try await server.get("/v1/reservations").text.contains(#""project":"p""#))
            let extended = try await server.post("/v1/reservations/r-1/extend", #"{"durationSeconds":60}"#)
            #expect(extended.text.contains(#""durationSeconds":3660"#))
            #expect(try await server.post("/v1/reservations/r-1/release", "{}").status == 200)
            try await eventually { await daemon.broker.decision(about: ReservationID(1)) == nil }
            let shown = try await server.get("/v1/reservations/r-1")
            #expect(shown.text.contains(#""endReason":"released""#))
            #expect(shown.text.contains(#""project":"p""#), "tags stay")
            #expect(try await server.post("/v1/reservations/r-1/release", "{}").status == 409)
            #expect(try await server.get("/v1/reservations?state=ended").text.contains("r-1"))
        }
    }

    @Test func `events come in order, and a stream resumes after the last that was seen`() async throws {
        try await withAPI { server, daemon in
            _ = await daemon.submit(Request(devices: 2, span: .hours(1)))
            _ = await daemon.submit(Request(devices: 2, span: .hours(1)))
            let all = try await server.all("/v1/events?follow=false")
            #expect(all.contains("id: 1\nevent: daemon.started"))
            #expect(all.contains("event: reservation.submitted"))
            let rest = try await server.all("/v1/events?follow=false", headers: "Last-Event-ID: 2\r\n")
            #expect(!rest.contains("id: 2\n"))
            #expect(rest.contains("id: 3\n"))
        }
    }

    @Test func `an extension's event has the new end and the whole duration`() async throws {
        try await withAPI { server, daemon in
            _ = try await server.post("/v1/reservations", #"{"gpus":2,"durationSeconds":3600}"#)
            _ = try await server.post("/v1/reservations", #"{"gpus":2,"durationSeconds":3600}"#)
            for id in ["r-1", "r-1", "r-2"] {
                #expect(
                    try await server.post("/v1/reservations/\(id)/extend", #"{"durationSeconds":60}"#).status
                        == (id == "r-1" ? 409 : 200))
            }
            _ = try await server.post("/v1/reservations/r-2/cancel", "{}")
            #expect(try await server.post("/v1/reservations/r-1/extend", #"{"durationSeconds":60}"#).status == 200)
            #expect(try await server.post("/v1/reservations/r-1/extend", #"{"durationSeconds":60}"#).status == 200)
            let all = try await server.all("/v1/events?follow=false")
            let extended = all.split(separator: "\n").filter { $0.contains(#""type":"reservation.extended""#) }
            #expect(extended.count == 3)
            #expect(extended.first?.contains(#""durationSeconds":3660"#) == true)
            #expect(extended.first?.contains(#""end""#) == false, "what waits in the queue has no end yet")
            let ends = [60, 120].map { RFC3339.string(daemon.time.now + .seconds(3600 + $0)) }
            for (line, end) in zip(extended.dropFirst(), ends) {
                #expect(line.contains(#""end":"\#(end)""#), "\(line)")
            }
        }
    }

    @Test func `a user who asks for quotes without end is held up, and others are not`() async throws {
        try await withAPI { server, _ in
            let limit = Int(AllotServer.Limits.quotes.atOnce)
            var refused: RawReply?
            for _ in 0...(limit * 3) where refused == nil {
                let reply = try await server.post("/v1/quotes", #"{"gpus":1,"durationSeconds":3600}"#)
                if reply.status != 200 { refused = reply }
            }
            let reply = try #require(refused)
            #expect(reply.status == 429 && reply.problem?.type == "/problems/too-many-quotes")
            #expect(reply.fields["retry-after"] != nil)
        }
    }

    @Test func `fair share shows each department, and the teams and users of one's own`() async throws {
        try await withAPI { server, daemon in
            _ = try await server.post("/v1/reservations", #"{"gpus":1,"durationSeconds":3600}"#)
            daemon.time.advance(by: .minutes(30))
            let reply = try await server.get("/v1/fairshare")
            #expect(reply.status == 200)
            let view = try JSONDecoder().decode(FairShareView.self, from: Data(reply.body.utf8))
            #expect(view.unit == "device-hours" && view.halfLifeSeconds == 7 * 86_400)
            #expect(view.items.map(\.level) == [.department, .team, .user])
            let user = try #require(view.items.last)
            #expect(user.team == "nlp" && user.rank == 1 && user.share == "1.000000" && user.fairshare == "1.000000")
            #expect(user.levelFairness == "1.000000")
            #expect(user.usage.hasPrefix("0.51"), "half an hour of a device and a core: \(user.usage)")
            #expect(try await server.get("/v1/fairshare?limit=1").body.contains(#""nextCursor":"1""#))
        }
    }

    @Test func `an explanation names what is in the way, and is its owner's`() async throws {
        try await withAPI { server, daemon in
            _ = await daemon.submit(Request(devices: 2, span: .hours(1)), by: 4711)
            _ = try await server.post("/v1/reservations", #"{"gpus":2,"cpus":1,"durationSeconds":3600}"#)
            let reply = try await server.get("/v1/reservations/r-2/explanation")
            #expect(reply.status == 200, "\(reply.text)")
            let view = try JSONDecoder().decode(ExplanationView.self, from: Data(reply.body.utf8))
            #expect(view.blockers.first?.kind == .devices && view.blockers.first?.free == 0)
            #expect(view.blockers.first?.holders?.first?.id == "r-1")
            #expect(!reply.body.contains("4711"), "of others only what the calendar shows")
            #expect(try await server.get("/v1/reservations/r-9/explanation").status == 404)
            let other = try await server.get("/v1/reservations/r-1/explanation")
            #expect(other.status == (geteuid() == 0 ? 200 : 403))
        }
    }

    @Test func `of another's reservation only the calendar shows`() async throws {
        let host = Topology.Host.twoDevices
        let mine = JournalTests.reservation(.active(JournalTests.active))
        let details = Details(tags: ["secret": "s"])
        let decision = Decision(reservation: mine, details: details, placement: nil, ahead: nil, endsSoon: true)
        let others = ReservationViews(host: host, viewer: .user(5), names: { "u\($0)" }).view(decision)
        #expect(others.user == nil && others.uid == nil && others.tags == nil && others.team == nil)
        #expect(others.command == nil && others.shareWith == nil && others.endsSoon == nil)
        #expect(others.department == "a" && others.endsAt != nil)
        let own = ReservationViews(host: host, viewer: .user(mine.owner.uid), names: { "u\($0)" }).view(decision)
        #expect(own.tags == ["secret": "s"] && own.user != nil && own.endsSoon == true)
    }

    @Test func `a backup is for admins, and the OpenAPI document is served`() async throws {
        try await withAPI { server, _ in
            #expect(try await server.get("/v1/openapi.json").text.contains("/v1/reservations/{id}/attach"))
            let backup = try await server.get("/v1/backup")
            #expect(backup.status == (geteuid() == 0 ? 200 : 403))
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root takes a backup"))
    func `a second backup at the same time is told to come again`() async throws {
        try await withAPI { server, daemon in
            let first = try await daemon.store.backup()
            let second = try await server.get("/v1/backup")
            #expect(second.status == 503 && second.problem?.type == "/problems/backup-running")
            withExtendedLifetime(first) {}
        }
    }
}
