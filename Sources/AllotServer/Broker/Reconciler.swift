import Enforcement
import Logging
import Scheduling
import ServiceLifecycle
import Units

/// Makes the machine match the store: every effect is retried until it holds, in order for each reservation.
actor Reconciler {
    private let executor: any Executor
    private let broker: Broker
    private var grace: Span
    private let logger: Logger
    private var wanted: [ReservationID: Effect] = [:]
    private var working: Set<ReservationID> = []
    /// Commands whose end the broker knows.
    private var told: Set<ReservationID> = []
    /// What has been stopped while the commands were last observed: what was seen then may be out of date.
    private var stopped: Set<ReservationID> = []
    /// What last went wrong, by reservation.
    private var problems: [ReservationID: String] = [:]

    init(executor: any Executor, broker: Broker, grace: Span, logger: Logger) {
        self.executor = executor
        self.broker = broker
        self.grace = grace
        self.logger = logger
    }

    func setGrace(_ grace: Span) { self.grace = grace }

    /// What does not hold yet, in words.
    var problemTexts: [String] { problems.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" } }

    /// Follows the broker's effects, and watches the commands, until cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.watchCommands() }
            group.addTask { await self.removeStrangers() }
            for await effect in broker.effects {
                let id = effect.reservation
                wanted[id] = effect
                if working.insert(id).inserted { group.addTask { await self.work(on: id) } }
            }
            group.cancelAll()
        }
    }

    /// Does what is wanted of one reservation until nothing is.
    private func work(on id: ReservationID) async {
        var failures = 0
        while let effect = wanted[id], !Task.isCancelled {
            do throws(ExecutorFailure) {
                try await carryOut(effect)
                failures = 0
                problems[id] = nil
                if wanted[id]?.isStop == effect.isStop { wanted[id] = nil }
                if effect.isStop { await broker.perform(.stopped(id)) }
            } catch {
                failures += 1
                await failed(effect, error, failures: failures)
            }
        }
        working.remove(id)
        if wanted[id] != nil, !Task.isCancelled, working.insert(id).inserted { await work(on: id) }
    }

    private func carryOut(_ effect: Effect) async throws(ExecutorFailure) {
        switch effect {
        case .stop(let id, let warning):
            try await executor.stop(id, grace: grace, warning: warning)
            // It may run once more, and its command end once more.
            told.remove(id)
            stopped.insert(id)
        case .start(let holding, let command):
            _ = try await executor.start(.holding(holding))
            if let command { _ = try await executor.start(.command(command, holding)) }
        }
    }

    private func failed(_ effect: Effect, _ error: ExecutorFailure, failures: Int) async {
        let id = effect.reservation
        problems[id] = "\(error)"
        logger.warning(
            "an effect does not hold yet",
            metadata: ["reservation": "\(id)", "error": "\(error)", "failures": "\(failures)"])
        if case .refused = error, !effect.isStop {
            wanted[id] = nil
            problems[id] = nil
            await broker.perform(.executionFailed(id))
            return
        }
        try? await Task.sleep(for: .milliseconds(min(100 << min(failures, 9), 30_000)))
    }

    /// Tells the broker of commands that have ended.
    private func watchCommands() async {
        var version: UInt64 = 0
        while !Task.isCancelled {
            do throws(ExecutorFailure) {
                stopped.removeAll()
                let seen = try await executor.observe(since: version, within: .seconds(30))
                // What was stopped meanwhile is looked at once more, at once.
                version = stopped.isEmpty ? seen.version : 0
                for command in seen.commands where !stopped.contains(command.reservation) {
                    guard let code = command.exitCode, told.insert(command.reservation).inserted else { continue }
                    await broker.perform(.commandEnded(command.reservation, exitCode: code))
                }
                told.formIntersection(seen.commands.map(\.reservation))
            } catch {
                logger.warning("commands can not be observed", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// Stops what stands on the machine and is no live reservation's: left by a crash, or by another daemon.
    private func removeStrangers() async {
        do throws(ExecutorFailure) {
            let standing = try await executor.inventory()
            let live = await broker.snapshot().engine.state.reservations
            for id in standing.reservations where live[id] == nil {
                logger.notice("stopping what no reservation holds", metadata: ["reservation": "\(id)"])
                try await executor.stop(id, grace: grace)
            }
        } catch {
            logger.warning("no inventory of the machine", metadata: ["error": "\(error)"])
        }
    }
}

extension Effect {
    var reservation: ReservationID {
        switch self {
        case .start(let holding, _): holding.reservation
        case .stop(let id, _): id
        }
    }

    var isStop: Bool {
        switch self {
        case .start: false
        case .stop: true
        }
    }
}
