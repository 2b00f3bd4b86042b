import AllotAPI
import Policy
import Scheduling
import Topology
import Units

extension API {
    /// Refuses a text that changes what has begun or names nobody; otherwise gives what is doubtful on this host.
    func check(_ text: PolicyText, on snapshot: Broker.Snapshot) async throws -> [String] {
        let known = await names(in: text.policy)
        let (faults, warnings) = text.findings(
            for: snapshot.engine.host, before: snapshot.control.current, at: snapshot.time, known: known)
        guard faults.isEmpty else { throw Problems.faultyPolicy(faults) }
        return Array(warnings.prefix(Limits.policyWarnings))
    }

    /// Whether the machine has the users that the policy gives roles; groups are not asked for by name.
    private func names(in policy: Policy) async -> [Member: Bool] {
        let members = Role.allCases.flatMap { policy.roles[$0] } + policy.departments.flatMap(\.managers)
        var known: [Member: Bool] = [:]
        for member in Set(members).prefix(Limits.checkedNames) {
            guard case .user(let name) = member else { continue }
            do {
                known[member] = try await accounts.user(named: name) != nil
            } catch {
                // The databases can not be asked: nothing is said of that name.
                continue
            }
        }
        return known
    }
}

extension PolicyText {
    /// What is wrong, and what is doubtful, with a text for a host and after the one before it, a line each.
    func findings(
        for host: Host, before: PolicyText?, at now: Timestamp, known: [Member: Bool] = [:]
    ) -> (faults: [String], warnings: [String]) {
        let found = check(inventory: Inventory(host), before: before, now: now) { known[$0] }
        return (
            found.filter { $0.severity == .fault }.map { $0.line("policy") },
            found.filter { $0.severity == .warning }.map { $0.line("policy") }
        )
    }
}

extension Inventory {
    /// What a host has.
    init(_ host: Host) {
        let islands = host.links.islands.filter { $0.count > 1 }
        self.init(
            devices: host.devices.enumerated().filter(\.element.isPresent).map { index, device in
                Device(
                    model: device.model, numaNode: device.numaNode,
                    island: islands.firstIndex { $0.contains(index) })
            })
    }
}
