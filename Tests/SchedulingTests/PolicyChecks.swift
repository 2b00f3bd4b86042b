import Policy
import Scheduling
import Topology
import Units

/// Promise 2, caps and licences, by a sweep over the history that knows nothing of the engine's own bookkeeping.
struct PolicyChecks {
    private let policy: Policy
    private let hosts: [Host]
    /// Whether there is all that the quotas claim; else not every owner can have its own.
    private let nominalIsThere: Bool
    private let keptIsThere: Bool

    init(policy: Policy, hosts: [Host]) {
        self.policy = policy
        self.hosts = hosts
        nominalIsThere = PolicyChecks.isThere(policy, hosts) { $0.nominal }
        keptIsThere = PolicyChecks.isThere(policy, hosts) { $0.nominal - ($0.lending ?? $0.nominal) }
    }

    /// Hall's condition, on every set of models.
    private static func isThere(_ policy: Policy, _ hosts: [Host], claim: (Quota) -> Int) -> Bool {
        let models = Set(hosts.flatMap { $0.devices.map(\.model) }).sorted()
        return (1..<(1 << models.count)).allSatisfy { bits in
            let chosen = Set(models.indices.filter { bits & (1 << $0) != 0 }.map { models[$0] })
            let claimed = policy.departments.reduce(0) { sum, department in
                department.quotas.reduce(sum) { sum, quota in
                    let own = models.filter { department.quota(for: $0, among: models) == quota }
                    return !own.isEmpty && chosen.isSuperset(of: own) ? sum + claim(quota) : sum
                }
            }
            return claimed <= hosts.reduce(0) { $0 + $1.devices.count { chosen.contains($0.model) } }
        }
    }

    private struct Holder {
        var reservation: Reservation
        var active: Reservation.Active
        /// Over for its owner, and still there.
        var isEnding = false
    }

    func brokenLimits(_ history: [(time: Timestamp, event: Event)]) -> [Broken] {
        brokenMonths(history) + brokenHolds(history)
    }

    /// The cap on device-hours: what each user has had in each month, runs that have failed left out.
    private func brokenMonths(_ history: [(time: Timestamp, event: Event)]) -> [Broken] {
        guard let limit = policy.caps.deviceHours else { return [] }
        var submitted: [ReservationID: Reservation] = [:]
        var started: [ReservationID: Timestamp] = [:]
        var had: [UserID: [Range<Timestamp>: Int64]] = [:]
        for (_, event) in history {
            switch event {
            case .submitted(let reservation): submitted[reservation.id] = reservation
            case .started(let id, let active): started[id] = active.startedAt
            case .ending(let id, let ending) where ending.reason != .deviceFailed:
                guard let reservation = submitted[id], var start = started[id] else { continue }
                let demand = reservation.demand
                let rate = Int64(demand.devices) * (demand.share ?? .one).thousandths
                while start < ending.at {
                    let month = policy.timeZone.month(containing: start)
                    let end = min(month.upperBound, ending.at)
                    had[reservation.owner, default: [:]][month, default: 0] += rate * (end - start).milliseconds
                    start = end
                }
            default: break
            }
        }
        return had.flatMap { user, months in
            months.filter { $0.value > Int64(limit) * 3_600_000_000 }.map { month, amount in
                Broken(.deviceHours, "\(user) had \(amount / 3_600_000) thousandths from \(month.lowerBound.told) on")
            }
        }
    }

    private func brokenHolds(_ history: [(time: Timestamp, event: Event)]) -> [Broken] {
        var submitted: [ReservationID: Reservation] = [:]
        var holders: [ReservationID: Holder] = [:]
        var broken: [Broken] = []
        for (time, event) in history {
            switch event {
            case .submitted(let reservation): submitted[reservation.id] = reservation
            case .started(let id, let active):
                guard let reservation = submitted[id] else { continue }
                holders[id] = Holder(reservation: reservation, active: active)
                broken += faults(Array(holders.values)).map {
                    Broken($0.promise, "\($0.what) at \(time.told), when \(id) began")
                }
            case .ending(let id, _): holders[id]?.isEnding = true
            case .ended(let id, _), .requeued(let id, _): holders[id] = nil
            default: break
            }
        }
        return broken
    }

