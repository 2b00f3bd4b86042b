import Logging
import ServiceLifecycle
import UnixSignals

/// Reads the configuration again on SIGHUP, and keeps systemd informed meanwhile.
///
/// The signals are taken from where they are trapped, before systemd learns that the daemon is ready: from then on one
/// that comes is neither lost nor deadly.
struct ReloadService<Signals: AsyncSequence & Sendable>: Service
where Signals.Element: Sendable, Signals.Failure == Never {
    private let signals: Signals
    private let notifier: Notifier
    private let logger: Logger
    private let reload: @Sendable () async throws -> Void

    /// Each signal reloads once. When `reload` throws, the configuration stays as it was.
    init(
        signals: Signals, notifier: Notifier, logger: Logger, reload: @escaping @Sendable () async throws -> Void
    ) {
        self.signals = signals
        self.notifier = notifier
        self.logger = logger
        self.reload = reload
    }

    /// Waits for signals until graceful shutdown.
    func run() async throws {
        for await _ in signals.cancelOnGracefulShutdown() {
            notifier.reloading()
            do {
                try await reload()
                logger.notice("Configuration reloaded")
                notifier.ready(status: "Configuration reloaded")
            } catch {
                logger.error("Configuration not reloaded; the old one stays", metadata: ["error": "\(error)"])
                notifier.ready(status: "Configuration not reloaded: \(error)")
            }
        }
    }
}
