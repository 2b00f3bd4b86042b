import Policy
import Units

/// The quotas of all departments on one host, worked out once.
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
    /// Devices that all quotas treat alike.
    let kinds: [DeviceSet]
    private let ofDepartment: [DepartmentID: [Int]]

    struct Rule: Sendable {
        var devices: DeviceSet
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
        var devices: DeviceSet
        var reach: Reach
        /// What is left for all that go beyond their claims.
        var room: Int
    }

    init(policy: Policy, host: HostModel) {
        let models = Set(host.host.devices.map(\.model)).sorted()
        var rules: [Rule] = []
        var ofDepartment: [DepartmentID: [Int]] = [:]
        for department in policy.departments where !department.quotas.isEmpty {
            var devices: [Quota: DeviceSet] = [:]
            for model in models {
                guard let quota = department.quota(for: model, among: models) else { continue }
                let found = host.host.devices.indices.filter { host.host.devices[$0].model == model }
                devices[quota] = (devices[quota] ?? DeviceSet()).union(DeviceSet(found))
            }
            for quota in department.quotas {
                guard let devices = devices[quota] else { continue }
                ofDepartment[department.id, default: []].append(rules.count)
                let kept = max(quota.nominal - quota.lendable, 0)
                rules.append(Rule(devices: devices, nominal: quota.nominal, most: quota.most, kept: kept))
            }
        }
        self.rules = rules
        self.ofDepartment = ofDepartment
        pools = [Reach.lent, .nominal].flatMap { Quotas.pools(rules, $0) }
        kinds = rules.reduce([host.allDevices]) { kinds, rule in
            kinds.flatMap { [$0.intersection(rule.devices), $0.subtracting(rule.devices)] }.filter { !$0.isEmpty }
        }
    }

    var isEmpty: Bool { rules.isEmpty }

    /// Positions of a department's quotas; none for one without.
    func of(_ department: DepartmentID) -> [Int] { ofDepartment[department] ?? [] }

    /// Whether all claims can be met is Hall's condition (Hall, "On Representatives of Subsets", 1935): in no union of
    /// the quotas' devices is more claimed than is there. Where the policy claims more by itself, nothing is left.
    private static func pools(_ rules: [Rule], _ reach: Reach) -> [Pool] {
        var unions: [DeviceSet] = []
        for rule in rules where rule.claim(reach) > 0 && !unions.contains(rule.devices) {
            for union in [DeviceSet()] + unions where unions.count < Limits.pools {
                let devices = union.union(rule.devices)
                if !unions.contains(devices) { unions.append(devices) }
            }
        }
        return unions.map { devices in
            let claimed = rules.filter { $0.devices.isSubset(of: devices) }.reduce(0) { $0 + $1.claim(reach) }
            return Pool(devices: devices, reach: reach, room: max(devices.count - claimed, 0))
        }
    }
}
