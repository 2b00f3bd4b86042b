import AllotAPI
import Foundation
import NIOCore
import Policy
import Scheduling
import Testing
import Units

@testable import AllotServer

/// The daemon that was built beside the tests: simulations run in it.
enum BuiltDaemon {
    /// nil where it was not built.
    static let path: String? = {
        guard let tests = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
            return nil
        }
        let path = "\((tests as NSString).deletingLastPathComponent)/allotd"
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }()
}

@Suite("Simulations over the wire", .enabled(if: BuiltDaemon.path != nil, "allotd is not built"))
struct SimulationRouteTests {
    /// Two departments on two processors, an hour each, all at once.
    static let log =
        "; MaxProcs: 2\n"
        + (1...8).map { "\($0) 0 0 3600 1 -1 -1 1 7200 -1 1 \($0 % 2 + 1) \($0 % 2 + 1) -1 -1 -1 -1 -1\n" }.joined()

    private func view(_ reply: RawReply) throws -> SimulationView {
        try JSONDecoder().decode(SimulationView.self, from: Data(reply.body.utf8))
    }

    @Test func `a log comes back as reports, Allot's first and the literature's behind it`() async throws {
        try await withAPI { server, _ in
            let reply = try await server.simulate("source=log", Self.log)
            #expect(reply.status == 200, "\(reply.body)")
            let view = try view(reply)
            #expect(view.machine == SimulationView.Machine(nodes: 1, cpus: 2, gpus: 0))
            #expect(view.reports.map(\.scheduler) == ["Allot", "FCFS", "EASY", "conservative"])
            for report in view.reports {
                let figures = Dictionary(uniqueKeysWithValues: report.figures.map { ($0.name, $0.value) })
                // Two run at a time: waits of 0, 1, 2 and 3 hours, two of each.
                #expect(figures["waitMean"] == "5400.00" && figures["waitMedian"] == "3600.00")
                #expect(figures["coreUtilization"] == "1.000000" && figures["preemptions"] == "0")
            }
            #expect(view.reports[0].departments?.map(\.department) == ["group-1", "group-2"])
        }
    }

    @Test func `a policy that is sent along is shown beside what holds, with what it changes`() async throws {
        let policy = """
            version: 1
            departments:
              - {id: group-1, name: One, weight: 3, members: ["*"]}
              - {id: group-2, name: Two, weight: 1, members: ["*"]}
            """
        try await withAPI { server, _ in
            let reply = try await server.simulate(
                "source=log&compare=false&policyBytes=\(policy.utf8.count)", policy + Self.log)
            let view = try view(reply)
            #expect(view.reports.map(\.role) == [.present, .candidate])
            let figures = view.reports[1].figures
            #expect(figures.first { $0.name == "waitMean" }?.change == "0.00")
            #expect(view.reports[1].departments?.map(\.weight) == [3, 1])
            #expect(view.reports[0].figures.allSatisfy { $0.change == nil })
        }
    }

    @Test func `pods are packed onto nodes, and replayed on this machine`() async throws {
        let nodes = "cpu_milli,memory_mib,gpu,model\n64000,1000,2,A\n64000,1000,2,A\n"
        let pods =
            "cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,creation_time,deletion_time,scheduled_time\n"
            + (0..<8).map { "1000,10,1,1000,,LS,\($0),\($0 + 100),\($0)\n" }.joined()
        try await withAPI { server, _ in
            let packing = try view(
                try await server.simulate("source=packing&runs=2&nodesBytes=\(nodes.utf8.count)", nodes + pods))
            #expect(packing.reports.map(\.scheduler) == ["least stranding", "random", "best fit", "FGD"])
            #expect(packing.reports[0].figures.first { $0.name == "allocationMean" }?.value == "1.000000")
            #expect(packing.machine == .init(hosts: 2, nodes: 2, cpus: 128, gpus: 4))
            let hosts = try view(try await server.simulate("source=pods&nodesBytes=\(nodes.utf8.count)", nodes + pods))
            #expect(hosts.machine == packing.machine && hosts.reports.map(\.scheduler) == ["Allot"])
            // Four run at a time: the first four from 0 to 3 on, the next four as those end, after 100 seconds.
            #expect(hosts.reports[0].figures.first { $0.name == "waitMean" }?.value == "48.00")
            #expect(hosts.notes.contains { $0.contains("Each node is a host") })
            let replay = try view(try await server.simulate("source=pods", pods))
            #expect(replay.machine.gpus == 2 && replay.reports.map(\.scheduler) == ["Allot"])
            #expect(replay.notes.contains { $0.contains("know processors alone") })
        }
    }

