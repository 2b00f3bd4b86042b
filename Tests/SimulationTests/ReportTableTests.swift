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
        let comparison = SimulationComparison(
            before: workload.report("as it is", host: host, policy: ReportTableTests.policy(1, 1)),
            after: workload.report("three to one", host: host, policy: ReportTableTests.policy(3, 1)))
        let rows = Dictionary(uniqueKeysWithValues: comparison.rows.map { ($0.name, $0) })
        #expect(rows["started"]?.difference == "0")
        #expect(rows["wait, mean"]?.before == rows["wait, mean"]?.after)
        #expect(rows["core utilization"]?.after == "100.0 %")
        #expect(rows["core utilization"]?.difference == "0.0 points")
        let shares = comparison.departmentRows
        #expect(shares.map(\.name) == ["a", "b"])
        // For 26 hours 1.5 and 0.5 cores, and in the last hour, when `a` asks for one alone, 1 and 1.
        #expect(shares.map(\.entitled) == ["74.1 %", "25.9 %"])
        #expect(shares.map(\.before) == ["50.0 %", "50.0 %"])
        #expect(shares.map(\.after) == ["74.1 %", "25.9 %"])
    }

    @Test func `a figure that only one has is missing in the other`() throws {
        let host = try Host.cores(2)
        let workload = try ReportTableTests.workload()
        let reference = SimulationReport(
            "fcfs", of: workload, outcomes: try workload.outcomes(under: .firstComeFirstServed, cores: 2), host: host,
            policy: workload.equalShares)
        let rows = SimulationComparison(before: reference, after: workload.report(host: host)).rows
        let told = try #require(rows.first { $0.name == "told a start" })
        #expect(told.before == "–" && told.after == "78" && told.difference == "–")
    }

    @Test func `rows have units`() throws {
        let report = try Workload([.at(0, for: 100), .at(0, for: 8), .at(0, for: 100)]).report(host: try .cores(1))
        let rows = Dictionary(uniqueKeysWithValues: report.rows.map { ($0.name, $0.value) })
        #expect(rows["submitted"] == "3")
        #expect(rows["wait, mean"] == "69.33 s")
        #expect(rows["bounded slowdown, mean"] == "4.627")
        #expect(rows["core utilization"] == "100.0 %")
        #expect(rows["first forecast, within a minute"] == "100.0 %")
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
