import Enforcement
import Logging
import Scheduling
import ServiceLifecycle
import Units

/// Makes the machine match the store: every effect is retried until it holds, in order for each reservation; and what
/// stands is compared with what should, at the start, every minute, and when the executor was lost.
actor Reconciler {
    let executor: any Executor
    let broker: Broker
    private(set) var grace: Span
    let logger: Logger
    /// Looks at the machine's use, before what was used is settled.
    private var look: @Sendable () async -> Void = {}
    private var wanted: [ReservationID: Effect] = [:]
    private(set) var working: Set<ReservationID> = []
    /// Commands whose end the broker knows.
    private var told: Set<ReservationID> = []
    /// What has been stopped while the commands were last observed: what was seen then may be out of date.
    private var stopped: Set<ReservationID> = []
    /// What is being made anew, or stopped without being anybody's, and why: said once it is.
    private var repairs: [ReservationID: (what: String, why: String)] = [:]
    /// What was made anew and has not been seen whole since: that is said once.
    private var repaired: [ReservationID: String] = [:]
    /// What last went wrong, by reservation.
    private var problems: [ReservationID: String] = [:]
    /// Why what stands is not known.
    var inventoryProblem: String?
    /// Why the executor does not answer; nil while it does.
    private(set) var unreachable: String?

    init(executor: any Executor, broker: Broker, grace: Span, logger: Logger) {
        self.executor = executor
        self.broker = broker
        self.grace = grace
        self.logger = logger
    }

    func setGrace(_ grace: Span) { self.grace = grace }

    /// Has the machine's use looked at whenever something is stopped.
    func setLook(_ look: @escaping @Sendable () async -> Void) { self.look = look }

    /// How many reservations something does not hold yet of.
    var unsettled: Int { problems.count }

    /// What does not hold yet, in words.
    var problemTexts: [String] {
        problems.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
            + (inventoryProblem.map { ["what stands on the machine is not known: \($0)"] } ?? [])
    }

    /// Follows the broker's effects, and watches the commands, until cancelled.
    func run() async {
        await compare(isFirst: true)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.watchCommands() }
            group.addTask { await self.compareForever() }
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
                await tellRepair(by: effect)
                if effect.isStop {
                    // What it did to its end is known before it is settled.
                    await look()
                    await broker.perform(.stopped(id))
                }
            } catch {
                failures += 1
                await failed(effect, error, failures: failures)
            }
        }
        working.remove(id)
        if wanted[id] != nil, !Task.isCancelled, working.insert(id).inserted { await work(on: id) }
    }

    /// Has something made anew, or stopped, that is not as it should be.
    func repair(_ id: ReservationID, _ what: String, _ why: String) {
        logger.notice("the machine is not as it should be", metadata: ["reservation": "\(id)", "why": "\(why)"])
        repairs[id] = (what, why)
    }

    /// It stands as it should.
    func isWhole(_ id: ReservationID) {
        repairs[id] = nil
        repaired[id] = nil
    }

    /// - Parameter effect: what has been done: it may be the opposite, where something came between.
    private func tellRepair(by effect: Effect) async {
        let id = effect.reservation
        guard let (what, why) = repairs.removeValue(forKey: id), (what == "stopped") == effect.isStop,
            repaired[id] != why
        else { return }
        repaired[id] = why
        await broker.noteRepair(of: id, what, why)
    }

    /// Forgets what is said of reservations that are over.
    func forgetRepairs(but live: Set<ReservationID>) {
        repairs = repairs.filter { live.contains($0.key) || working.contains($0.key) }
        repaired = repaired.filter { live.contains($0.key) }
    }

    private func carryOut(_ effect: Effect) async throws(ExecutorFailure) {
        switch effect {
        case .stop(let id, let warning):
            let receipt = try await executor.stop(.end(id, grace: grace, warning: warning))
            // It may run once more, and its command end once more.
            told.remove(id)
            stopped.insert(id)
            for opener in receipt.ended {
                logger.notice(
                    "a process that held a device after its time was ended",
                    metadata: ["reservation": "\(id)", "pid": "\(opener.pid)", "uid": "\(opener.user)"])
            }
            // Nobody is given a device that somebody still holds.
            guard await broker.quarantine(receipt.unfit) else {
                throw .failed("what is not fit to be given on can not be set aside")
            }
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
        var wasLost = false
        while !Task.isCancelled {
            do throws(ExecutorFailure) {
                stopped.removeAll()
                let seen = try await executor.observe(since: version, within: .seconds(30))
                unreachable = nil
                if wasLost {
                    wasLost = false
                    await compare()
                }
                // What was stopped meanwhile is looked at once more, at once.
                version = stopped.isEmpty ? seen.version : 0
                for command in seen.commands where !stopped.contains(command.reservation) {
                    guard let code = command.exitCode, told.insert(command.reservation).inserted else { continue }
                    await broker.perform(.commandEnded(command.reservation, exitCode: code))
                }
                told.formIntersection(seen.commands.map(\.reservation))
            } catch {
                wasLost = true
                version = 0
                logger.warning("commands can not be observed", metadata: ["error": "\(error)"])
                unreachable = error.reason
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }

    private func compareForever() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Limits.comparisonInterval)
            if !Task.isCancelled { await compare() }
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
