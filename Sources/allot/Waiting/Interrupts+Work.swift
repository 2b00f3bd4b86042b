/// Does something that a signal cancels, so that it can clean up behind itself.
/// - Throws: `Failure` with exit code 130 where a signal came.
func untilInterrupted<Result: Sendable>(
    _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    let interrupts = Interrupts.stream()
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
