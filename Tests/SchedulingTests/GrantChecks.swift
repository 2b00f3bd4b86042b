import Scheduling
import Topology
import Units

/// What is granted is what was asked for: so many devices of the model, as close together, for as long, and not before
/// its time.
struct GrantChecks {
    let hosts: [Host]

    func broken(_ history: [(time: Timestamp, event: Event)]) -> [Broken] {
        var live: [ReservationID: Reservation] = [:]
        var broken: [Broken] = []
        for (_, event) in history {
            switch event {
            case .submitted(let reservation): live[reservation.id] = reservation
            case .extended(let id, let span): live[id]?.span = span
            case .moved(let id, let devices):
                if case .window(let start, _) = live[id]?.kind {
                    live[id]?.kind = .window(start: start, devices: devices)
                }
            case .requeued(let id, _):
                live[id]?.kind = .queued
                live[id]?.after = []
            case .ended(let id, _): live[id] = nil
            case .started(let id, let active):
                guard let reservation = live[id] else { continue }
                let faults = faults(active.grant, reservation.demand) + faults(active, reservation)
                broken += faults.map { Broken(.grant, "\(id), by its \($0)") }
                for other in reservation.after where live[other] != nil {
                    broken.append(Broken(.grant, "\(id) starts before \(other) has ended"))
                }
            default: break
            }
        }
        return broken
    }

    private func faults(_ grant: Grant, _ demand: Demand) -> [String] {
        let host = hosts[grant.host]
        let devices = grant.devices.map { host.devices[$0] }
        let model = demand.model?.lowercased() ?? ""
        let areFew = grant.devices.count < 2
        let areLinked = grant.devices.allSatisfy { first in
            grant.devices.allSatisfy { $0 == first || host.links.bandwidth[first][$0] > 0 }
        }
        let nodes = Set(devices.map(\.numaNode) + grant.cores.map { host.cores[$0].numaNode }).compactMap(\.self)
        return [
            ("count", grant.devices.count == demand.devices),
            ("model", model.isEmpty || devices.allSatisfy { $0.model.lowercased().contains(model) }),
            ("least memory", devices.allSatisfy { has(demand, on: $0) }),
            ("links", areFew || demand.together != .nvlink || areLinked),
            ("node", areFew || demand.together != .numa || Set(devices.map(\.numaNode)).count == 1),
            ("cores", grant.cores.count == demand.cores),
            ("memory", grant.memory == demand.memory),
            ("nodes", grant.numaNodes == BitSet(nodes)),
        ].filter { !$0.1 }.map(\.0)
    }

    private func has(_ demand: Demand, on device: Device) -> Bool {
        guard let least = demand.deviceMemory else { return true }
        let share = (demand.share ?? .one).thousandths
        return device.memory.map { $0.bytes / 1000 * share >= least.bytes - 1000 } ?? false
    }

    private func faults(_ active: Reservation.Active, _ reservation: Reservation) -> [String] {
        switch reservation.kind {
        case .queued:
            return [
                ("notBefore", active.startedAt >= reservation.notBefore ?? active.startedAt),
                ("span", active.endsAt == active.startedAt + reservation.span),
            ].filter { !$0.1 }.map(\.0)
        case .window(let start, let devices):
            return [
                ("start", active.startedAt >= start),
                ("end", active.endsAt == start + reservation.span),
                ("place", active.grant.devices == devices && active.grant.host == reservation.windowHost),
            ].filter { !$0.1 }.map(\.0)
        }
    }
}
