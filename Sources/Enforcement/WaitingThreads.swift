/// Runs what waits for the disk or the kernel on a few threads beside the tasks'.
actor WaitingThreads {
    private let limit: Int
    private var running = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// - Parameter limit: threads at one time.
    init(limit: Int) {
        self.limit = limit
    }

    func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws(ExecutorFailure) -> Value
    ) async throws(ExecutorFailure) -> Value {
        if running == limit {
            await withCheckedContinuation { waiting.append($0) }
        } else {
            running += 1
        }
        defer {
            if waiting.isEmpty { running -= 1 } else { waiting.removeFirst().resume() }
        }
        let result: Result<Value, ExecutorFailure> = await withCheckedContinuation { continuation in
            do throws(ExecutorFailure) {
                try startThread {
                    do throws(ExecutorFailure) {
                        continuation.resume(returning: .success(try body()))
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        return try result.get()
    }
}
