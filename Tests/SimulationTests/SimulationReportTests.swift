import Policy
import Scheduling
import Simulation
import Testing
import Topology
import Units

/// Figures that were worked out by hand.
@Suite struct SimulationReportTests {
    /// Ten cores. First come, first served starts them at 0, 100, 150 and 150: they wait 0, 99, 148 and 147 seconds.
    @Test func `waits, slowdowns and utilization are as worked out by hand`() throws {
        let workload = try Workload([
            .at(0, for: 100, cores: 6), .at(1, for: 50, cores: 10), .at(2, for: 98, cores: 4),
            .at(3, for: 10, ran: 5, cores: 4),
        ])
        let outcomes = try workload.outcomes(under: .firstComeFirstServed, cores: 10)
        let report = SimulationReport(
            "fcfs", of: workload, outcomes: outcomes, hosts: [try .cores(10)], policy: workload.equalShares)
        #expect(report.wait.meanSeconds == 98.5)
        #expect(report.wait.medianSeconds == 99)
        #expect(report.wait.percentile95Seconds == 148)
        #expect(report.wait.longestSeconds == 148)
        // (1 + 149/50 + 246/98 + 152/10) / 4: five seconds count as ten.
        #expect(abs(report.boundedSlowdown.mean - 5.422551) < 0.000001)
        #expect(report.makespanSeconds == 248)
        #expect(report.use.coreUtilization == 1512.0 / 2480)
        #expect(report.use.deviceUtilization == nil && report.forecasts == nil && report.fairness == nil)
    }

    /// Two nodes of two devices. Four reservations of one device each fill them; at 100 one device of each node comes
    /// free, at 300 the rest. Who wants two on one node waits from 50 to 300, and gets node 0. A short one takes the
    /// device of node 1 at 200; a long one waits from 250 on, for the other device is kept for the first.
    private static let halves = [
        Submission.at(0, for: 300, devices: 1), .at(0, for: 100, devices: 1), .at(0, for: 300, devices: 1),
        .at(0, for: 100, devices: 1), .at(50, for: 100, devices: 2, together: .numa),
        .at(200, for: 300, devices: 1), .at(250, for: 500, devices: 1),
    ]

    @Test func `use of devices is as worked out by hand`() throws {
        let host = try Host.virtual(cores: 4, memory: .gibibytes(1), devices: 4, nodes: 2)
        let workload = try Workload(SimulationReportTests.halves)
        #expect(workload.starts(host: host) == [0, 0, 0, 0, 300, 200, 300])
        let report = workload.report(host: host)
        #expect(report.wait.meanSeconds == 300.0 / 7)
        #expect(report.use.deviceUtilization == 1800.0 / 3200)
        #expect(report.use.coreUtilization == 1700.0 / 3200)
        // Held of all, while all were asked for: 50 + 50 + 100 + 50 + 50 + 100 seconds.
        #expect(report.use.deviceAllocation == (200 + 200 + 200 + 150 + 150 + 400) / 1600.0)
        // Two free devices from 100 on and one from 200 on are of no use for two on one node; from 250 on for another.
        #expect(report.use.fragmentation == (200 + 50) / 300.0)
        #expect(report.forecasts?.count == 2)
        #expect(report.forecasts?.first.withinMinute == 1)
    }

    /// Two cores. `a` takes both, then both departments wait for both: 100 seconds of `a`'s, and 100 of `b`'s.
    @Test func `fairness is as worked out by hand`() throws {
        let workload = try Workload([
            .at(0, for: 100, cores: 2, department: "a", user: 1), .at(0, for: 100, cores: 2, department: "b", user: 2),
            .at(50, for: 100, cores: 2, department: "a", user: 1),
        ])
        #expect(workload.starts(host: try .cores(2)) == [0, 100, 200])
        let fairness = try #require(
            workload.report(host: try .cores(2), fairnessWindow: .seconds(100)).fairness)
        #expect(fairness.jainIndex == 0.5)
        #expect(fairness.lowestJainIndex == 0.5)
        #expect(fairness.overallJainIndex == 1)
        #expect(fairness.sharedSeconds == 200)
        #expect(fairness.departments.map(\.department) == [DepartmentID("a"), DepartmentID("b")])
        #expect(fairness.departments.map(\.entitledShare) == [0.5, 0.5])
        #expect(fairness.departments.map(\.receivedShare) == [0.5, 0.5])
    }

    @Test func `who asks for less than its share is entitled to that, and the rest is the others'`() throws {
        let workload = try Workload([
            .at(0, for: 100, cores: 1, department: "a", user: 1), .at(0, for: 100, cores: 3, department: "b", user: 2),
            .at(0, for: 100, cores: 3, department: "b", user: 2),
        ])
        let fairness = try #require(workload.report(host: try .cores(4)).fairness)
        #expect(fairness.jainIndex == 1)
        #expect(fairness.lowestJainIndex == nil, "a day has much more to it than 100 seconds")
        #expect(fairness.departments.map(\.entitledShare) == [0.25, 0.75])
    }

    /// One core. The first asks for 1000 seconds and gives back 600 of them; the others were told 1000 and 1100.
    @Test func `errors of forecasts are as worked out by hand`() throws {
        let workload = try Workload([.at(0, for: 1000, ran: 400), .at(0, for: 100), .at(0, for: 5000)])
        #expect(workload.starts(host: try .cores(1)) == [0, 400, 500])
        let forecasts = try #require(workload.report(host: try .cores(1)).forecasts)
        #expect(forecasts.count == 2)
        #expect(forecasts.first.meanErrorSeconds == -600)
        #expect(forecasts.first.meanAbsoluteErrorSeconds == 600)
        #expect(forecasts.first.withinMinute == 0 && forecasts.first.withinTenthOfWait == 0)
        #expect(forecasts.last == forecasts.first)
    }

    @Test func `what is refused or given up is counted, and has no wait`() throws {
        var givenUp = Submission.at(10, for: 50)
        givenUp.cancelledAt = Timestamp(milliseconds: 40_000)
        let report = try Workload([.at(0, for: 100), givenUp, .at(20, for: 100, cores: 2)], leftOut: 3)
            .report(host: try .cores(1))
        #expect(report.submitted == 3 && report.refused == 1 && report.started == 1 && report.leftOut == 3)
        #expect(report.wait.longestSeconds == 0)
    }

    @Test func `no submissions at all are a report of nothing`() throws {
        let report = try Workload([]).report(host: try .cores(1))
        #expect(report.submitted == 0 && report.wait.meanSeconds == 0 && report.use.coreUtilization == 0)
    }
}
