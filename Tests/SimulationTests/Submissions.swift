import Policy
import Scheduling
import Simulation
import Topology
import Units

extension Submission {
    /// Asked for at a second, for so many seconds.
    static func at(
        _ second: Int64, for seconds: Int64, ran: Int64? = nil, cores: Int = 1, devices: Int = 0,
        together: Demand.Together = .any, department: String = "a", team: String? = nil, user: UInt32 = 1,
        memory: ByteCount = ByteCount(bytes: 1)
    ) -> Submission {
        Submission(
            time: Timestamp(milliseconds: 0) + .seconds(second), owner: UserID(user),
            account: Account(department: DepartmentID(department), team: team.map { TeamID($0) }),
            request: Request(
                devices: devices, together: together, cores: cores, memory: memory, span: .seconds(seconds)),
            runtime: .seconds(ran ?? seconds))
    }
}

extension Workload {
    /// What the engine makes of it.
    func report(
        _ name: String = "", host: Topology.Host, policy: Policy? = nil, fairnessWindow: Span = .days(1)
    ) -> SimulationReport {
        report(name, hosts: [host], policy: policy, fairnessWindow: fairnessWindow)
    }

    /// What the engine makes of it on several hosts.
    func report(
        _ name: String = "", hosts: [Topology.Host], policy: Policy? = nil, fairnessWindow: Span = .days(1)
    ) -> SimulationReport {
        let policy = policy ?? equalShares
        var replay = Replay(self, hosts: hosts, policy: policy)
        let outcomes = replay.run()
        return SimulationReport(
            name, of: self, outcomes: outcomes, hosts: hosts, policy: policy, fairnessWindow: fairnessWindow)
    }

    /// Seconds at which the engine starts each; nil for what never starts.
    func starts(host: Topology.Host) -> [Int64?] {
        var replay = Replay(self, hosts: [host], policy: equalShares)
        return replay.run().map { $0.startedAt.map { $0.milliseconds / 1000 } }
    }
}

extension Topology.Host {
    static func cores(_ count: Int) throws -> Topology.Host { try virtual(cores: count, memory: .gibibytes(1)) }
}
