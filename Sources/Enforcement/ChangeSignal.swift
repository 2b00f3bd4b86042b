import Synchronization

/// Wakes whoever waits for something to change.
final class ChangeSignal: Sendable {
    private struct State {
        var generation: UInt64 = 0
        var lastWaiter = 0
        /// Every wait that has not returned yet; true once its time is over.
        var isOver: [Int: Bool] = [:]
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    /// Grows with every signal: read it, look, and then wait for more than it.
    var generation: UInt64 { state.withLock { $0.generation } }

    func signal() {
        let woken = state.withLock { state in
            state.generation &+= 1
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for continuation in woken { continuation.resume() }
    }

    /// Returns when there was a signal after `generation`, when the time is over, or when the task is cancelled.
    func wait(after generation: UInt64, atMost limit: Duration) async {
        guard limit > .zero else { return }
        let id = state.withLock { state in
            state.lastWaiter += 1
            state.isOver[state.lastWaiter] = false
            return state.lastWaiter
        }
        let alarm = Task {
            try? await Task.sleep(for: limit)
            self.giveUp(id)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.generation != generation || state.isOver[id] == true { return true }
                    state.waiting[id] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            giveUp(id)
        }
        alarm.cancel()
        state.withLock { $0.isOver[id] = nil }
    }

    private func giveUp(_ id: Int) {
        let continuation = state.withLock { state in
            if state.isOver[id] != nil { state.isOver[id] = true }
            return state.waiting.removeValue(forKey: id)
        }
        continuation?.resume()
    }
}
