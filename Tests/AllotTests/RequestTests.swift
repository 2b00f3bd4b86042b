import AllotAPI
import ArgumentParser
import Foundation
import Testing
import Units

@testable import allot

@Suite("From options to a request")
struct RequestTests {
    private static let now = Timestamp(milliseconds: 1_795_426_200_000)

    private func request(_ words: String...) throws -> ReservationRequest {
        let command = try ReserveCommand.parse(words)
        return try command.request.request(now: Self.now, zone: .utc)
    }

    private func fault(_ words: [String]) -> String {
        do {
            _ = try Allot.parseAsRoot(words)
            return ""
        } catch {
            #expect(Allot.exitCode(for: error).rawValue == 64, "\(words)")
            return Allot.message(for: error)
        }
    }

    @Test("Every option reaches its field")
    func all() throws {
        let made = try request(
            "--gpus", "4", "--model", "H100", "--together", "nvlink", "--cpus", "8", "--memory", "64G", "--for",
            "1h30m",
            "--not-before", "+2h", "--after", "r-7", "--after", "r-9", "--class", "production", "--team", "vision",
            "--share-with", "bo", "--tag", "a=1", "--tag", "b=2", "--env", "SEED=7", "--directory", "/srv", "--",
            "python",
            "train.py", "--for", "ever")
        var expected = ReservationRequest(
            gpus: 4, model: "H100", together: .nvlink, cpus: 8, memoryBytes: 64 << 30, durationSeconds: 5400,
            notBefore: DateTime(Self.now + .hours(2)), after: ["r-7", "r-9"], class: "production", team: "vision",
            shareWith: ["bo"], tags: ["a": "1", "b": "2"])
        expected.command = CommandRequest(
            arguments: ["python", "train.py", "--for", "ever"], environment: ["SEED": "7"], directory: "/srv")
        #expect(made == expected)
    }

    @Test("What is not asked for is left out")
    func least() throws {
        #expect(try request("--gpus", "1", "--for", "4h") == ReservationRequest(gpus: 1, durationSeconds: 14_400))
    }

