import AllotAPI
import FakeDaemon
import Foundation
import Testing
import Units

@testable import allot

@Suite("The program, from its arguments to its exit code", .enabled(if: BuiltProgram.path != nil, "allot is not built"))
struct ProgramTests {
    private static let problem = "application/problem+json"

    @Test("A list is shown as table, JSON and CSV, over all its pages")
    func list() async throws {
        try await FakeDaemon.run { request, responder in
            let isFirst = !request.path.contains("cursor=")
            #expect(request.path.hasPrefix("/v1/reservations?scope=own&state=live&limit=1000"))
            let page = Page(items: [Sample.reservation(isFirst ? 1 : 2)], nextCursor: isFirst ? "a b" : nil)
            try await responder.reply(page.json)
        } _: { (daemon) async throws in
            let table = try await BuiltProgram.run(daemon, "list", "--utc")
            #expect(table.code == 0)
            #expect(table.output.split(separator: "\n").map { $0.prefix(4) } == ["ID  ", "r-1 ", "r-2 "])
            let csv = try await BuiltProgram.run(daemon, "list", "--output", "csv")
            #expect(csv.output.split(separator: "\r\n").map { $0.prefix(3) } == ["id,", "r-1", "r-2"])
            let json = try await BuiltProgram.run(daemon, "--output", "json", "list")
            let page = try JSONDecoder().decode(Page<ReservationView>.self, from: Data(json.output.utf8))
            #expect(page.items.map(\.id) == ["r-1", "r-2"])
            #expect(page.nextCursor == nil)
            #expect(daemon.requests.contains { $0.path.hasSuffix("cursor=a%20b") })
        }
    }

    @Test(
        "The options of a container are one line that a shell passes on, or there are none",
        arguments: [
            (["--cgroup-parent=allot-r5.slice", "--env=CUDA_VISIBLE_DEVICES=GPU-5c1e,1"], true),
            (["--env=A=$(id)"], false), (["--env=A=b c"], false), ([""], true), (nil, false),
        ] as [([String]?, Bool)])
    func docker(options: [String]?, isShown: Bool) async throws {
        var view = Sample.reservation(5)
        view.dockerOptions = options
        let json = Sample.json(view)
        try await FakeDaemon.run { request, responder in
            #expect(request.path == "/v1/reservations/r-5")
            try await responder.reply(json)
        } _: { (daemon) async throws in
            let ending = try await BuiltProgram.run(daemon, "show", "r-5", "--docker")
            #expect(ending.code == (isShown ? 0 : 1), "\(ending.errors)")
            #expect(ending.output == (isShown ? (options ?? []).joined(separator: " ") + "\n" : ""))
            #expect(isShown == ending.errors.isEmpty)
        }
    }

