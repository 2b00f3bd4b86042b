import Policy
import Scheduling
import Simulation
import Testing
import Topology
import Units

/// A workload over several hosts.
@Suite struct HostsReplayTests {
    /// Two hosts of two devices and four cores, one of them of another model. At 0 one device of each is taken, for 300
    /// and for 100 seconds; who asks for two from 50 on gets the second host at 100, and leaves it at 200. One device
    /// of each is free until then and of no use to it. Who asks for the first host's model at 60 gets it at once.
    @Test func `figures are over all hosts, as worked out by hand`() throws {
        let hosts = try [("A", 0), ("B", 1)].map { model, number in
            try Host.virtual(cores: 4, memory: .gibibytes(1), devices: 2, model: model)
        }
        func on(_ model: String, _ submission: Submission) -> Submission {
            var submission = submission
            submission.request.model = model
            return submission
        }
        let workload = try Workload([
            on("A", .at(0, for: 300, devices: 1)), on("B", .at(0, for: 100, devices: 1)),
            .at(50, for: 100, devices: 2), on("A", .at(60, for: 240, cores: 3, devices: 1)),
            .at(0, for: 10, cores: 5),
        ])
        var replay = Replay(workload, hosts: hosts, policy: workload.equalShares)
        let outcomes = replay.run()
        #expect(outcomes.map { $0.startedAt?.milliseconds } == [0, 0, nil, 100_000, 60_000])
        #expect(outcomes.map(\.host) == [0, 1, 0, 1, 0])
        #expect(outcomes[2].rejection != nil, "no host has five cores")
        let report = workload.report(hosts: hosts)
        #expect(report.makespanSeconds == 300)
        #expect(report.use.coreUtilization == (300 + 100 + 100 + 720) / 2400.0)
        #expect(report.use.deviceUtilization == (300 + 100 + 200 + 240) / 1200.0)
        // All four were asked for from 50 to 100 (two held, then three), and held from 100 to 200.
        #expect(report.use.deviceAllocation == (20 + 120 + 400) / 600.0)
        // Two free ones for ten seconds and one for forty, on hosts of which none has two.
        #expect(report.use.fragmentation == 1)
    }

    /// A job of one core can not tell one machine of six from six of one.
    @Test func `hosts of one core are as good as one machine, for jobs of one core`() throws {
        for seed in Seeds.first(10) {
            var generator = SeededGenerator(seed: seed)
            var jobs = try ReplayTests.workload(cores: 6, milliseconds: 1, exact: false, &generator).submissions
            for index in jobs.indices { jobs[index].request.cores = 1 }
            let workload = try Workload(jobs)
            let apart = workload.report(hosts: Array(repeating: try .cores(1), count: 6))
            let together = workload.report(host: try .cores(6))
            #expect(apart == together, "seed \(seed)")
        }
    }

    @Test func `no host gives out more than it has`() throws {
        for seed in Seeds.first(10) {
            var generator = SeededGenerator(seed: seed)
            let hosts = try (0..<4).map { _ in
                try Host.virtual(
                    cores: 2 + generator.number(below: 6), memory: .gibibytes(1), devices: generator.number(below: 5))
            }
            let jobs = (0..<60).map { _ in
                Submission.at(
                    Int64(generator.number(below: 900)), for: Int64(10 + generator.number(below: 600)),
                    cores: 1 + generator.number(below: 4), devices: generator.number(below: 3))
            }
            var replay = Replay(try Workload(jobs), hosts: hosts, policy: .unconfigured)
            let outcomes = replay.run().filter { $0.rejection == nil }
            #expect(outcomes.count > 20 && Set(outcomes.map(\.host)).count > 1, "seed \(seed)")
            for outcome in outcomes {
                let start = try #require(outcome.startedAt)
                let there = outcomes.filter { other in
                    guard let from = other.startedAt, let until = other.freedAt else { return false }
                    return other.host == outcome.host && from <= start && start < until
                }
                let host = hosts[outcome.host]
                #expect(there.reduce(0) { $0 + ($1.demand?.cores ?? 0) } <= host.cores.count, "seed \(seed)")
                let devices = there.reduce(into: DeviceSet()) { all, other in
                    #expect(all.isDisjoint(with: other.devices), "seed \(seed)")
                    all = all.union(other.devices)
                }
                #expect(devices.isSubset(of: DeviceSet(first: host.devices.count)), "seed \(seed)")
            }
        }
    }

