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
    /// Devices that are shared although the policy says no more that they may, or by so many: nobody joins them.
    private var leftOver: Set<Place>

    /// A device of a host.
    struct Place: Hashable, Sendable {
        var host: Int
        var device: Int
    }

    /// - Parameter live: among them what is held, or confirmed as a window, when the policy is taken in.
    init(_ policy: Policy, models: [HostModel], kinds: [Int], live: [Reservation]) {
        let names = Set(models.flatMap { $0.host.devices.map(\.model) }).sorted()
        let terms = Dictionary(uniqueKeysWithValues: names.map { ($0, policy.sharing(of: $0, among: names)) })
        func devices(_ kind: HostModel, where matches: (Shareable) -> Bool) -> DeviceSet {
            DeviceSet(
                kind.allDevices.filter { (terms[kind.host.devices[$0].model] ?? nil).map(matches) ?? false })
        }
        self.devices = models.map { devices($0) { _ in true } }
        betweenDepartments = models.map { devices($0, where: \.betweenDepartments) }
        seats = models.map { kind in kind.host.devices.map { (terms[$0.model] ?? nil)?.most ?? 1 } }
        departments = Dictionary(
            policy.departments.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        leftOver = []
        leftOver = Set(
            Sharing.parts(live).filter { place, parts in
                !kinds.indices.contains(place.host) || isBeyondTerms(parts, kind: kinds[place.host])
            }.keys)
    }

    /// A share of a device, and when it is held.
    private struct Part {
        var place: Place
        var department: DepartmentID
        var from: Timestamp
        var until: Timestamp
    }

    /// Of each device that is held in shares, or will be in windows, those shares.
    private static func parts(_ live: [Reservation]) -> [Place: [Part]] {
        var parts: [Place: [Part]] = [:]
        for reservation in live where reservation.demand.share != nil {
            let held: (host: Int, devices: DeviceSet, from: Timestamp, until: Timestamp)? =
                switch (reservation.state, reservation.kind) {
                case (.active(let active), _):
                    (active.grant.host, active.grant.devices, active.startedAt, active.endsAt)
                case (.ending(let active, let ending), _):
                    (active.grant.host, active.grant.devices, active.startedAt, ending.at)
                case (.waiting, .window(let start, let devices)):
                    (reservation.windowHost, devices, start, start + reservation.span)
                default: nil
                }
            guard let held else { continue }
            for device in held.devices {
                let place = Place(host: held.host, device: device)
                let department = reservation.account.department
                parts[place, default: []].append(
                    Part(place: place, department: department, from: held.from, until: held.until))
            }
        }
        return parts
    }

    /// Whether at some time more share a device than may, or others.
    private func isBeyondTerms(_ parts: [Part], kind: Int) -> Bool {
        guard let device = parts.first?.place.device, seats[kind].indices.contains(device) else { return true }
        return parts.contains { part in
            let together = parts.filter { $0.from <= part.from && part.from < $0.until }
            return together.count > seats[kind][device]
                || !betweenDepartments[kind].contains(device) && Set(together.map(\.department)).count > 1
        }
    }

    /// Those of all departments that the policy knows no more are one.
    func tenant(_ department: DepartmentID) -> Int { departments[department] ?? departments.count }

    /// What a use means on its device, and counts there, where it is one of a share.
    func use(_ use: Use, kind: Int) -> Use {
        guard let share = use.share, let device = use.devices.first(where: { _ in true }) else { return use }
        var use = use
        use.share = self.share(share, of: device, on: use.host, kind: kind)
        use.counted.each = use.share?.tenant == nil ? share.thousandths : DeviceShare.whole
        return use
    }

    /// What a share means on a device.
    private func share(_ share: DeviceShare, of device: Int, on host: Int, kind: Int) -> DeviceShare {
        if leftOver.contains(Place(host: host, device: device)) {
            return DeviceShare(thousandths: share.thousandths, tenant: nil, seats: 0)
        }
        var share = share
        if betweenDepartments[kind].contains(device) { share.tenant = nil }
        share.seats = seats[kind].indices.contains(device) ? seats[kind][device] : 1
        return share
    }
}