    @Test("An empty list has no data, and a word for the person")
    func emptyList() async throws {
        try await FakeDaemon.run { _, responder in
            try await responder.reply(#"{"items":[]}"#)
        } _: { (daemon) async throws in
            let ending = try await BuiltProgram.run(daemon, "list", "--all")
            #expect(ending.code == 0 && ending.output.isEmpty)
            #expect(ending.errors.hasPrefix("allot: no reservations"))
        }
    }

    @Test(
        "A refusal is told on standard error with its exit code, and nothing on standard output",
        arguments: [(409, 2), (422, 2), (403, 77), (404, 3), (400, 64), (503, 1), (507, 1)] as [(Int, Int32)])
    func refusals(status: Int, code: Int32) async throws {
        try await FakeDaemon.run { _, responder in
            let json = #"{"type":"/problems/x","title":"Title","detail":"the \u001b[31mdetail"}"#
            try await responder.reply(json, status: status, type: Self.problem)
        } _: { (daemon) async throws in
            let ending = try await BuiltProgram.run(daemon, "reserve", "--gpus", "1", "--for", "1h")
            #expect(ending.code == code)
            #expect(ending.output.isEmpty)
            #expect(ending.errors.hasPrefix("allot: Title: the \\u{1b}[31mdetail\n"), "\(ending.errors)")
        }
    }

    @Test("Without a daemon it is 69, with the path that was tried")
    func unreachable() async throws {
        let path = try #require(BuiltProgram.path)
        for words in [
            ["list"], ["run", "r-1", "--", "ls"], ["events", "--follow"], ["backup", "/tmp/never-written"],
            ["simulate", "--journal"],
        ] {
            let ending = try await BuiltProgram.run(path, words, environment: ["ALLOT_SOCKET": "/nonexistent/s"])
            #expect(ending.code == 69, "\(words)")
            #expect(ending.errors.contains("no socket at /nonexistent/s"), "\(words): \(ending.errors)")
        }
    }

    @Test("Help and version go to standard output")
    func help() async throws {
        let path = try #require(BuiltProgram.path)
        let version = try await BuiltProgram.run(path, ["--version"])
        #expect(version.output == "\(AllotVersion.current)\n" && version.code == 0)
        for command in [
            "reserve", "quote", "list", "show", "cancel", "extend", "release", "logs", "run", "shell", "host",
        ]
            + ["devices", "plan", "health", "events", "backup", "simulate", "policy"]
        {
            let help = try await BuiltProgram.run(path, ["help", command])
            #expect(help.code == 0)
            #expect(help.output.contains("OVERVIEW") && help.output.contains("allot \(command)"), "\(command)")
        }
    }

    @Test("Several are changed one after the other; a failure keeps none from being tried")
    func several() async throws {
        try await FakeDaemon.run { request, responder in
            let id = request.path.split(separator: "/").dropLast().last ?? ""
            if id == "r-2" {
                try await responder.reply(#"{"title":"No such reservation"}"#, status: 404, type: Self.problem)
            } else {
                #expect(request.body == #"{"reason":"done"}"#)
                try await responder.reply(Sample.json(Sample.reservation(Int(id.dropFirst(2)) ?? 0, .ended)))
            }
        } _: { (daemon) async throws in
            let ending = try await BuiltProgram.run(daemon, "cancel", "r-1", "r-2", "r-3", "--reason", "done")
            #expect(ending.code == 3)
            #expect(ending.errors == "allot: r-2: No such reservation\n")
            #expect(ending.output.contains("r-1") && ending.output.contains("r-3"))
            #expect(daemon.requests.map(\.path).count == 3)
        }
    }

    @Test("Waiting is told on standard error; Ctrl-C leaves the reservation and says how to cancel it")
    func interrupt() async throws {
        try await FakeDaemon.run { request, responder in
            guard request.path.hasPrefix("/v1/reservations") else { throw Hangup() }
            try await responder.reply(Sample.json(Sample.reservation(3)), status: request.method == "POST" ? 201 : 200)
        } _: { (daemon) async throws in
            let ending = try await BuiltProgram.run(daemon, "reserve", "--gpus", "1", "--for", "1h", "--wait", "--utc")
            {
                while daemon.requests.filter({ $0.path == "/v1/reservations/r-3" }).isEmpty { await Task.yield() }
                kill($0, SIGINT)
            }
            #expect(ending.code == 130 && !ending.wasSignalled)
            #expect(ending.output.isEmpty)
            #expect(ending.errors.contains("allot: r-3 goes on waiting\n       To give it up: allot cancel r-3\n"))
        }
    }

    @Test(
        "A program that has nothing to clean up is ended by a signal as any other",
        arguments: [SIGTERM, SIGHUP, SIGINT])
    func signalled(number: Int32) async throws {
        try await FakeDaemon.run { _, responder in
            try await responder.startChunks(type: "text/event-stream")
            try await responder.hang()
        } _: { (daemon) async throws in
            let ending = try await BuiltProgram.run(daemon, "events", "--follow") {
                while daemon.requests.isEmpty { await Task.yield() }
                kill($0, number)
            }
            #expect(ending.wasSignalled && ending.code == number)
        }
    }

    @Test("A wait that is over in time shows the reservation, one that is not exits with 75")
    func waiting() async throws {
        for (state, code) in [(ReservationView.State.active, Int32(0)), (.waiting, 75), (.ended, 2)] {
            try await FakeDaemon.run { request, responder in
                guard request.path.hasPrefix("/v1/reservations") else { throw Hangup() }
                let view = Sample.reservation(3, request.method == "POST" ? .waiting : state)
                try await responder.reply(Sample.json(view))
            } _: { (daemon) async throws in
                let ending = try await BuiltProgram.run(
                    daemon, "reserve", "--gpus", "1", "--for", "1h", "--wait", "--timeout", "1s")
                #expect(ending.code == code, "\(state)")
                #expect(ending.output.hasPrefix("Reservation"), "\(state)")
            }
        }
    }

    @Test("A backup that breaks off leaves no file, a whole one does")
    func backup() async throws {
        for isWhole in [false, true] {
            let folder = try FakeDaemon.makeFolder()
            defer { try? FileManager.default.removeItem(atPath: folder) }
            try await FakeDaemon.run { _, responder in
                try await responder.startChunks(type: "application/octet-stream")
                try await responder.chunk("data")
                guard isWhole else { throw Hangup() }
                try await responder.endChunks()
            } _: { (daemon) async throws in
                let ending = try await BuiltProgram.run(daemon, "backup", "\(folder)/db")
                #expect(ending.code == (isWhole ? 0 : 69), "\(ending.errors)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == (isWhole ? ["db"] : []))
            }
        }
    }

    @Test("Events are lines of JSON, and the end of what is stored is the end")
    func events() async throws {
        try await FakeDaemon.run { request, responder in
            #expect(request.path == "/v1/events?follow=false")
            #expect(request.headers["Last-Event-ID"] == "5")
            try await responder.startChunks(type: "text/event-stream")
            for number in 6...8 {
                let event = #"{"type":"clock.stepped","sequence":\#(number),"time":"2026-11-23T09:30:00Z","new":1}"#
                try await responder.chunk("id: \(number)\ndata: \(event)\n\n")
            }
            try await responder.endChunks()
        } _: { (daemon) async throws in
            let ending = try await BuiltProgram.run(daemon, "events", "--since", "5", "--output", "json")
            #expect(ending.code == 0)
            let lines = ending.output.split(separator: "\n")
            #expect(lines.count == 3)
            #expect(lines[0] == #"{"new":1,"sequence":6,"time":"2026-11-23T09:30:00Z","type":"clock.stepped"}"#)
        }
    }

    @Test("A log comes as it is")
    func logs() async throws {
        try await FakeDaemon.run { request, responder in
            #expect(request.path == "/v1/reservations/r-3/logs?follow=true")
            try await responder.startChunks(type: "text/plain")
            try await responder.chunk("one\n")
            try await responder.chunk("two\u{1B}[0m")
            try await responder.endChunks()
        } _: { (daemon) async throws in
            let ending = try await BuiltProgram.run(daemon, "logs", "r-3", "-f")
            #expect(ending.code == 0 && ending.output == "one\ntwo\u{1B}[0m")
        }
    }
}
