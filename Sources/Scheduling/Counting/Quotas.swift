import Policy
import Units

/// The quotas of all departments, worked out once; devices are counted over all hosts together.
///
/// The words and the arithmetic are those of Kueue's cohorts (Kueue, "Cluster Queue",
/// https://kueue.sigs.k8s.io/docs/concepts/cluster_queue/): a department holds at most nominal + borrowing; of its
/// nominal quota it keeps what it does not lend, even while it is idle; and all that goes beyond what each keeps comes
/// out of one pool. So with `used` of each department and `kept` = nominal − lending, at every instant
/// Σ max(used, kept) ≤ devices.
struct Quotas: Sendable {
    /// Of all departments, each for the devices here that it is for.
    let rules: [Rule]
    let pools: [Pool]
    /// Devices that all quotas treat alike, on each kind of host.
    let kinds: [[DeviceSet]]
    /// Of each host, its kind.
    let hostKinds: [Int]
    private let ofDepartment: [DepartmentID: [Int]]

    struct Rule: Sendable {
        /// By kind of host.
        var devices: [DeviceSet]
        var nominal: Int
        /// Nominal and borrowing; nil for as far as there is.
        var most: Int?
        /// What it does not lend.
        var kept: Int

        /// What is not others', by how far they may go.
        func claim(_ reach: Reach) -> Int { reach == .lent ? kept : nominal }
    }

    /// How far a department may go.
    enum Reach: Sendable {
        /// To nominal and borrowing, on what others lend.
        case lent
        /// To its nominal quota, and on what is nobody's.
        case nominal
    }

    /// Devices that some quotas are for, less what these claim.
    struct Pool: Sendable {
        /// By kind of host.
        var devices: [DeviceSet]
        /// Of each rule, whether all of its devices are of these.
        var holds: [Bool]
        var reach: Reach
        /// What is left for all that go beyond their claims.
        var room: Int
    }

    init(policy: Policy, fleet: Fleet) {
        let models = fleet.modelNames
        var rules: [Rule] = []
        var ofDepartment: [DepartmentID: [Int]] = [:]
        for department in policy.departments where !department.quotas.isEmpty {
            var named: [Quota: Set<String>] = [:]
            for model in models {
                guard let quota = department.quota(for: model, among: models) else { continue }
                named[quota, default: []].insert(model)
            }
            for quota in department.quotas {
                guard let own = named[quota] else { continue }
                ofDepartment[department.id, default: []].append(rules.count)
                let kept = max(quota.nominal - quota.lendable, 0)
                let devices = fleet.models.map { model in
                    DeviceSet(model.host.devices.indices.filter { own.contains(model.host.devices[$0].model) })
                }
                rules.append(Rule(devices: devices, nominal: quota.nominal, most: quota.most, kept: kept))
            }
        }
        self.rules = rules
        self.ofDepartment = ofDepartment
        hostKinds = fleet.kinds
        pools = [Reach.lent, .nominal].flatMap { Quotas.pools(rules, $0, on: fleet.kinds) }
        kinds = fleet.models.indices.map { kind in
            rules.reduce([fleet.models[kind].allDevices]) { kinds, rule in
                kinds.flatMap { [$0.intersection(rule.devices[kind]), $0.subtracting(rule.devices[kind])] }
                    .filter { !$0.isEmpty }
            }
        }
    }

    var isEmpty: Bool { rules.isEmpty }

    /// Positions of a department's quotas; none for one without.
    func of(_ department: DepartmentID) -> [Int] { ofDepartment[department] ?? [] }

    /// Whether all claims can be met is Hall's condition (Hall, "On Representatives of Subsets", 1935): in no union of
    /// the quotas' devices is more claimed than is there. Where the policy claims more by itself, nothing is left.
    private static func pools(_ rules: [Rule], _ reach: Reach, on hostKinds: [Int]) -> [Pool] {
        var unions: [[DeviceSet]] = []
        for rule in rules where rule.claim(reach) > 0 && !unions.contains(rule.devices) {
            let none = rule.devices.map { _ in DeviceSet() }
            for union in [none] + unions where unions.count < Limits.pools {
                let devices = zip(union, rule.devices).map { $0.union($1) }
                if !unions.contains(devices) { unions.append(devices) }
            }
        }
        return unions.map { devices in
            let holds = rules.map { zip($0.devices, devices).allSatisfy { $0.isSubset(of: $1) } }
            let claimed = zip(rules, holds).reduce(0) { $1.1 ? $0 + $1.0.claim(reach) : $0 }
            let count = hostKinds.reduce(0) { $0 + devices[$1].count }
            return Pool(devices: devices, holds: holds, reach: reach, room: max(count - claimed, 0))
        }
    }
}
