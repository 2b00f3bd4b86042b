import Units

/// What the verbs share: turns, waiting for systemd, and calling it.
extension EnforcerService {
    /// The unit when no job is left for it and it is in none of the passing states; nil where it is gone.
    func settle(
        _ name: String, passing: Set<String> = ["activating"]
    ) async throws(ExecutorFailure) -> UnitState? {
        let until = ContinuousClock.now + .seconds(90)
        while true {
            let generation = units.generation
            let state = try await onBus { () async throws(BusError) in
                try await self.units.units(matching: [name]).first
            }
            guard let state, state.hasJob || passing.contains(state.active) else { return state }
            let rest = until - .now
            guard rest > .zero, !Task.isCancelled else { throw .failed("\(name) did not start in time") }
            await units.wait(after: generation, atMost: min(rest, .seconds(1)))
        }
    }

    /// Starts of one reservation follow each other; those of others go on.
    func takeTurn(_ reservation: ReservationID) async {
        guard turns[reservation] != nil else {
            turns[reservation] = []
            return
        }
        await withCheckedContinuation { turns[reservation, default: []].append($0) }
    }

    func giveTurn(_ reservation: ReservationID) {
        guard var waiting = turns[reservation], !waiting.isEmpty else {
            turns[reservation] = nil
            return
        }
        let next = waiting.removeFirst()
        turns[reservation] = waiting
        next.resume()
    }

    /// Calls systemd, and calls again for a while where the bus or systemd itself was away: both are back in a moment
    /// after a restart, and a stop that failed for that would give every process its grace anew.
    ///
    /// - Parameter body: calls that may be made twice, for whether a call that was lost had been heard is not known.
    func onBus<Value: Sendable>(
        _ body: () async throws(BusError) -> Value
    ) async throws(ExecutorFailure) -> Value {
        let until = ContinuousClock.now + .seconds(EnforcementLimits.busSeconds)
        var pause = Duration.milliseconds(20)
        while true {
            do throws(BusError) {
                return try await body()
            } catch {
                if error.isInvalid { throw .refused("systemd: \(error.text)") }
                let isWorthIt = error.isOfTheBus && .now < until && !Task.isCancelled
                guard isWorthIt, (try? await Task.sleep(for: pause)) != nil else {
                    throw .failed("systemd: \(error.text)")
                }
                pause = min(pause * 2, .milliseconds(500))
            }
        }
    }
}
