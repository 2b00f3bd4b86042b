import Synchronization

/// What has come in over HTTP since the daemon's start. Counted on the event loops.
final class RequestFigures: Sendable {
    private let state = Mutex(Counts())

    /// As it is at one moment.
    struct Counts: Sendable, Hashable {
        /// Replies by the first digit of their status, from 2 to 5.
        var replies: [Int64] = Array(repeating: 0, count: 4)
        var connections: Int64 = 0
    }

    var counts: Counts { state.withLock { $0 } }

    /// A reply was begun.
    func replied(_ status: Int) {
        guard (200..<600).contains(status) else { return }
        state.withLock { $0.replies[status / 100 - 2] += 1 }
    }

    func opened() { state.withLock { $0.connections += 1 } }
    func closed() { state.withLock { $0.connections -= 1 } }
}
