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
        /// In thousandths of a device, as all that follows.
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
        /// What is left for all that go beyond their claims, in thousandths of a device.
        var room: Int
        /// The policy claims more than is there.
        var isOverclaimed: Bool
    }

    init(policy: Policy, fleet: Fleet) {
        let (rules, ofDepartment) = Quotas.rules(of: policy, on: fleet, BoundCells(policy: policy, fleet: fleet))
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

    /// The rules of all departments, and their positions for each.
    private static func rules(
        of policy: Policy, on fleet: Fleet, _ cells: BoundCells
    ) -> (rules: [Rule], ofDepartment: [DepartmentID: [Int]]) {
        let models = fleet.modelNames
        var rules: [Rule] = []
        var ofDepartment: [DepartmentID: [Int]] = [:]
        for department in policy.departments where !department.quotas.isEmpty || !department.cells.isEmpty {
            var unclaimed = cells.of(department.id)
            var named: [Quota: Set<String>] = [:]
            for model in models {
                guard let quota = department.quota(for: model, among: models) else { continue }
                named[quota, default: []].insert(model)
            }
            for quota in department.quotas {
                guard let own = named[quota] else { continue }
                let devices = fleet.models.map { model in
                    DeviceSet(model.allDevices.filter { own.contains(model.host.devices[$0].model) })
                }
                let inside = unclaimed.filter { $0.isSubset(of: devices[0]) }
                unclaimed.removeAll { inside.contains($0) }
                for rule in Quotas.rules(of: quota, devices, cells: inside) {
                    ofDepartment[department.id, default: []].append(rules.count)
                    rules.append(rule)
                }
            }
            for cell in unclaimed {
                ofDepartment[department.id, default: []].append(rules.count)
                let count = cell.count * DeviceShare.whole
                rules.append(Rule(devices: [cell], nominal: count, most: count, kept: 0))
            }
        }
        return (rules, ofDepartment)
    }

    /// Whether all departments can have all of their nominal quota at once, with these cells.
    static func isFeasible(_ policy: Policy, on fleet: Fleet, _ cells: BoundCells) -> Bool {
        pools(rules(of: policy, on: fleet, cells).rules, .nominal, on: fleet.kinds).allSatisfy { !$0.isOverclaimed }
    }

    /// A quota less its cells, and each cell: together they come to what the quota says. What is lent is lent of the
    /// rest first.
    private static func rules(of quota: Quota, _ devices: [DeviceSet], cells: [DeviceSet]) -> [Rule] {
        let bound = cells.reduce(0) { $0 + $1.count }
        let rest = max(quota.nominal - bound, 0)
        var lent = max(quota.lendable - rest, 0)
        let others = cells.reduce(devices) { rest, cell in rest.map { $0.subtracting(cell) } }
        let most = quota.most.map { max($0 - bound, 0) }
        func amount(_ devices: Int) -> Int { devices * DeviceShare.whole }
        return [
            Rule(
                devices: others, nominal: amount(rest), most: most.map(amount),
                kept: amount(max(rest - quota.lendable, 0)))
        ]
            + cells.map { cell in
                let kept = max(cell.count - lent, 0)
                lent = max(lent - cell.count, 0)
                let count = amount(cell.count)
                return Rule(devices: [cell], nominal: count, most: count, kept: amount(kept))
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
            let count = hostKinds.reduce(0) { $0 + devices[$1].count } * DeviceShare.whole
            return Pool(
                devices: devices, holds: holds, reach: reach, room: max(count - claimed, 0),
                isOverclaimed: claimed > count)
        }
    }
}
