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
                    guard
                        let island = islands(for: cell, of: department, groups, free, model, left, names).first(
                            where: { isPossible($0.devices, for: department.id, policy, fleet) })
                    else { break }
                    if let quota = island.quota { left[quota, default: 0] -= cell.size }
                    free = free.subtracting(island.devices)
                    ofDepartment[department.id, default: []].append(island.devices)
                }
            }
        }
    }

    /// Where a cell may be, the best first: the tightest islands, and of such the last, since what is picked for others
    /// begins with the first. All of an island counts against one quota, and is among its nominal devices.
    private func islands(
        for cell: Cell, of department: Department, _ groups: [DeviceSet], _ free: DeviceSet, _ model: HostModel,
        _ left: [Quota: Int], _ names: [String]
    ) -> [(quota: Quota?, devices: DeviceSet)] {
        let quotas = department.quotas.filter { left[$0, default: 0] >= cell.size }.map { Optional($0) }
        return (department.quotas.isEmpty ? [nil] : quotas).flatMap { quota in
            let own = names.filter {
                cell.model.matches($0, among: names) && department.quota(for: $0, among: names) == quota
            }
            let eligible = DeviceSet(model.allDevices.filter { own.contains(model.host.devices[$0].model) })
            let candidates = groups.map { $0.intersection(eligible).intersection(free) }
                .filter { $0.count >= cell.size }
            let sorted = candidates.enumerated().sorted {
                ($0.element.count, -$0.offset) < ($1.element.count, -$1.offset)
            }
            return sorted.map { (quota, DeviceSet(Array($0.element).suffix(cell.size))) }
        }
    }

    /// Whether everybody can still have all of their nominal quota at once; true where they could not before.
    private func isPossible(
        _ devices: DeviceSet, for department: DepartmentID, _ policy: Policy, _ fleet: Fleet
    ) -> Bool {
        var with = self
        with.ofDepartment[department, default: []].append(devices)
        return Quotas.isFeasible(policy, on: fleet, with) || !Quotas.isFeasible(policy, on: fleet, self)
    }

    func of(_ department: DepartmentID) -> [DeviceSet] { ofDepartment[department] ?? [] }
}
