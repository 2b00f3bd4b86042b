import Policy
import Scheduling
import Topology
import Units

extension StreamPlayer {
    /// What is wrong with the history; empty when all promises hold.
    func brokenPromises() -> [Broken] {
        let first = Array(history.prefix(decidedByFirst ?? .max))
        return faults + doubleGrants() + lateWindows() + silentSlips() + replayDifference() + forgotten()
            + ClockChecks.broken(history) + GrantChecks(hosts: hosts).broken(history)
            + (naps.isEmpty ? FirmChecks(restarts: restarts).broken(first) : [])
            + PolicyChecks(policy: policy, hosts: hosts).brokenLimits(first)
            + PreemptionChecks(policy: policy).broken(history, isFirstPolicy: decidedByFirst == nil)
            + DrainChecks.broken(history) + FailureChecks.broken(history) + SharingChecks.tooMuch(history)
            + SharingChecks.against(policy, hosts, first) + ApprovalChecks.broken(history)
            + BudgetChecks.broken(
                first, policy: policy, money: money, state: decidedByFirst == nil ? machine.engine.state : nil)
    }

    /// Promise 1, by a sweep over the history that knows nothing of the engine's own bookkeeping.
    private func doubleGrants() -> [Broken] {
        var holders: [ReservationID: Grant] = [:]
        var shared: Set<ReservationID> = []
        var broken: [Broken] = []
        for (time, event) in history {
            switch event {
            case .submitted(let reservation) where reservation.demand.share != nil: shared.insert(reservation.id)
            case .started(let id, let active):
                let host = active.grant.host
                let memory = holders.values.filter { $0.host == host }
                    .reduce(active.grant.memory.bytes) { $0 + $1.memory.bytes }
                if memory > hosts[host].memory.bytes { broken.append(Broken(.memoryOnce, "\(id) at \(time.told)")) }
                for (other, grant) in holders where grant.host == host {
                    let areShares = shared.contains(id) && shared.contains(other)
                    if !areShares, !grant.devices.isDisjoint(with: active.grant.devices) {
                        broken.append(Broken(.deviceOnce, "\(id), \(other) at \(time.told)"))
                    }
                    if !grant.cores.isDisjoint(with: active.grant.cores) {
                        broken.append(Broken(.coreOnce, "\(id), \(other) at \(time.told)"))
                    }
                }
                holders[id] = active.grant
            case .ended(let id, _), .requeued(let id, _): holders[id] = nil
            default: break
            }
        }
        return broken
    }

    /// Promise 3: late by no more than the stop of what was before.
    private func lateWindows() -> [Broken] {
        var windows: [ReservationID: Timestamp] = [:]
        var broken: [Broken] = []
        for (time, event) in history {
            switch event {
            case .submitted(let reservation):
                if case .window(let start, _) = reservation.kind { windows[reservation.id] = start }
            case .started(let id, let active):
                if let start = windows[id], active.startedAt > start + .seconds(5), !isExcused(start) {
                    broken.append(Broken(.window, "\(id) of \(start.told) started at \(active.startedAt.told)"))
                }
            case .requeued(let id, _): windows[id] = nil
            case .approved(let id, _, _): windows[id] = windows[id].map { max($0, time) }
            case .ended(let id, let ended) where ended.reason == .missed:
                if let start = windows[id], !isExcused(start) { broken.append(Broken(.window, "\(id) was missed")) }
            default: break
            }
        }
        return broken
    }

    /// Promise 4, its first half: nobody starts over a minute after the latest journaled forecast. A start that a clock
    /// which was set back tells of, and that is past by the machine's own, is one for now.
    private func silentSlips() -> [Broken] {
        var told: [ReservationID: Timestamp] = [:]
        var broken: [Broken] = []
        for (time, event) in history {
            switch event {
            case .submitted(let reservation): told[reservation.id] = reservation.forecast.map { max($0, time) }
            case .slipped(let id, let start, _), .firmed(let id, let start): told[id] = max(start, time)
            case .requeued(let id, _): told[id] = nil
            case .approved(let id, _, let start): told[id] = start.map { max($0, time) }
            case .started(let id, let active):
                if let start = told[id], active.startedAt > start + .minutes(2), !isExcused(start) {
                    broken.append(Broken(.slip, "\(id) was told \(start.told) and started at \(active.startedAt.told)"))
                }
            default: break
            }
        }
        return broken
    }

    /// Promise 6.
    private func replayDifference() -> [Broken] {
        var replayed = EngineState()
        for (_, event) in history {
            do {
                try replayed.apply(event)
            } catch {
                return [Broken(.replay, "\(event) does not fit its state")]
            }
        }
        return replayed == machine.engine.state ? [] : [Broken(.replay, "the replayed state differs")]
    }

    /// After a year with nothing new, everything has run.
    private func forgotten() -> [Broken] {
        // A month's device-hours may keep somebody waiting for longer than that.
        guard decidedByFirst == nil, policy.caps.deviceHours == nil else { return [] }
        return machine.engine.state.reservations.keys.sorted().map { Broken(.starvation, "\($0) never ended") }
    }
}