    @Test func `each node of a list is a host of its own`() throws {
        let hosts = try HostsReplayTests.nodes("64500,1024,2,P100", "64500,1024,2,P100", "8000,2048,0,").hosts()
        #expect(hosts.map(\.name) == ["node-1", "node-2", "node-3"])
        #expect(hosts.map(\.cores.count) == [64, 64, 8])
        #expect(hosts.map(\.memory) == [.gibibytes(1), .gibibytes(1), .gibibytes(2)])
        #expect(hosts.map { $0.devices.map(\.model) } == [["P100", "P100"], ["P100", "P100"], []])
        #expect(Set(hosts.flatMap(\.devices).map(\.id)).count == 4)
    }

    @Test(
        "a node that is no host is told with its number",
        arguments: [("900,1024,2,A", "cores", 0), ("2000000,1024,2,A", "cores", 2000), ("1000,0,2,A", "memory_mib", 0)])
    func badNode(_ line: String, _ field: String, _ value: Int) throws {
        let limits = field == "cores" ? 1...1024 : 1...(1 << 30)
        #expect(throws: SimulationError.badNode(2, field: field, value: value, limits: limits)) {
            try HostsReplayTests.nodes("1000,1,0,", line).hosts()
        }
    }

    @Test func `more nodes than are replayed are refused with the limit`() throws {
        let trace = ClusterTrace(
            nodes: Array(repeating: PackingNode(cpuMilli: 1000, memoryMiB: 1, gpus: 0, model: ""), count: 10_001),
            pods: [])
        #expect(throws: SimulationError.tooManyHosts(10_001, limit: 10_000)) { try trace.hosts() }
    }

    private static func pods(_ pods: [(gpus: Int, milli: Int, models: String)]) -> [UInt8] {
        Array(
            ("cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,creation_time,deletion_time,scheduled_time\n"
                + pods.map { "1000,10,\($0.gpus),\($0.milli),\($0.models),LS,0,9,0\n" }.joined()).utf8)
    }

    @Test func `a pod that names one model asks for it, and one that names several takes any`() throws {
        let list = HostsReplayTests.pods([
            (1, 1000, "P100"), (1, 1000, "P100|T4"), (1, 300, ""), (0, 0, "P100"), (2, 1000, ""),
        ])
        let workload = try Workload(podList: list, onNodes: true)
        #expect(workload.submissions.map(\.request.model) == ["P100", nil, nil, nil, nil])
        #expect(workload.submissions.map(\.request.share) == [nil, nil, Ratio(thousandths: 300), nil, nil])
        let others = try Workload(podList: list)
        #expect(others.submissions.allSatisfy { $0.request.model == nil && $0.request.share == nil })
    }

    @Test("a part of no GPU, or of several, is no pod", arguments: [(1, 0), (2, 500)])
    func badPart(_ gpus: Int, _ milli: Int) {
        let list = HostsReplayTests.pods([(1, 1000, ""), (gpus, milli, "")])
        #expect(throws: TraceError(line: 3, reason: .notANumber("\(milli)", field: "gpu_milli"))) {
            try Workload(podList: list, onNodes: true)
        }
    }

    /// One device. Who asks for 600 of it runs from 0 to 100; beside it 300 from 10 to 60; who asks for 500 waits from
    /// 20 to 100, while 100 and from 60 on 400 are of no use to it. All of it is asked for from 20 to 100.
    @Test func `shares of devices count in thousandths`() throws {
        func share(_ thousandths: Int64, _ submission: Submission) -> Submission {
            var submission = submission
            (submission.request.devices, submission.request.share) = (1, Ratio(thousandths: thousandths))
            return submission
        }
        let workload = try Workload([
            share(600, .at(0, for: 100)), share(300, .at(10, for: 50)), share(500, .at(20, for: 100)),
        ])
        let host = try Host.virtual(cores: 4, memory: .gibibytes(1), devices: 1)
        #expect(workload.starts(host: host) == [0, 10, 100])
        let use = workload.report(host: host).use
        #expect(use.deviceUtilization == (60 + 15 + 50) / 200.0)
        #expect(use.deviceAllocation == (40 * 0.9 + 40 * 0.6) / 80)
        #expect(use.fragmentation == 1)
    }

    @Test func `the literature's schedulers know one machine`() throws {
        #expect(throws: SimulationError.notOneHost(2)) {
            try Workload([.at(0, for: 10)]).outcomes(under: .easyBackfill, on: [try .cores(1), try .cores(1)])
        }
    }

    private static func nodes(_ lines: String...) throws -> ClusterTrace {
        try ClusterTrace(
            nodeList: Array(("cpu_milli,memory_mib,gpu,model\n" + lines.joined(separator: "\n")).utf8),
            podList: Array("cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec\n".utf8))
    }
}
