import Policy
import Scheduling
import Units

/// What the history of a machine says of those that had to give way, by sweeps that know nothing of the engine.
struct PreemptionChecks {
    let policy: Policy

    func broken(_ history: [(time: Timestamp, event: Event)], isFirstPolicy: Bool) -> [Broken] {
        var reservations: [ReservationID: Reservation] = [:]
        var actives: [ReservationID: Reservation.Active] = [:]
        var firm: Set<ReservationID> = []
        var times: [Timestamp] = []
        var broken: [Broken] = []
        for (time, event) in history {
            switch event {
            case .submitted(let reservation): reservations[reservation.id] = reservation
            case .firmed(let id, _): firm.insert(id)
            case .started(let id, let active):
                actives[id] = active
            case .ending(let id, let ending):
                guard case .preempted(let claimant, let isReclaim) = ending.reason, let victim = reservations[id],
                    let active = actives[id], let winner = reservations[claimant]
                else { continue }
                if actives[claimant] != nil {
                    broken.append(Broken(.givesWay, "\(claimant) has started, and \(id) gives way to it"))
                }
                if case .window = victim.kind { broken.append(Broken(.givesWay, "\(id) is a window, and gives way")) }
                guard isFirstPolicy else { continue }
                if ending.at < active.startedAt + policy.preemption.minimumRunTime {
                    broken.append(Broken(.minimumRunTime, "\(id) gives way before its minimum run time"))
                }
                if isReclaim {
                    if !active.isBorrowed {
                        broken.append(Broken(.givesWay, "\(id) is reclaimed, and has borrowed nothing"))
                    }
                    if victim.account.department == winner.account.department {
                        broken.append(Broken(.givesWay, "\(id) is reclaimed by its own department"))
                    }
                } else {
                    times.append(time)
                    let (low, high) = (rank(victim), rank(winner))
                    if !active.isBorrowed,
                        low?.isPreemptible != true || high?.mayPreempt != true
                            || (low?.rank ?? 0) >= (high?.rank ?? 0)
                    {
                        broken.append(
                            Broken(.givesWay, "\(id) gives way to \(claimant), whose class may not preempt it"))
                    }
                    let recent = times.count { $0 + .hours(1) > time }
                    if recent > policy.preemption.perHour {
                        broken.append(Broken(.perHour, "\(recent) gave way to a rank in an hour"))
                    }
                }
            case .requeued(let id, _):
                actives[id] = nil
                reservations[id]?.kind = .queued
            case .ended(let id, _):
                actives[id] = nil
            default: break
            }
        }
        return broken
    }

    private func rank(_ reservation: Reservation) -> PriorityClass? {
        policy.classes.first { $0.id == reservation.priorityClass }
    }
}
