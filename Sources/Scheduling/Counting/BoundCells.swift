import Policy
import Units

/// Which devices a department's cells are: islands of the size that the policy asks for, bound once and for all.
///
/// HiveD binds a cell when it is asked for, so that it survives bad hardware (Zhao et al., OSDI 2020). On one host
/// there are few islands, and one that is fixed can be looked up by whoever asks why; what is drained of it is missing.
/// A cell that there is no island for is left out. Over several hosts no cells are bound.
struct BoundCells: Sendable {
    private var ofDepartment: [DepartmentID: [DeviceSet]] = [:]

    init(policy: Policy, fleet: Fleet) {
        guard fleet.hosts.count == 1, let model = fleet.models.first else { return }
        let names = fleet.modelNames
        var free = model.allDevices
        for department in policy.departments {
            var left = Dictionary(department.quotas.map { ($0, $0.nominal) }) { first, _ in first }
            for cell in department.cells {
                let groups = cell.together == .nvlink ? model.islands : model.numaGroups
                for _ in 0..<min(cell.count, DeviceSet.limit) {
                    // All of an island counts against one quota, and is among its nominal devices.
                    let pools = department.quotas.filter { left[$0, default: 0] >= cell.size }.map { Optional($0) }
                    let island = (department.quotas.isEmpty ? [nil] : pools).lazy.compactMap { quota in
                        let own = names.filter {
                            cell.model.matches($0, among: names) && department.quota(for: $0, among: names) == quota
                        }
                        return BoundCells.island(cell.size, of: groups, in: free, model, own).map { (quota, $0) }
                    }.first
                    guard let (quota, devices) = island else { break }
                    if let quota { left[quota, default: 0] -= cell.size }
                    free = free.subtracting(devices)
                    ofDepartment[department.id, default: []].append(devices)
                }
            }
        }
    }

    /// The tightest of the groups that hold so many, and of such the last: what is picked for others begins with the
    /// first.
    private static func island(
        _ size: Int, of groups: [DeviceSet], in free: DeviceSet, _ model: HostModel, _ names: [String]
    ) -> DeviceSet? {
        let eligible = DeviceSet(model.host.devices.indices.filter { names.contains(model.host.devices[$0].model) })
        let candidates = groups.map { $0.intersection(eligible).intersection(free) }.filter { $0.count >= size }
        guard let least = candidates.map(\.count).min() else { return nil }
        return candidates.last { $0.count == least }.map { DeviceSet(Array($0).suffix(size)) }
    }

    func of(_ department: DepartmentID) -> [DeviceSet] { ofDepartment[department] ?? [] }
}
