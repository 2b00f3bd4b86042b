import AllotAPI
import AllotClient
import Units

extension Session {
    /// Waits until a reservation is active, says how it goes, and shows it at the end.
    /// - Throws: `Failure` where it did not start: 2 when it ended before, 75 after `timeout`, 130 after Ctrl-C.
    func wait(for id: ReservationID, timeout: Duration?) async throws {
        let terminal = Terminal.standardError
        let progress = Progress(
            isTerminal: terminal.isTerminal, width: terminal.width, style: output.style, write: StandardError.write)
        let waiter = Waiter(client: client, id: id, timeout: timeout)
        let interrupts = await Interrupts.sequence()
        let outcome: Waiter.Outcome
        do {
            outcome = try await waiter.wait(interrupts: interrupts) { await progress.show($0, now: Clock.now) }
        } catch {
            await progress.finish()
            StandardError.say("\(id) is reserved, but waiting for it failed; see: allot show \(id)")
            throw error
        }
        await progress.finish()
        switch outcome {
        case .started(let reply): try show(reply, as: Submitted.self)
        case .endedUnstarted(let reply):
            try show(reply, as: Submitted.self)
            throw Failure(.refused, "\(id) ended before it started")
        case .timedOut(let reply):
            try show(reply, as: Submitted.self)
            throw Failure(
                .timedOutWaiting, "\(id) has not started yet, and goes on waiting",
                hint: "To give it up: allot cancel \(id)")
        case .interrupted:
            throw Failure(.interrupted, "\(id) goes on waiting", hint: "To give it up: allot cancel \(id)")
        }
    }
}
