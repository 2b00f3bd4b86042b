import CSystemd
import Enforcement
import Logging
import UnixSignals

/// Puts the enforcer's parts together and keeps them running until systemd says stop.
struct EnforcerProgram {
    let client: String
    let socket: String
    let state: String
    let rules: OrderRules
    let files: FileChoice
    let logger: Logger

    /// Returns after SIGTERM or SIGINT. Grants stand on: they are systemd's.
    /// - Throws: `ExecutorFailure` where it can't start, or its socket ends before it is told to.
    func run() async throws {
        guard let clientUser = UInt32(client) ?? EnforcerService.uid(ofAccount: client) else {
            throw ExecutorFailure.refused("--client \(client): no such account")
        }
        let service = try EnforcerService(
            stateDirectory: state, rules: rules, files: files, logger: logger)
        // Fails the start where there is no systemd to work with.
        _ = try await service.inventory()
        let server = try await EnforcerServer(
            executor: service, endpoint: try endpoint(), clientUser: clientUser, logger: logger)
        let terminations = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        logger.info("ready", metadata: ["client-uid": "\(clientUser)"])
        sd_notify(0, "READY=1")
        let failure = await withTaskGroup(of: String?.self) { group in
            group.addTask { await serve(server) }
            group.addTask {
                await keepWatchdog(service)
                return nil
            }
            group.addTask {
                for await _ in terminations { break }
                return nil
            }
            let first = await group.next()
            sd_notify(0, "STOPPING=1")
            group.cancelAll()
            return first ?? nil
        }
        if let failure { throw ExecutorFailure.failed(failure) }
    }

    /// Why the socket has ended.
    private func serve(_ server: EnforcerServer) async -> String {
        do {
            try await server.run()
            return "the socket was closed"
        } catch {
            return "the socket has ended: \(error)"
        }
    }

    /// systemd's socket if it hands one over, else one of our own.
    private func endpoint() throws -> EnforcerServer.Endpoint {
        let count = sd_listen_fds(1)
        guard count > 0 else { return .path(socket) }
        guard count == 1 else { throw ExecutorFailure.refused("systemd hands over \(count) sockets instead of one") }
        // The first descriptor that systemd hands over (sd_listen_fds(3)).
        return .descriptor(3)
    }

    /// Tells systemd twice in its time that this process works. That the bus is away is not cured by starting anew.
    private func keepWatchdog(_ service: EnforcerService) async {
        var microseconds: UInt64 = 0
        let isWatched = sd_watchdog_enabled(0, &microseconds) > 0
        while !Task.isCancelled {
            let pause: Duration = isWatched ? .microseconds(Int64(microseconds / 2)) : .seconds(3600)
            guard (try? await Task.sleep(for: pause)) != nil else { return }
            if isWatched, await service.isAlive() { sd_notify(0, "WATCHDOG=1") }
        }
    }
}