    @Test func `the journal is replayed for an admin, and for nobody else`() async throws {
        try await withAPI { server, daemon in
            for _ in 0..<3 { _ = await daemon.submit(Request(devices: 2, span: .hours(1))) }
            let reply = try await server.simulate("source=journal", "")
            guard geteuid() == 0 else {
                #expect(reply.status == 403)
                return
            }
            let view = try view(reply)
            #expect(view.reports[0].figures.first { $0.name == "submitted" }?.value == "3")
            #expect(view.reports[0].figures.first { $0.name == "waitLongest" }?.value == "7200.00")
            let later = try await server.simulate("source=journal&from=2030-01-01T00:00:00Z", "")
            #expect(later.status == 422 && later.body.contains("nothing that was submitted then"))
        }
    }

    static let bad: [(query: String, body: String, status: Int, says: String)] = [
        ("source=log", "hello world", 422, "workload: line 1: it has 2 fields"),
        ("source=log", "", 422, "workload: it is empty"),
        ("source=log", "; MaxProcs: 2\n", 422, "nothing in it can be replayed"),
        (
            "source=log", "1 0 0 1 1 -1 -1 1 1 -1 1 1 1 -1 -1 -1 -1 -1\n", 422,
            "cpus: the log's header names no MaxProcs"
        ),
        ("source=log", "\u{1F}\u{8B}", 422, "workload: "),
        ("source=pods", log, 422, "workload: line 1: there is no column"),
        ("source=packing", log, 422, "nodes: a packing needs"),
        ("source=packing&nodesBytes=14", log, 422, "nodes: line 1"),
        ("source=log&nodesBytes=14", log, 422, "nodesBytes: for a packing or a list of pods only"),
        ("source=pods&nodesBytes=14&cpus=4", log, 422, "cpus: the list of nodes says it"),
        ("source=pods&nodesBytes=14", log, 422, "nodes: line 1"),
        ("source=pods&nodesBytes=31", "cpu_milli,memory_mib,gpu,model\nx", 422, "nodes: there is no node"),
        (
            "source=pods&nodesBytes=42", "cpu_milli,memory_mib,gpu,model\n100,10,1,A\n" + log, 422,
            "nodes: node 1: cores is 0"
        ),
        ("source=log&policyBytes=5", "a: b\n" + log, 422, "unknown key"),
        ("source=log&policyBytes=5000", log, 422, "policyBytes"),
        ("source=log&gpus=1", log, 422, "gpus: not for a simulation of log"),
        ("source=log&cpus=0", log, 422, "cpus: a whole number from 1"),
        ("source=log&runs=1", log, 422, "runs: not for"),
        ("source=packing&runs=101", log, 422, "runs: a whole number from 1 to 100"),
        ("source=journal&from=yesterday", "", 422, "from: a time"),
        ("source=pods&gpus=3", "x", 422, "workload: line 1"),
        ("source=tea", log, 422, "source: one of log, pods, packing, journal"),
        ("", log, 422, "source: needed"),
        ("source=log&sauce=1", log, 422, "no such parameter"),
    ]

    @Test func `what can not be simulated is told with the file, the line and the reason`() async throws {
        try await withAPI { server, _ in
            for (query, body, status, says) in Self.bad {
                let reply = try await server.simulate(query, body)
                #expect(reply.status == status && reply.body.contains(says), "\(query): \(reply.text)")
            }
            let reply = try await server.post("/v1/simulations?source=log", "{}")
            #expect(reply.status == 415 && reply.body.contains("application/octet-stream is expected"))
        }
    }

