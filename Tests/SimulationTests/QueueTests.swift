import Simulation
import Testing
import Units

@Suite struct QueueTests {
    /// Ten processors. The first job holds six until 100; the second wants all ten and is first in the queue.
    private static let blocked = [
        job(at: 0, for: 100, on: 6),
        job(at: 1, for: 50, on: 10),
        job(at: 2, for: 98, on: 4),
        job(at: 3, for: 10, on: 4),
    ]

    @Test func `first come, first served lets nobody pass`() {
        #expect(starts(QueueTests.blocked, .firstComeFirstServed) == [0, 100, 150, 150])
    }

    @Test func `backfilling starts what ends in time, and not what would delay the first by a second`() {
        for policy in [QueuePolicy.easyBackfill, .conservativeBackfill] {
            #expect(starts(QueueTests.blocked, policy) == [0, 100, 2, 150])
            var late = QueueTests.blocked
            late[2].runtime = .seconds(99)
            late[2].estimate = .seconds(99)
            #expect(starts(late, policy) == [0, 100, 150, 3])
        }
    }

    @Test func `what the first in the queue leaves over may be held past its start`() {
        let jobs = [
            QueueTests.job(at: 0, for: 100, on: 6), QueueTests.job(at: 1, for: 50, on: 7),
            QueueTests.job(at: 2, for: 500, on: 2), QueueTests.job(at: 3, for: 500, on: 2),
        ]
        #expect(starts(jobs, .easyBackfill) == [0, 100, 2, 150])
    }

    @Test func `only conservative backfilling keeps the promise to the second in the queue`() {
        let jobs = [
            QueueTests.job(at: 0, for: 100, on: 6), QueueTests.job(at: 1, for: 50, on: 8),
            QueueTests.job(at: 2, for: 100, on: 10), QueueTests.job(at: 3, for: 400, on: 2),
        ]
        #expect(starts(jobs, .easyBackfill) == [0, 100, 403, 3])
        #expect(starts(jobs, .conservativeBackfill) == [0, 100, 150, 250])
    }

    @Test func `an early end lets the queue move up`() {
        var jobs = QueueTests.blocked
        jobs[0].runtime = .seconds(20)
        #expect(starts(jobs, .easyBackfill) == [0, 100, 2, 20])
        #expect(starts(jobs, .conservativeBackfill) == [0, 100, 2, 20])
    }

    @Test func `a job that outruns its request is cut or has asked for all of it`() {
        let job = WorkloadJob(
            number: 1, submitted: Timestamp(milliseconds: 0), runtime: .seconds(90), requested: .seconds(60),
            processors: 2)
        let unasked = WorkloadJob(
            number: 2, submitted: Timestamp(milliseconds: 0), runtime: .seconds(90), processors: 2)
        var log = try? WorkloadLogTests.log("")
        log?.jobs = [job, unasked]
        let killed = log.map { QueueSimulation($0, processors: 4).jobs }
        let raised = log.map { QueueSimulation($0, processors: 4, overrun: .estimateRaised).jobs }
        #expect(killed?.map(\.runtime) == [.seconds(60), .seconds(90)])
        #expect(killed?.map(\.estimate) == [.seconds(60), .seconds(90)])
        #expect(raised?.map(\.runtime) == [.seconds(90), .seconds(90)])
        #expect(raised?.map(\.estimate) == [.seconds(90), .seconds(90)])
    }

    @Test func `a report can be worked out by hand`() {
        let jobs = [
            QueueTests.job(at: 0, for: 100, on: 6), QueueTests.job(at: 1, for: 50, on: 10),
            QueueTests.job(at: 2, for: 5, on: 5), QueueTests.job(at: 2, for: 5, on: 11),
        ]
        let simulation = QueueSimulation(jobs: jobs, processors: 10)
        let report = simulation.report(under: .firstComeFirstServed)
        #expect(simulation.refused == 1)
        #expect(report.jobs == 3)
        #expect(report.meanWait == (0 + 99 + 148) / 3.0)
        #expect(report.medianWait == .seconds(99))
        #expect(report.wait95 == .seconds(148))
        #expect(report.meanBoundedSlowdown == (1 + 149.0 / 50 + 153.0 / 10) / 3)
        #expect(report.makespan == .seconds(155))
        #expect(report.utilization == (600 + 500 + 25) / 1550.0)
    }

    @Test func `no jobs are a report of zeros`() {
        let report = QueueSimulation(jobs: [], processors: 10).report(under: .easyBackfill)
        #expect(report.jobs == 0 && report.meanWait == 0 && report.utilization == 0 && report.makespan == .zero)
    }

    private func starts(_ jobs: [QueueJob], _ policy: QueuePolicy) -> [Int64] {
        QueueSimulation(jobs: jobs, processors: 10).starts(under: policy).map { $0.milliseconds / 1000 }
    }

    static func job(at submitted: Int64, for runtime: Int64, asked: Int64? = nil, on processors: Int) -> QueueJob {
        QueueJob(
            submitted: Timestamp(milliseconds: submitted * 1000), runtime: .seconds(runtime),
            estimate: .seconds(asked ?? runtime), processors: processors)
    }
}
