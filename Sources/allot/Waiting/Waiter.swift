import AllotAPI
import AllotClient
import Units

/// Waits until a reservation is active. The event stream wakes it; where there is none it asks from time to time.
struct Waiter: Sendable {
    /// How the wait ended.
    enum Outcome: Sendable, Hashable {
        case started(Reply)
        case endedUnstarted(Reply)
        case timedOut(Reply)
        case interrupted
    }

    /// How often it looks, and what it puts up with.
    struct Pace: Sendable {
        var tick: Duration = .seconds(1)
        var poll: Duration = .seconds(5)
        /// How long the daemon may be away, as over its restart.
        var absence: Duration = .seconds(60)
    }

    private enum Wake: Sendable {
        case changed, tick, interrupted
    }

    let client: AllotClient
    let id: ReservationID
    /// nil: as long as it takes.
    let timeout: Duration?
    var pace = Pace()

    /// Waits; `show` is called with what is known once per tick.
    /// - Parameter interrupts: Ends the wait when it gives something; the reservation stays.
    func wait<Interrupts: AsyncSequence & Sendable>(
        interrupts: Interrupts, show: @escaping @Sendable (ReservationView) async -> Void
    ) async throws -> Outcome where Interrupts.Element: Sendable, Interrupts.Failure == Never {
        let (wakes, wake) = AsyncStream.makeStream(of: Wake.self)
        return try await withThrowingTaskGroup(of: Outcome?.self) { group in
            group.addTask { try await watchEvents(wake) }
            group.addTask { try await tick(wake) }
            group.addTask {
                for await _ in interrupts {
                    wake.yield(.interrupted)
                    break
                }
                return nil
            }
            defer { group.cancelAll() }
            return try await loop(wakes, show: show)
        }
    }

    private func loop(
        _ wakes: AsyncStream<Wake>, show: @Sendable (ReservationView) async -> Void
    ) async throws -> Outcome {
        let deadline = timeout.map { ContinuousClock.now + $0 }
        var known = try await look().get()
        var seen = ContinuousClock.now
        var asked = seen
        var iterator = wakes.makeAsyncIterator()
        while true {
            if let outcome = Waiter.outcome(known) { return outcome }
            if let deadline, ContinuousClock.now >= deadline { return .timedOut(known.reply) }
            await show(known.view)
            guard let wake = await iterator.next() else { throw CancellationError() }
            if case .interrupted = wake { return .interrupted }
            guard wake == .changed || ContinuousClock.now - asked >= pace.poll else { continue }
            asked = ContinuousClock.now
            switch await look() {
            case .success(let found):
                known = found
                seen = ContinuousClock.now
            case .failure(let error):
                let isPassing = ExitStatus(error) == .unreachable && ContinuousClock.now - seen < pace.absence
                guard isPassing else { throw error }
            }
        }
    }

    /// The reservation as the daemon knows it now.
    private func look() async -> Result<(reply: Reply, view: ReservationView), ClientError> {
        do {
            let reply = try await client.send(.get(Route.reservation(id)))
            return .success((reply, try reply.decode(ReservationView.self)))
        } catch {
            return .failure(error)
        }
    }

    private static func outcome(_ known: (reply: Reply, view: ReservationView)) -> Outcome? {
        switch known.view.state {
        case .waiting, .awaitingApproval: nil
        case .active: .started(known.reply)
        case .ending, .ended: known.view.startedAt == nil ? .endedUnstarted(known.reply) : .started(known.reply)
        }
    }

    /// Wakes when something happens to the reservation. What happens to others moves only its forecast: the next
    /// poll shows that.
    private func watchEvents(_ wake: AsyncStream<Wake>.Continuation) async throws -> Outcome? {
        while !Task.isCancelled {
            do {
                let health = try await client.send(.get(Route.health)).decode(HealthView.self)
                let name = "\(id)"
                // What happened before the stream was open is found by the look that its opening causes.
                try await client.events(after: health.journalSequence, follow: true, opened: { wake.yield(.changed) }) {
                    event, _ in
                    if event.reservation == name { wake.yield(.changed) }
                    return true
                }
            } catch {
                if Task.isCancelled { return nil }
            }
            try await Task.sleep(for: pace.poll)
        }
        return nil
    }

    private func tick(_ wake: AsyncStream<Wake>.Continuation) async throws -> Outcome? {
        while true {
            try await Task.sleep(for: pace.tick)
            wake.yield(.tick)
        }
    }
}
