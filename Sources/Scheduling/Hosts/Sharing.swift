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
    /// Devices that departments share although the policy says no more that they may: nobody joins them.
    private let leftOver: Set<Place>

    /// A device of a host.
    struct Place: Hashable, Sendable {
        var host: Int
        var device: Int
    }

    /// - Parameter live: among them what is held, or confirmed as a window, when the policy is taken in.
    init(_ policy: Policy, models: [HostModel], live: [Reservation]) {
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
        leftOver = Sharing.mixed(live)
    }

    /// Devices of which several departments hold a share, or will in their windows.
    private static func mixed(_ live: [Reservation]) -> Set<Place> {
        var departments: [Place: Set<DepartmentID>] = [:]
        for reservation in live where reservation.demand.share != nil {
            let held: (host: Int, devices: DeviceSet)? =
                switch (reservation.state, reservation.kind) {
                case (.active(let active), _), (.ending(let active, _), _): (active.grant.host, active.grant.devices)
                case (.waiting, .window(_, let devices)): (reservation.windowHost, devices)
                default: nil
                }
            guard let held else { continue }
            for device in held.devices {
                departments[Place(host: held.host, device: device), default: []].insert(reservation.account.department)
            }
        }
        return Set(departments.filter { $0.value.count > 1 }.keys)
    }

    /// Those of all departments that the policy knows no more are one.
    func tenant(_ department: DepartmentID) -> Int { departments[department] ?? departments.count }

    /// What a share means on a device.
    func share(_ share: DeviceShare, of device: Int, on host: Int, kind: Int) -> DeviceShare {
        var share = share
        if betweenDepartments[kind].contains(device) {
            share.tenant = nil
        } else if leftOver.contains(Place(host: host, device: device)) {
            return DeviceShare(thousandths: share.thousandths, tenant: nil, seats: 0)
        }
        share.seats = seats[kind].indices.contains(device) ? seats[kind][device] : 1
        return share
    }
}
