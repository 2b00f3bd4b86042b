import Enforcement
import Logging
import Scheduling
import Units

/// Compares what stands on the machine with what should: adopts, repairs, or stops, and says so.
extension Reconciler {
    /// - Parameter isFirst: at the daemon's start, when everything that should stand is asked for anyway.
    func compare(isFirst: Bool = false) async {
        let snapshot = await broker.snapshot()
        let before = snapshot.engine.runningReservations
        // What has just begun may still be about to stand.
        let latest = isFirst ? snapshot.time : snapshot.time - Limits.settlingTime
        let inventory: Inventory
        do throws(ExecutorFailure) {
            inventory = try await executor.inventory()
            inventoryProblem = nil
        } catch {
            inventoryProblem = error.reason
            logger.warning("no inventory of the machine", metadata: ["error": "\(error)"])
            return
        }
        let after = await broker.snapshot().engine.runningReservations
        let live = Set(before.map(\.id)).union(after.map(\.id))
        let standing = Dictionary(inventory.standing.map { ($0.reservation, $0.isWhole) }) { $0 && $1 }
        forgetRepairs(but: live)
        for id in standing.keys.sorted() where !live.contains(id) && !working.contains(id) {
            if await broker.stop(stranger: id) { repair(id, "stopped", "no reservation holds it") }
        }
        let stillActive = Set(after.filter(\.isActive).map(\.id))
        var adopted = 0
        for reservation in before where stillActive.contains(reservation.id) {
            guard case .active(let active) = reservation.state, active.startedAt <= latest else { continue }
            switch standing[reservation.id] {
            case true?:
                adopted += 1
                isWhole(reservation.id)
            case _ where working.contains(reservation.id): continue
            case false?:
                repair(reservation.id, "repaired", "something of it was missing")
                await broker.restore(reservation.id)
            case nil:
                repair(reservation.id, "repaired", "it did not stand")
                await broker.restore(reservation.id)
            }
        }
        if isFirst, !before.isEmpty {
            logger.notice(
                "compared with the machine", metadata: ["reservations": "\(before.count)", "stand": "\(adopted)"])
        }
    }
}

extension Reservation {
    fileprivate var isActive: Bool { if case .active = state { true } else { false } }
}