    @Test("A command starts where one stands, and a relative folder is seen from there")
    func directory() throws {
        let here = FileManager.default.currentDirectoryPath
        #expect(try request("--gpus", "1", "--for", "1h", "--", "ls").command?.directory == here)
        #expect(
            try request("--gpus", "1", "--for", "1h", "--directory", "a/b", "--", "ls").command?.directory
                == "\(here)/a/b")
    }

    @Test("A window has its time")
    func window() throws {
        #expect(try request("--gpus", "1", "--for", "1h", "--at", "+2h").at == DateTime(Self.now + .hours(2)))
    }

    @Test(
        "Mistakes are found before the daemon is asked, and exit with 64",
        arguments: [
            (["reserve", "--for", "4h"], "Ask for something"),
            (["reserve", "--gpus", "0", "--for", "4h"], "Ask for something"),
            (["reserve", "--gpus", "1"], "--for"), (["reserve", "--gpus=-1", "--for", "4h"], "0 or more"),
            (["reserve", "--gpus", "x", "--for", "4h"], "--gpus"),
            (["reserve", "--gpus", "9223372036854775808", "--for", "4h"], "--gpus"),
            (["reserve", "--gpus", "1", "--for", "4h", "--together", "close"], "nvlink"),
            (["reserve", "--gpus", "1", "--for", "4h", "--at", "+1h", "--after", "r-1"], "--at is a fixed time"),
            (["reserve", "--gpus", "1", "--for", "4h", "--at", "soon"], "--at: 'soon' is not a time"),
            (["reserve", "--gpus", "1", "--for", "4h", "--env", "A=1"], "--env is for a command"),
            (["reserve", "--gpus", "1", "--for", "4h", "--directory", "/"], "--directory is for a command"),
            (["reserve", "--gpus", "1", "--for", "4h", "--tag", "a=1", "--tag", "a=2"], "two values"),
            (["reserve", "--gpus", "1", "--for", "4h", "--timeout", "1h"], "--timeout goes with --wait"),
            (["reserve", "--gpus", "1", "--for", "4h", "ls"], "'ls'"),
            (["quote", "--for", "4h"], "Ask for something"), (["run", "r-1"], "behind --"),
            (["run", "r-1", "--"], "behind --"),
            (["run", "r-1", "ls"], "behind --"), (["cancel"], "<id>"), (["extend", "r-1"], "--for"),
            (["show", "17"], "Did you mean r-17?"), (["list", "--ended", "--state", "active"], "--ended goes without"),
            (["events", "--since=-1"], "0 or more"), (["list", "--output", "xml"], "'json'"), (["dance"], "'dance'"),
        ])
    func mistakes(words: [String], hint: String) {
        let text = fault(words)
        #expect(text.contains(hint), "\(text)")
    }

    @Test("Options of the program may stand before the command or behind it")
    func globals() throws {
        for words in [
            ["--socket", "/s", "--output", "csv", "--utc", "show", "r-1"],
            ["show", "r-1", "--socket", "/s", "--output", "csv", "--utc"],
            ["--socket", "/s", "show", "--output", "csv", "r-1", "--utc"],
        ] {
            let command = try Allot.parseAsRoot(words) as? ShowCommand
            #expect(command?.options.socket == "/s", "\(words)")
            #expect(command?.options.output == .csv, "\(words)")
            #expect(command?.options.utc == true, "\(words)")
        }
    }

    @Test(
        "A series needs its first start and its last day, and waits for nothing",
        arguments: [
            ["--every", "weekly"], ["--until", "2027-01-01"], ["--every", "weekly", "--until", "2027-01-01"],
            ["--at", "2027-01-01T00:00:00Z", "--every", "weekly", "--until", "2026-12-01"],
            ["--at", "2027-01-01T00:00:00Z", "--every", "weekly", "--until", "soon"],
            ["--at", "2027-01-01T00:00:00Z", "--every", "yearly", "--until", "2028-01-01"],
            ["--at", "2027-01-01T00:00:00Z", "--every", "daily", "--until", "2029-01-01"],
            ["--at", "2027-01-01T00:00:00Z", "--every", "daily", "--until", "2027-01-09", "--wait"],
        ])
    func series(words: [String]) {
        #expect(fault(["reserve", "--gpus", "1", "--for", "1h", "--utc"] + words).isEmpty == false)
    }

    @Test("A series keeps its time on the clock when the clocks are set, and says which day skips it")
    func repetition() throws {
        // A zone an hour east of UTC until 2027-03-28 01:00Z, and two hours from then on.
        let spring: Int64 = 1_806_195_600
        let zone = Zone(name: .local) { $0 < spring ? 3600 : 7200 }
        let first = Timestamp(milliseconds: (spring - 2 * 86_400 + 1800) * 1000)  // 02:30 on the clock
        let repetition = Repetition(every: .daily, lastDay: try TimeArgument.day("2027-03-29"))
        let starts = try repetition.starts(from: first, zone: zone)
        #expect(
            starts.map { TimeArgument.text(ofDay: $0.day) } == ["2027-03-26", "2027-03-27", "2027-03-28", "2027-03-29"])
        #expect(starts[1].start == first + .days(1))
        #expect(starts[2].start == nil, "02:30 is skipped")
        #expect(starts[3].start == first + .days(3) - .hours(1))
        let weekly = Repetition(every: .weekly, lastDay: try TimeArgument.day("2027-04-10"))
        #expect(
            try weekly.starts(from: first, zone: zone).map(\.start) == [
                first, first + .days(7) - .hours(1), first + .days(14) - .hours(1),
            ])
    }

    @Test("What stands behind -- is the command's, whatever it looks like")
    func passing() throws {
        let run =
            try Allot.parseAsRoot(["run", "r-1", "--", "ls", "--utc", "--output", "x", "--", "-h"]) as? RunCommand
        #expect(run?.command == ["ls", "--utc", "--output", "x", "--", "-h"])
        #expect(run?.options.utc == false)
    }

    @Test(
        "The quick reader of 'list' reads what the argument parser reads, or leaves it to it",
        arguments: [
            ["list"], ["list", "--all"], ["list", "--ended", "--utc"], ["list", "--socket", "/s", "--output", "json"],
            ["list", "--output", "csv", "--all", "--ended", "--utc"], ["list", "--state", "ended"], ["list", "--help"],
            ["--utc", "list"], ["list", "--output=csv"], ["list", "--output", "xml"], ["list", "--socket"],
            ["list", "x"],
            ["--socket", "/s", "list", "--all"], ["--output", "json", "list"], ["list", "list"], ["--all", "list"],
            ["--socket", "list", "list"], ["--output", "json"], ["list", "--socket", "--all"], ["list", "--"],
            ["lists"], [], ["list", "--version"], ["list", "-h"],
        ])
    func quickList(words: [String]) throws {
        guard let quick = Listing(plain: words) else { return }
        let command = try #require(try Allot.parseAsRoot(words) as? ListCommand)
        #expect(command.listing == quick)
    }

    @Test("The plain forms of 'list' are read quickly")
    func isQuick() {
        #expect(Listing(plain: ["list"]) == Listing())
        #expect(Listing(plain: ["list", "--all", "--utc"]) == Listing(all: true, utc: true))
        #expect(Listing(plain: ["--socket", "/s", "list"]) == Listing(socket: "/s"))
        #expect(Listing(plain: ["list", "--help"]) == nil)
    }
}
