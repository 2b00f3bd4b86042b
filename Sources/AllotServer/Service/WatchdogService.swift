import Logging
import ServiceLifecycle
import Synchronization

/// Tells systemd that the daemon is alive, at half the interval that it wants, and only while the writer answers: a
/// daemon whose broker is stuck is killed and started again, though its event loops may still turn.
struct WatchdogService: Service {
    private let interval: Duration?
    private let notifier: Notifier
    private let logger: Logger
    private let ping: @Sendable () async throws -> Void

    /// `interval` is what systemd wants; nil where it wants nothing. `ping` returns when the writer has answered.
    init(
        interval: Duration? = Environment.watchdogInterval(), notifier: Notifier,
        logger: Logger = Logger(label: "watchdog"), ping: @escaping @Sendable () async throws -> Void
    ) {
        self.interval = interval
        self.notifier = notifier
        self.logger = logger
        self.ping = ping
    }

    /// Pings until graceful shutdown.
    func run() async throws {
        guard let interval else { return try await gracefulShutdown() }
        await cancelWhenGracefulShutdown {
            var outstanding: Answer?
            while !Task.isCancelled {
                if let answer = outstanding, !answer.hasCome {
                    // No second question on top: when the answer comes, the next round tells systemd.
                    logger.error("The writer does not answer", metadata: ["interval": "\(interval)"])
                } else {
                    outstanding = ask()
                }
                try? await Task.sleep(for: interval / 2)
            }
        }
    }

    /// Asks in a task of its own: a writer that never answers must not keep this service from ending.
    private func ask() -> Answer {
        let answer = Answer()
        Task {
            do {
                try await ping()
                notifier.watchdog()
            } catch {
                logger.error("The writer answers with an error", metadata: ["error": "\(error)"])
            }
            answer.come()
        }
        return answer
    }

    private final class Answer: Sendable {
        private let state = Atomic(false)
        var hasCome: Bool { state.load(ordering: .acquiring) }
        func come() { state.store(true, ordering: .releasing) }
    }
}
