import AllotAPI
import AllotClient
import FakeDaemon
import Foundation
import Testing
import Units

@testable import allot

@Suite("allot simulate") struct SimulateTests {
    static let view = SimulationView(
        source: .log, machine: SimulationView.Machine(nodes: 1, cpus: 93_312, gpus: 0), notes: ["All alike."],
        reports: [
            report("Allot", .present, wait: "217.00"), report("Allot, new policy", .candidate, wait: "1234567.89"),
            report("EASY", .reference, wait: "495.15"),
        ])

    private static func report(
        _ name: String, _ role: SimulationView.Role, wait: String
    ) -> SimulationView.Report {
        var figures = [
            SimulationView.Figure(
                name: "waitMean", label: "wait, mean", value: wait, unit: .seconds,
                change: role == .candidate ? "-216.90" : nil),
            SimulationView.Figure(
                name: "coreUtilization", label: "core utilization", value: "0.602000", unit: .share,
                change: role == .candidate ? "0.000000" : nil),
        ]
        if role != .reference {
            figures.append(.init(name: "toldStart", label: "told a start", value: "4290", unit: .count))
        }
        return SimulationView.Report(
            scheduler: name, role: role, figures: figures,
            departments: role == .reference
                ? nil : [.init(department: "a", weight: 1, entitledShare: "0.5", receivedShare: "0.25")])
    }

