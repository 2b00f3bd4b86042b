import Scheduling
import Units

/// What the history says of drains.
enum DrainChecks {
    static func broken(_ history: [(time: Timestamp, event: Event)]) -> [Broken] {
        var drains: [Drain] = []
        var actives: [ReservationID: Reservation.Active] = [:]
        var broken: [Broken] = []
        for (time, event) in history {
            switch event {
            case .drained(let drain): drains.append(drain)
            case .resumed(_, let devices, let isHost, let host):
                drains = drains.compactMap { drain in
                    guard drain.host == host else { return drain }
                    guard !isHost else { return nil }
                    var rest = drain
                    rest.devices = drain.devices.subtracting(devices)
                    return rest.isHost || !rest.devices.isEmpty ? rest : nil
                }
            case .started(let id, let active):
                actives[id] = active
                for drain in drains where drain.from < active.endsAt && active.startedAt < drain.until ?? .distantFuture
                {
                    guard drain.host == active.grant.host else { continue }
                    if drain.isHost || !drain.devices.isDisjoint(with: active.grant.devices) {
                        broken.append(Broken(.drained, "\(id) started on what is drained at \(time.told)"))
                    }
                }
            case .credited(let id, let credit):
                if actives[id]?.startedAt != credit.from {
                    broken.append(Broken(.credit, "\(id) is credited what it did not run"))
                }
            case .ended(let id, _), .requeued(let id, _): actives[id] = nil
            default: break
            }
        }
        return broken
    }
}

/// What has failed is taken away from who holds it, at once; and who gives way, or asked for it, waits again.
enum FailureChecks {
    static func broken(_ history: [(time: Timestamp, event: Event)]) -> [Broken] {
        var reservations: [ReservationID: Reservation] = [:]
        var actives: [ReservationID: Reservation.Active] = [:]
        /// Those that hold what has just failed.
        var hit: Set<ReservationID> = []
        var broken: [Broken] = []
        for (time, event) in history {
            switch event {
            case .ending(let id, let ending) where ending.reason == .deviceFailed: hit.remove(id)
            case .credited: break
            default:
                broken += hit.sorted().map { Broken(.failed, "\($0) goes on at \(time.told)") }
                hit.removeAll()
            }
            switch event {
            case .submitted(let reservation): reservations[reservation.id] = reservation
            case .started(let id, let active): actives[id] = active
            case .ending(let id, _): actives[id] = nil
            case .drained(let drain) where drain.hasFailed:
                for (id, active) in actives where active.grant.host == drain.host {
                    if drain.isHost || !drain.devices.isDisjoint(with: active.grant.devices) { hit.insert(id) }
                }
            case .ended(let id, let ended):
                if goesBack(after: ended.reason, reservations[id]) { broken.append(Broken(.returns, "\(id) is gone")) }
            default: break
            }
        }
        return broken
    }

    private static func goesBack(after reason: EndReason, _ reservation: Reservation?) -> Bool {
        switch reason {
        case .preempted: true
        case .deviceFailed: reservation?.isRequeued ?? false
        default: false
        }
    }
}
