import AllotAPI
import Chargeback
import Logging
import ServiceLifecycle
import Storage
import Units

/// Runs the reconciler until the daemon ends.
struct EffectService: Service {
    let reconciler: Reconciler

    func run() async throws {
        await cancelWhenGracefulShutdown { await reconciler.run() }
    }
}

/// Ends the daemon when its store can not be written any more: a new start reads what is on the disk.
struct FatalWatch: Service {
    let broker: Broker

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            for await error in broker.fatal { throw error }
        }
    }
}

/// Looks after the disk's reserve and the wall clock every few seconds; journals when the clock is disputed and when
/// that is over.
struct Housekeeping: Service {
    let clock: SystemClock
    let broker: Broker
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var wasDisputed = false
            var last = (reading: clock.reading(), at: ContinuousClock.now)
            while !Task.isCancelled {
                await broker.housekeep()
                let reading = clock.reading()
                if reading.steps != last.reading.steps { await noteStep(from: last.reading, at: last.at, to: reading) }
                last = (reading, .now)
                if reading.isDisputed != wasDisputed {
                    wasDisputed = reading.isDisputed
                    await note(reading.isDisputed ? "clock.disputed" : "clock.settled", reading)
                }
                try? await Task.sleep(for: Limits.housekeepingInterval)
            }
        }
    }

    /// Engine time was set forward: what it left out is no time that anything was used in.
    private func noteStep(from last: ClockReading, at: ContinuousClock.Instant, to reading: ClockReading) async {
        let (seconds, attoseconds) = (ContinuousClock.now - at).components
        let passed = Span(milliseconds: seconds * 1000 + attoseconds / 1_000_000_000_000_000)
        if let gap = reading.gap(since: last, passed: passed) { await broker.meter(.gap(gap)) }
    }

    private func note(_ kind: String, _ reading: ClockReading) async {
        logger.warning(
            "the clock", metadata: ["kind": "\(kind)", "differenceMilliseconds": "\(reading.difference.milliseconds)"])
        var writer = JSONWriter()
        writer.openObject()
        writer.field("differenceMilliseconds", reading.difference.milliseconds)
        writer.closeObject()
        await broker.note(JournalEvent(at: reading.time, actor: nil, kind: kind, payload: writer.bytes))
    }
}

extension ClockReading {
    /// What engine time has left out by steps since an earlier reading; nil where it was not set forward.
    /// - Parameter passed: what has truly passed since then.
    func gap(since last: ClockReading, passed: Span) -> Gap? {
        let from = last.time + passed
        guard steps != last.steps, from < time else { return nil }
        return Gap(from: from, to: time, cause: .clock)
    }
}