    @Test func `a client that goes away makes room for the next`() async throws {
        try await withAPI { server, _ in
            let log = SimulatorTests.longLog
            try await server.client { client in
                try client.send(TestServer.simulation("source=log", log))
            }
            var reply = try await server.simulate("source=log", Self.log)
            while reply.status == 429 {
                #expect(reply.body.contains("too-many-simulations"))
                reply = try await server.simulate("source=log", Self.log)
            }
            #expect(reply.status == 200, "\(reply.body)")
        }
    }

    @Test func `a body may be larger than others, and not larger than its own limit`() async throws {
        var limits = HTTPLimits()
        (limits.bodyBytes, limits.simulationBytes) = (100, 2000)
        let folder = try TemporaryFolder()
        let daemon = try await TestDaemon(folder: folder.path)
        try await withServer(limits: limits, router: daemon.api.router()) { server in
            #expect(try await server.simulate("source=log", Self.log).status == 200)
            let reply = try await server.simulate("source=log", String(repeating: " ", count: 2001))
            #expect(reply.status == 413 && reply.body.contains("2000"))
            #expect(try await server.post("/v1/quotes", String(repeating: " ", count: 101)).status == 413)
        }
        await daemon.close()
    }
}

@Suite("Simulations and their limits") struct SimulatorTests {
    @Test func `one user has one simulation at a time, and all together have so many`() throws {
        let gate = SimulationGate(limit: 2)
        var first: SimulationGate.Place? = try gate.enter(1)
        #expect(throws: Problems.simulationUnderWay()) { try gate.enter(1) }
        let second = try gate.enter(2)
        #expect(throws: Problems.tooManySimulations(2)) { try gate.enter(3) }
        #expect(first != nil)
        first = nil
        let third = try gate.enter(3)
        withExtendedLifetime((second, third)) {}
    }

    /// Enough for minutes: thousands wait, and each of them is planned again whenever something ends.
    static let longLog =
        "; MaxProcs: 64\n"
        + (1...20_000).map { number in
            "\(number) 0 0 \(60 + number % 977) \(1 + number % 63) -1 -1 1 9999 -1 1 1 1 -1 -1 -1 -1 -1\n"
        }.joined()

    private var order: SimulationOrder {
        SimulationOrder(query: SimulationQuery(source: .log), host: .twoDevices, policy: .unconfigured)
    }

    @Test func `an order is read as it was written, with the files behind it`() throws {
        var order = order
        (order.query.policyBytes, order.query.nodesBytes, order.folder) = (3, 2, "/state")
        let (read, files) = try SimulationOrder.read(try order.line() + Array("abc\nd{}\n".utf8))
        #expect(read.query == order.query && read.host == order.host && read.policy == order.policy)
        #expect(read.folder == "/state")
        #expect(files.policy == Array("abc".utf8) && files.nodes == Array("\nd".utf8))
        #expect(files.workload == Array("{}\n".utf8))
    }

    @Test(.enabled(if: BuiltDaemon.path != nil, "allotd is not built"))
    func `a simulation that nobody waits for any more is ended`() async throws {
        let simulator = Simulator(program: try #require(BuiltDaemon.path))
        let task = Task { try await simulator.run(order, files: ByteBuffer(string: Self.longLog)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func `a process that fails is no fault of the file`() async throws {
        let simulator = Simulator(program: "/bin/false")
        await #expect(throws: SimulatorFailure.self) { try await simulator.run(order, files: ByteBuffer()) }
    }
}

extension TestServer {
    /// A simulation, on a connection of its own.
    func simulate(_ query: String, _ body: String) async throws -> RawReply {
        try await ask(TestServer.simulation(query, body))
    }

    static func simulation(_ query: String, _ body: String) -> String {
        "POST /v1/simulations?\(query) HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n"
            + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
    }
}
