import Policy
import Units

/// What the policy counts, worked out once.
struct Counters: Sendable {
    /// How many of each there are.
    let licences: [String: Int]
    /// Whether what a reservation counts depends on whose it is.
    let countsAccounts: Bool
    let quotas: Quotas
    /// nil where no cap is on the device-hours of a month.
    let months: Months?
    private let countsUsers: Bool
    private let deviceLimit: Int
    private let policy: Policy

    /// - Parameter time: around which is planned.
    init(policy: Policy, fleet: Fleet, around time: Timestamp) {
        quotas = Quotas(policy: policy, fleet: fleet)
        licences = Dictionary(policy.licences.map { ($0.name, $0.count) }) { first, _ in first }
        let caps = [policy.caps] + policy.departments.flatMap { [$0.caps] + $0.teams.map(\.caps) }
        countsUsers = caps.contains { $0.devicesPerUser != nil }
        months =
            caps.contains { $0.deviceHours != nil } ? Months(zone: policy.timeZone, around: time) : nil
        countsAccounts =
            !quotas.isEmpty || countsUsers || months != nil || caps.contains { $0.devicesPerTeam != nil }
        deviceLimit = fleet.hosts.count * DeviceSet.limit
        self.policy = policy
    }

    /// What a reservation of a demand counts.
    func counted(_ demand: Demand, of key: UsageKey, reach: Quotas.Reach) -> Counted {
        let countsDevices = countsAccounts && demand.devices > 0
        guard countsDevices || !demand.licences.isEmpty else { return .nothing }
        var parts = demand.licences.map {
            Counted.Part(counter: .licence($0.name), amount: $0.count, limit: licences[$0.name] ?? 0)
        }
        guard countsDevices else { return Counted(parts: parts) }
        let caps = policy.caps(for: key.account)
        // Of a shared device a team or user has as much as its share.
        let amount = demand.devices * Int(demand.share?.thousandths ?? Int64(DeviceShare.whole))
        if let limit = caps.devicesPerTeam {
            let part = Counted.Part(
                counter: .team(key.account), amount: amount, limit: limit * DeviceShare.whole)
            parts.append(part)
        }
        if countsUsers {
            // One user's devices are counted in all accounts, also in those that have no cap.
            let limit = caps.devicesPerUser ?? deviceLimit
            parts.append(
                Counted.Part(counter: .user(key.user), amount: amount, limit: limit * DeviceShare.whole))
        }
        let own = quotas.isEmpty ? nil : quotas.of(key.account.department)
        return Counted(parts: parts, quotas: own, reach: reach, deviceTime: deviceTime(demand, of: key))
    }

    /// What a demand uses up of its user's month; nil where that is not counted.
    func deviceTime(_ demand: Demand, of key: UsageKey) -> DeviceTime? {
        guard months != nil, demand.devices > 0 else { return nil }
        let rate = Int64(demand.devices) * (demand.share?.thousandths ?? Int64(DeviceShare.whole))
        // One user's is counted in all accounts, also in those that have no cap.
        let limit = policy.caps(for: key.account).deviceHours.map { Int64($0) * DeviceTime.perHour }
        return DeviceTime(user: key.user, rate: rate, limit: limit ?? DeviceTime.unlimited)
    }
}

extension Engine {
    /// What a window takes when it gets these devices.
    func use(of reservation: Reservation, _ devices: DeviceSet) -> Use {
        fleet.use(
            Use(
                host: reservation.windowHost, devices: devices, share: share(of: reservation),
                cores: reservation.demand.cores, memory: reservation.demand.memory.bytes,
                counted: counters.counted(reservation.demand, of: reservation.usageKey, reach: reservation.reach)))
    }

    /// What a reservation takes with what it was granted.
    func use(of reservation: Reservation, _ grant: Grant) -> Use {
        fleet.use(
            Use(
                host: grant.host, devices: grant.devices, share: share(of: reservation), cores: grant.cores.count,
                memory: grant.memory.bytes,
                counted: counters.counted(reservation.demand, of: reservation.usageKey, reach: reservation.reach)))
    }

    private func share(of reservation: Reservation) -> DeviceShare? {
        fleet.share(reservation.demand, of: reservation.account.department)
    }
}

extension Reservation {
    /// Windows, and what has begun within nominal quota, go no further than that: what is beyond it may have to give
    /// way, and that is decided when it begins.
    var reach: Quotas.Reach {
        if case .window = kind { return .nominal }
        switch state {
        case .active(let active), .ending(let active, _): return active.isBorrowed ? .lent : .nominal
        case .waiting, .ended: return .lent
        }
    }
}
