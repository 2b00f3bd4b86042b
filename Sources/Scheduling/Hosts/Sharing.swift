import Policy
import Units

/// Which devices are shared, and with whom: the policy's `shareable` on the hosts.
struct Sharing: Sendable {
    /// By kind of host, the devices that are shared.
    let devices: [DeviceSet]
    /// Those of them that departments share with each other.
    private let betweenDepartments: [DeviceSet]
    /// By kind of host, how many may share each device.
    private let seats: [[Int]]
    private let departments: [DepartmentID: Int]

    init(_ policy: Policy, models: [HostModel]) {
        let names = Set(models.flatMap { $0.host.devices.map(\.model) }).sorted()
        let terms = Dictionary(uniqueKeysWithValues: names.map { ($0, policy.sharing(of: $0, among: names)) })
        func devices(_ kind: HostModel, where matches: (Shareable) -> Bool) -> DeviceSet {
            DeviceSet(
                kind.host.devices.indices.filter { (terms[kind.host.devices[$0].model] ?? nil).map(matches) ?? false })
        }
        self.devices = models.map { devices($0) { _ in true } }
        betweenDepartments = models.map { devices($0, where: \.betweenDepartments) }
        seats = models.map { kind in kind.host.devices.map { (terms[$0.model] ?? nil)?.most ?? 1 } }
        departments = Dictionary(
            policy.departments.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Those of all departments that the policy knows no more are one.
    func tenant(_ department: DepartmentID) -> Int { departments[department] ?? departments.count }

    /// What a share means on a device.
    func share(_ share: DeviceShare, of device: Int, on kind: Int) -> DeviceShare {
        let isOpen = betweenDepartments[kind].contains(device)
        let known = seats[kind].indices.contains(device)
        return DeviceShare(
            thousandths: share.thousandths, tenant: isOpen ? nil : share.tenant,
            seats: known ? max(seats[kind][device], 1) : 1)
    }
}
