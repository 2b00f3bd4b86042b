@preconcurrency import Dispatch
import Glibc
import Logging
import ServiceLifecycle

/// Reads the configuration again on SIGHUP, and keeps systemd informed meanwhile.
struct ReloadService: Service {
    private let signals: AsyncStream<Void>
    private let notifier: Notifier
    private let logger: Logger
    private let reload: @Sendable () async throws -> Void

    /// `signals` is `ReloadService.hangups()`. When `reload` throws, the configuration stays as it was.
    init(
        signals: AsyncStream<Void> = hangups(), notifier: Notifier, logger: Logger,
        reload: @escaping @Sendable () async throws -> Void
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

    /// SIGHUP, as it comes; several at once count as one. From this call on it no longer ends the process, so make it
    /// early in `main`.
    static func hangups() -> AsyncStream<Void> {
        signal(SIGHUP, SIG_IGN)
        return AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
            source.setEventHandler { continuation.yield() }
            source.activate()
            continuation.onTermination = { _ in source.cancel() }
        }
    }
}
