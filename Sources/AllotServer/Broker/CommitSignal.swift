import Synchronization

/// Tells whoever waits that the journal has grown.
final class CommitSignal: Sendable {
    private let subscribers = Mutex<(next: Int, open: [Int: AsyncStream<Int64>.Continuation])>((0, [:]))

    /// The journal's last sequence, each time it has grown; where several come before one is read, only the last.
    func subscribe() -> AsyncStream<Int64> {
        let (stream, continuation) = AsyncStream.makeStream(of: Int64.self, bufferingPolicy: .bufferingNewest(1))
        let number = subscribers.withLock { subscribers in
            subscribers.next += 1
            subscribers.open[subscribers.next] = continuation
            return subscribers.next
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.subscribers.withLock { $0.open.removeValue(forKey: number) }
        }
        return stream
    }

    func send(_ sequence: Int64) {
        let open = subscribers.withLock { Array($0.open.values) }
        for continuation in open { continuation.yield(sequence) }
    }

    /// Ends every subscription.
    func finish() {
        let open = subscribers.withLock { Array($0.open.values) }
        for continuation in open { continuation.finish() }
    }
}
