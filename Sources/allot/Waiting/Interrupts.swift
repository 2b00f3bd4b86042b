import UnixSignals

/// Signals that ask this process to stop, as a sequence: once it is there they no longer end the process by
/// themselves.
enum Interrupts {
    static func sequence() async -> UnixSignalsSequence {
        await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
    }
}

/// Does something that a signal cancels, so that it can clean up behind itself.
/// - Throws: `Failure` with exit code 130 where a signal came.
func untilInterrupted<Result: Sendable>(
    _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    let interrupts = await Interrupts.sequence()
    return try await withThrowingTaskGroup(of: Result.self) { group in
        group.addTask(operation: work)
        group.addTask {
            for await _ in interrupts { throw Failure(.interrupted, "interrupted: nothing was written") }
            throw CancellationError()
        }
        defer { group.cancelAll() }
        guard let result = try await group.next() else { throw CancellationError() }
        return result
    }
}
