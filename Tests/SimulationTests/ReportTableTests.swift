import Foundation
import Policy
import Scheduling
import Simulation
import Testing
import Topology
import Units

/// How reports are shown, and what if.
@Suite struct ReportTableTests {
    /// Two departments that both keep two cores asked for, with jobs of an hour.
    private static func workload() throws -> Workload {
        try Workload(
            (0..<80).map { index in
                .at(0, for: 3600, department: index % 2 == 0 ? "a" : "b", user: UInt32(index % 2))
            })
    }

    private static func policy(_ first: Int, _ second: Int) -> Policy {
        let departments = [("a", first), ("b", second)].map { name, weight in
            Department(id: DepartmentID(name), name: name, weight: weight, teams: [], members: [.everyone])
        }
        return Policy(departments: departments, classes: Policy.defaultClasses)
    }

    @Test func `the same workload under two policies shows what would change`() throws {
        let host = try Host.cores(2)
        let workload = try ReportTableTests.workload()
        let before = workload.report("as it is", host: host, policy: ReportTableTests.policy(1, 1))
        let after = workload.report("three to one", host: host, policy: ReportTableTests.policy(3, 1))
        let figures = [before, after].map { report in
            Dictionary(uniqueKeysWithValues: report.figures.map { ($0.name, $0) })
        }
        func change(_ name: String) throws -> String {
            try #require(figures[1][name]).change(from: try #require(figures[0][name]))
        }
        #expect(try change("started") == "0")
        #expect(try change("waitMean") == "0.00")
        #expect(figures[1]["coreUtilization"]?.decimal == "1.000000")
        // For 26 hours 1.5 and 0.5 cores, and in the last hour, when `a` asks for one alone, 1 and 1.
        #expect(try #require(before.fairness).departments.map(\.receivedShare) == [0.5, 0.5])
        let shares = try #require(after.fairness).departments
        #expect(shares.map { ReportFigure.decimal($0.entitledShare, places: 3) } == ["0.741", "0.259"])
        #expect(shares.map { ReportFigure.decimal($0.receivedShare, places: 3) } == ["0.741", "0.259"])
    }

    @Test func `a figure that a scheduler has none of is not there`() throws {
        let host = try Host.cores(2)
        let workload = try ReportTableTests.workload()
        let reference = SimulationReport(
            "fcfs", of: workload, outcomes: try workload.outcomes(under: .firstComeFirstServed, on: [host]),
            hosts: [host], policy: workload.equalShares)
        #expect(!reference.figures.contains { $0.name == "toldStart" })
        #expect(workload.report(host: host).figures.first { $0.name == "toldStart" }?.decimal == "78")
    }

    @Test func `figures are decimals of their units`() throws {
        let report = try Workload([.at(0, for: 100), .at(0, for: 8), .at(0, for: 100)]).report(host: try .cores(1))
        let figures = Dictionary(uniqueKeysWithValues: report.figures.map { ($0.name, $0) })
        #expect(figures["submitted"]?.decimal == "3")
        #expect(figures["waitMean"]?.decimal == "69.33" && figures["waitMean"]?.unit == .seconds)
        #expect(figures["boundedSlowdownMean"]?.decimal == "4.627")
        #expect(figures["coreUtilization"]?.decimal == "1.000000")
        #expect(figures["firstForecastWithinMinute"]?.decimal == "1.000000")
        #expect(figures["preemptions"]?.decimal == "0" && figures["lostCoreHours"]?.decimal == "0.00")
        #expect(ReportFigure.decimal(-0.126, places: 2) == "-0.13")
    }

    @Test func `who has to give way is counted, with what it had held until then`() throws {
        var first = Submission.at(0, for: 7200, devices: 1)
        var second = Submission.at(3600, for: 600, devices: 1)
        (first.request.priorityClass, second.request.priorityClass) = (ClassID("best-effort"), ClassID("production"))
        let workload = try Workload([first, second])
        var policy = workload.equalShares
        policy.classes = [
            PriorityClass(
                id: ClassID("production"), rank: 2, isPreemptible: false, maximumWait: .days(7), mayPreempt: true),
            PriorityClass(id: ClassID("best-effort"), rank: 1, isPreemptible: true, maximumWait: .days(7)),
        ]
        let host = try Host.virtual(cores: 2, memory: .gibibytes(1), devices: 1)
        let report = workload.report(host: host, policy: policy)
        #expect(report.started == 2 && report.preemption.count == 1)
        #expect((1...1.1).contains(report.preemption.lostDeviceHours))
        #expect(report.preemption.lostCoreHours == report.preemption.lostDeviceHours)
        let kept = workload.report(host: host, policy: workload.equalShares)
        #expect(kept.preemption.count == 0 && kept.preemption.lostDeviceHours == 0)
    }

    @Test func `a report is written and read with camelCase fields, and leaves out what nothing fills`() throws {
        let report = try Workload([.at(0, for: 100)]).report("policy 4", host: try .cores(1))
        let text = try JSONEncoder().encode(report)
        #expect(try JSONDecoder().decode(SimulationReport.self, from: text) == report)
        let object = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
        #expect(object["makespanSeconds"] as? Double == 100)
        #expect(object["fairness"] == nil && object["forecasts"] == nil)
    }
}
