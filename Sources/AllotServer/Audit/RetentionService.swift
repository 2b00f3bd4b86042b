import AllotAPI
import Chargeback
import Logging
import ServiceLifecycle
import Storage
import Units

/// Erases what is personal once it is as old as the policy's retention says: of ended reservations, and of who made
/// commands. A little at a time, beside the daemon's work.
struct RetentionService: Service {
    let broker: Broker
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await sweep()
                try? await Task.sleep(for: Limits.retentionInterval)
            }
        }
    }

    /// Looks at all that has personal fields left.
    func sweep() async {
        var after = ReservationID(0)
        var isMore = true
        while isMore, !Task.isCancelled {
            do throws(StoreError) {
                guard let next = try await broker.eraseOutdated(after: after) else { return }
                (after, isMore) = (next.after, next.isMore)
            } catch {
                logger.error("what is old could not be erased", metadata: ["error": "\(error)"])
                return
            }
            // Commits go before.
            await Task.yield()
        }
    }
}

extension Broker {
    /// Erases some of what is personal and old enough, and journals how much.
    /// - Returns: where to look on; nil where the policy keeps all for ever.
    func eraseOutdated(
        after: ReservationID
    ) async throws(StoreError) -> (after: ReservationID, isMore: Bool)? {
        guard let span = engine.policy.retention.personal, !isClosed else { return nil }
        let before = now() - span
        let found = try await store.read(
            .outdatedPersonal(
                before: before, kinds: [AuditKind.callerSeen, MeteringEvent.unreservedKind, EventRecord.drainedKind],
                after: after,
                limit: Limits.retentionBatch))
        let isMore = found.after != nil || found.events.count == Limits.retentionBatch
        guard !found.isEmpty, !isClosed else { return (found.after ?? after, isMore) }
        var writer = JSONWriter()
        writer.openObject()
        writer.field("reservations", found.reservations.count)
        writer.field("events", found.events.count)
        writer.field("values", found.values)
        writer.field("before", DateTime(before))
        writer.closeObject()
        var batch = Batch(events: [
            JournalEvent(at: now(), actor: nil, kind: AuditKind.retentionErased, payload: writer.bytes)
        ])
        (batch.erasePersonal, batch.erasePersonalOfEvents) = (found.reservations, found.events)
        try commit(own: batch)
        return (found.after ?? ReservationID(.max), isMore)
    }
}
