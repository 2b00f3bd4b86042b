import Policy
import Scheduling
import Topology
import Units

/// Shares of devices, by a sweep over the history that knows nothing of the engine's own bookkeeping.
enum SharingChecks {
    private struct Holder {
        var id: ReservationID
        var reservation: Reservation
        var grant: Grant
    }

    /// Promise 1: the shares of a device never come to more than the device.
    static func tooMuch(_ history: [(time: Timestamp, event: Event)]) -> [Broken] {
        sweep(history) { holders, time in
            let parts = holders.reduce(0) { $0 + ($1.reservation.demand.share ?? .one).thousandths }
            return parts > 1000 ? [Broken(.sharesFit, "\(parts) thousandths at \(time.told)")] : []
        }
    }

    /// The policy's terms: models that are shared, by so many, of one department unless it says otherwise.
    static func against(
        _ policy: Policy, _ hosts: [Host], _ history: [(time: Timestamp, event: Event)]
    ) -> [Broken] {
        let models = Set(hosts.flatMap { $0.devices.map(\.model) }).sorted()
        return sweep(history) { holders, time in
            guard let last = holders.last, last.reservation.demand.share != nil, let device = last.grant.devices.first
            else { return [] }
            guard let terms = policy.sharing(of: hosts[last.grant.host].devices[device].model, among: models) else {
                return [Broken(.sharing, "\(last.id) shares one of a model that is not, at \(time.told)")]
            }
            var broken: [Broken] = []
            if holders.count > terms.most { broken.append(Broken(.sharing, "\(holders.count) do at \(time.told)")) }
            let departments = Set(holders.map(\.reservation.account.department))
            if !terms.betweenDepartments, departments.count > 1 {
                broken.append(Broken(.sharing, "departments do at \(time.told)"))
            }
            return broken
        }
    }

    /// At each start, for each of its devices: those that hold some of it, the new one last.
    private static func sweep(
        _ history: [(time: Timestamp, event: Event)], _ check: ([Holder], Timestamp) -> [Broken]
    ) -> [Broken] {
        var submitted: [ReservationID: Reservation] = [:]
        var holders: [ReservationID: Holder] = [:]
        var broken: [Broken] = []
        for (time, event) in history {
            switch event {
            case .submitted(let reservation): submitted[reservation.id] = reservation
            case .started(let id, let active):
                guard let reservation = submitted[id] else { continue }
                let new = Holder(id: id, reservation: reservation, grant: active.grant)
                for device in active.grant.devices {
                    let others = holders.values.filter {
                        $0.grant.host == active.grant.host && $0.grant.devices.contains(device)
                    }
                    broken += check(others + [new], time)
                }
                holders[id] = new
            case .ended(let id, _), .requeued(let id, _): holders[id] = nil
            default: break
            }
        }
        return broken
    }
}

extension DeviceSet {
    fileprivate var first: Int? { first { _ in true } }
}