    @Test("Schedulers stand beside each other, with what a new policy changes")
    func table() {
        #expect(
            Self.view.drawing(Sample.style(width: 120)) == """
                Replayed on 93,312 cores, 0 devices.
                All alike.

                                     Allot  Allot, new policy   change      EASY
                wait, mean        217.00 s     1,234,567.89 s  -216.90  495.15 s
                core utilization   60.20 %            60.20 %     0.00   60.20 %
                told a start         4,290              4,290        -         -

                department  entitled    Allot  entitled  Allot, new policy  EASY
                a            50.00 %  25.00 %   50.00 %            25.00 %     -

                """)
    }

    @Test("A narrow terminal gets one table below the other, and no line that is wider than it")
    func narrow() {
        let lines = Self.view.drawing(Sample.style(width: 60)).split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 60 })
        #expect(lines.count(where: { $0.hasPrefix("wait, mean") }) == 2)
    }

    @Test("Numbers are grouped")
    func numbers() {
        #expect(
            ["0", "999", "1000", "-1000", "-217.5", "1234567.89"].map(Grid.grouped) == [
                "0", "999", "1,000", "-1,000", "-217.5", "1,234,567.89",
            ])
    }

    /// A temporary file, and its path.
    private func withFile(_ name: String, _ text: String, _ body: (String) async throws -> Void) async throws {
        let folder = try FakeDaemon.makeFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try text.write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8)
        try await body("\(folder)/\(name)")
    }

    @Test(
        "The files go to the daemon as they are, one behind the other, and their lengths beside them",
        .enabled(if: BuiltProgram.path != nil, "allot is not built"))
    func request() async throws {
        let json = String(decoding: try JSONEncoder().encode(Self.view), as: UTF8.self)
        try await FakeDaemon.run { _, responder in
            try await responder.reply(json)
        } _: { (daemon) async throws in
            try await withFile("log.swf", "the log") { log in
                try await withFile("policy.yaml", "the policy\n") { policy in
                    let ending = try await BuiltProgram.run(
                        daemon, "simulate", log, "--policy", policy, "--cpus", "64", "--no-compare", "--output", "csv")
                    #expect(ending.code == 0, "\(ending.errors)")
                    #expect(
                        ending.output.hasPrefix("scheduler,role,figure,value,unit,change\r\nAllot,present,waitMean,"))
                    #expect(
                        ending.output.contains("\"Allot, new policy\",candidate,waitMean,1234567.89,seconds,-216.90"))
                }
            }
            try await withFile("nodes.csv", "nodes") { nodes in
                try await withFile("pods.csv", "pods") { pods in
                    _ = try await BuiltProgram.run(daemon, "simulate", pods, "--cpus", "9", "--memory", "1G")
                    _ = try await BuiltProgram.run(daemon, "simulate", nodes, pods, "--runs", "3", "--seed", "7")
                    _ = try await BuiltProgram.run(daemon, "simulate", pods, "--hosts", nodes, "--no-compare")
                }
            }
            _ = try await BuiltProgram.run(
                daemon, "simulate", "--journal", "--from", "2026-10-01 00:00", "--utc", "--output", "json")
            let requests = daemon.requests
            #expect(requests.map(\.body) == ["the policy\nthe log", "pods", "nodespods", "nodespods", ""])
            #expect(
                requests.map(\.path) == [
                    "/v1/simulations?source=log&compare=false&policyBytes=11&nodesBytes=0&cpus=64",
                    "/v1/simulations?source=pods&compare=true&policyBytes=0&nodesBytes=0&cpus=9&memoryBytes=1073741824",
                    "/v1/simulations?source=packing&compare=true&policyBytes=0&nodesBytes=5&runs=3&seed=7",
                    "/v1/simulations?source=pods&compare=false&policyBytes=0&nodesBytes=5",
                    "/v1/simulations?source=journal&compare=true&policyBytes=0&nodesBytes=0"
                        + "&from=2026-10-01T00%3A00%3A00Z",
                ])
            #expect(requests[0].headers["Content-Type"] == "application/octet-stream")
        }
    }

    @Test(
        "A file that is refused is told by its own name",
        .enabled(if: BuiltProgram.path != nil, "allot is not built"))
    func refusal() async throws {
        let problem = #"{"type":"/problems/unreadable-file","title":"T","detail":"nodes: line 3: no","field":"nodes"}"#
        try await FakeDaemon.run { _, responder in
            try await responder.reply(problem, status: 422, type: "application/problem+json")
        } _: { (daemon) async throws in
            try await withFile("n.csv", "x") { nodes in
                let ending = try await BuiltProgram.run(daemon, "simulate", nodes, "/dev/null")
                #expect(ending.code == 1 && ending.errors == "allot: /dev/null: it is empty\n")
                let other = try await BuiltProgram.run(daemon, "simulate", nodes, nodes)
                #expect(other.code == 1 && other.errors == "allot: \(nodes): line 3: no\n")
                let hosts = try await BuiltProgram.run(
                    daemon, "simulate", "--as", "pods", nodes, "--hosts", nodes)
                #expect(hosts.code == 1 && hosts.errors == "allot: \(nodes): line 3: no\n")
                let missing = try await BuiltProgram.run(daemon, "simulate", "/nonexistent/log.swf")
                #expect(
                    missing.code == 1 && missing.errors.hasPrefix("allot: cannot read /nonexistent/log.swf: No such"))
                let endless = try await BuiltProgram.run(daemon, "simulate", "/dev/zero")
                #expect(endless.code == 1 && endless.errors.contains("/dev/zero: more than the 32 MiB"))
            }
        }
    }

    @Test(
        "Each fault of a policy is told with the policy's own name, its line and its column",
        .enabled(if: BuiltProgram.path != nil, "allot is not built"))
    func policyFaults() async throws {
        let problem =
            #"{"type":"/problems/unreadable-file","title":"T","field":"policy","#
            + #""detail":"policy: policy:5:5: unknown key\npolicy:7:9: missing"}"#
        try await FakeDaemon.run { _, responder in
            try await responder.reply(problem, status: 422, type: "application/problem+json")
        } _: { (daemon) async throws in
            try await withFile("new.yaml", "x") { policy in
                let ending = try await BuiltProgram.run(daemon, "simulate", "--journal", "--policy", policy)
                #expect(ending.code == 1)
                #expect(ending.errors == "allot: \(policy):5:5: unknown key\nallot: \(policy):7:9: missing\n")
            }
        }
    }

    @Test(
        "What makes no sense together is a usage error",
        arguments: [
            [], ["a", "b", "c"], ["--journal", "a"], ["a", "--from", "09:00"], ["a", "b", "--as", "log"],
            ["a", "--as", "tea"], ["a", "--cpus", "many"], ["-", "--policy", "-"], ["a", "--hosts", "b"],
            ["a", "b", "--hosts", "c"], ["--journal", "--hosts", "b"], ["a.csv", "--hosts", "b", "--gpus", "4"],
            ["a.csv", "--hosts"], ["-", "--as", "pods", "--hosts", "-"],
        ])
    func usage(arguments: [String]) {
        #expect(throws: (any Error).self) { try SimulateCommand.parse(arguments) }
    }
}