    private func faults(_ all: [Holder]) -> [Broken] {
        let holders = all.filter { !$0.isEnding }
        let own = holders.filter { !$0.active.isBorrowed }
        let licences = all.flatMap(\.reservation.demand.licences).reduce(0) { $0 + $1.count }
        return (licences > 3 ? [Broken(.licenceOnce, "\(licences) of it")] : []) + capFaults(holders)
            + policy.departments.flatMap { department in
                department.quotas.flatMap { faults(of: $0, department, holders, own) }
            }
    }

    private func capFaults(_ holders: [Holder]) -> [Broken] {
        var teams: [Account: Int] = [:]
        var users: [UserID: Int] = [:]
        for holder in holders {
            let share = holder.reservation.demand.share ?? .one
            let count = holder.active.grant.devices.count * Int(share.thousandths)
            if holder.reservation.account.team != nil { teams[holder.reservation.account, default: 0] += count }
            users[holder.reservation.owner, default: 0] += count
        }
        let (team, user) = (policy.caps.devicesPerTeam ?? .max, policy.caps.devicesPerUser ?? .max)
        return teams.values.filter { Double($0) / 1000 > Double(team) }.map { Broken(.cap, "\($0 / 1000) of a team") }
            + users.values.filter { Double($0) / 1000 > Double(user) }.map { Broken(.cap, "\($0 / 1000) of a user") }
    }

    /// - Parameter own: those that began within nominal quota.
    private func faults(
        of quota: Quota, _ department: Department, _ holders: [Holder], _ own: [Holder]
    ) -> [Broken] {
        let models = Set(hosts.flatMap { $0.devices.map(\.model) }).sorted()
        let devices = hosts.map { host in
            DeviceSet(
                host.devices.indices.filter {
                    department.quota(for: host.devices[$0].model, among: models) == quota
                })
        }
        let total = devices.reduce(0) { $0 + $1.count }
        guard total > 0 else { return [] }
        // In thousandths. Who shares a device with its own department alone has taken it from all others.
        func count(_ holders: [Holder], ofOwner: Bool) -> Int {
            var touched: Set<[Int]> = []
            var parts = 0
            for holder in holders where (holder.reservation.account.department == department.id) == ofOwner {
                let host = holder.active.grant.host
                for device in holder.active.grant.devices.intersection(devices[host]) {
                    let model = hosts[host].devices[device].model
                    if let share = holder.reservation.demand.share,
                        policy.sharing(of: model, among: models)?.betweenDepartments == true
                    {
                        parts += Int(share.thousandths)
                    } else {
                        touched.insert([host, device])
                    }
                }
            }
            return touched.count * 1000 + parts
        }
        var faults: [Broken] = []
        let (used, others) = (count(holders, ofOwner: true), count(holders, ofOwner: false))
        if let borrowing = quota.borrowing, used > (quota.nominal + borrowing) * 1000 {
            faults.append(Broken(.quota, "\(department.id) holds \(used) thousandths of \(quota.model)"))
        }
        if count(own, ofOwner: true) > quota.nominal * 1000 {
            faults.append(Broken(.nominal, "\(department.id) is beyond nominal of \(quota.model)"))
        }
        // Who has less than it keeps finds the rest free.
        let kept = quota.nominal - (quota.lending ?? quota.nominal)
        if keptIsThere, others + max(kept * 1000, used) > total * 1000 {
            faults.append(
                Broken(.lending, "\(others) thousandths of \(quota.model) that \(department.id) has not lent"))
        }
        let taken = count(own, ofOwner: false)
        if nominalIsThere, taken + quota.nominal * 1000 > total * 1000 {
            faults.append(
                Broken(.claimed, "\(taken) thousandths of \(quota.model) of \(department.id) are not borrowed"))
        }
        return faults
    }
}
