import Policy
import Scheduling
import Simulation
import Testing
import Topology
import Units

@Suite struct ReplayTests {
    /// One user, whose times of waiting and ending are known beforehand: then the order is that of submission, a plan
    /// made anew is the plan that was, and the engine is a conservative scheduler.
    @Test func `one user's exact workload starts as conservative backfilling says`() throws {
        // Of short spans in whole seconds many end at the same moment.
        for (unit, spans, arrivals) in [(1, 20_000..<1_820_000, 900_000), (1000, 1000..<20_000, 60_000)] {
            for seed in Seeds.first(60) {
                var generator = SeededGenerator(seed: seed)
                let cores = 1 + generator.number(below: 12)
                let workload = try ReplayTests.workload(
                    cores: cores, milliseconds: unit, exact: true, spans: spans, arrivals: arrivals, &generator)
                var replay = Replay(workload, hosts: [try .cores(cores)], policy: workload.equalShares)
                let reference = try workload.outcomes(under: .conservativeBackfill, cores: cores)
                #expect(replay.run().map(\.startedAt) == reference.map(\.startedAt), "seed \(seed), unit \(unit) ms")
            }
        }
    }

    @Test func `the same input gives the same report`() throws {
        for seed in Seeds.first(5) {
            var generator = SeededGenerator(seed: seed)
            let workload = try ReplayTests.workload(cores: 6, milliseconds: 1000, exact: false, &generator)
            let host = try Host.virtual(cores: 6, memory: .gibibytes(1), devices: 4)
            #expect(workload.report(host: host) == workload.report(host: host), "seed \(seed)")
        }
    }

    @Test func `everything that fits starts, whatever stops and passes take`() throws {
        for seed in Seeds.first(10) {
            var generator = SeededGenerator(seed: seed)
            let workload = try ReplayTests.workload(cores: 6, milliseconds: 1000, exact: false, &generator)
            let host = try Host.virtual(cores: 6, memory: .gibibytes(1))
            var replay = Replay(
                workload, hosts: [host], policy: workload.equalShares, stopTime: .seconds(4), passTime: .seconds(1))
            for (submission, outcome) in zip(workload.submissions, replay.run()) {
                #expect(outcome.used == submission.runtime && outcome.wait.map { $0 >= .zero } == true)
                #expect(outcome.freedAt == outcome.endedAt.map { $0 + .seconds(4) })
            }
        }
    }

    @Test func `windows, not-befores and what is waited for count from their own times`() throws {
        var window = Submission.at(0, for: 100)
        window.request.at = Timestamp(milliseconds: 500_000)
        var later = Submission.at(0, for: 50)
        later.request.notBefore = Timestamp(milliseconds: 200_000)
        let follower = Submission(
            time: Timestamp(milliseconds: 0), owner: UserID(1), account: window.account,
            request: Request(cores: 1, memory: ByteCount(bytes: 1), span: .seconds(10)), runtime: .seconds(10),
            after: [0])
        let workload = try Workload([.at(0, for: 300, ran: 150), window, later, follower])
        var replay = Replay(workload, hosts: [try .cores(1)], policy: workload.equalShares)
        let outcomes = replay.run()
        #expect(outcomes.map { $0.startedAt?.milliseconds } == [0, 500_000, 200_000, 150_000])
        #expect(outcomes.map(\.wait) == [.zero, .zero, .zero, .zero])
    }

    @Test func `what is given up runs no more, waiting or not`() throws {
        var submissions = [Submission.at(0, for: 100), .at(0, for: 100), .at(0, for: 100)]
        submissions[1].cancelledAt = Timestamp(milliseconds: 130_000)
        submissions[2].cancelledAt = Timestamp(milliseconds: 0)
        var replay = Replay(try Workload(submissions), hosts: [try .cores(1)], policy: .unconfigured)
        let outcomes = replay.run()
        #expect(outcomes.map { $0.startedAt?.milliseconds } == [0, 100_000, nil])
        #expect(outcomes.map { $0.endedAt?.milliseconds } == [100_000, 130_000, 0])
    }

    /// Jobs of twenty seconds to half an hour that arrive in a quarter of an hour; times are in units of so many
    /// milliseconds. In units of one, no two ends fall on the same moment: docs/simulation.md says why that counts.
    static func workload(
        cores: Int, milliseconds unit: Int, exact: Bool, spans: Range<Int> = 20_000..<1_820_000,
        arrivals: Int = 900_000, _ generator: inout SeededGenerator
    ) throws -> Workload {
        let jobs = (0..<(1 + generator.number(below: 40))).map { _ -> Submission in
            var job = Submission.at(0, for: 1, cores: 1 + generator.number(below: cores))
            let asked = Int64(unit * (spans.lowerBound / unit + generator.number(below: spans.count / unit)))
            job.time = Timestamp(milliseconds: Int64(unit * generator.number(below: arrivals / unit)))
            job.request.span = Span(milliseconds: asked)
            job.runtime =
                exact ? job.request.span : Span(milliseconds: asked * Int64(1 + generator.number(below: 10)) / 10)
            if !exact { job.owner = UserID(UInt32(generator.number(below: 4))) }
            return job
        }
        return try Workload(jobs)
    }
}

@Suite("A whole log through the engine", .enabled(if: Inputs.hasTraces, "no corpus: set ALLOT_CORPUS to its folder"))
struct ReplayTraceTests {
    /// Its spans are exact and next to nothing waits in it: no order of users is seen, and all forecasts hold.
    @Test func `five days of the NASA log wait no longer than under conservative backfilling`() throws {
        let log = try WorkloadLog(standardWorkloadFormat: Inputs.trace("NASA-iPSC-1993-3.1-cln.swf.gz"))
        let all = try Workload(log)
        let end = Timestamp(milliseconds: 0) + .days(5)
        let workload = all.filter { $0.time < end }
        let host = try Host.cores(128)
        let reference = SimulationReport(
            "conservative", of: workload,
            outcomes: try workload.outcomes(under: .conservativeBackfill, cores: 128), hosts: [host],
            policy: workload.equalShares)
        let report = workload.report(host: host)
        #expect(workload.submissions.count > 500 && report.started == workload.submissions.count)
        #expect(report.wait == reference.wait && report.use == reference.use)
        #expect(report.forecasts.map { $0.first.meanAbsoluteErrorSeconds == 0 } ?? true)
    }
}
