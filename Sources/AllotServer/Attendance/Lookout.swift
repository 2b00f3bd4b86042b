import Enforcement
import Logging
import Policy
import ServiceLifecycle
import Telemetry
import Units

/// Looks at the machine's use: at a pace that is set, and when something has to be known before it is settled.
actor Lookout {
    private let executor: any Executor
    private let broker: Broker
    private let accounts: SystemAccounts
    /// Nothing where the host that is scheduled over is not this machine.
    private let devices: [WatchedDevice]
    private let logger: Logger
    /// Before what failed is tried again.
    private let pause: Duration
    private var looking: Task<Void, Never>?
    private var ending: Set<Int32> = []
    /// Why it could not be looked at, since the last look.
    private(set) var problem: String?
    /// Devices that were not healthy at the last look.
    private var faulty: Set<DeviceID> = []
    /// What can not be seen, in words, as of the last look.
    private(set) var blind: [String] = []

    init(
        executor: any Executor, broker: Broker, accounts: SystemAccounts, devices: [WatchedDevice], logger: Logger,
        pause: Duration = .seconds(2)
    ) {
        self.executor = executor
        self.broker = broker
        self.accounts = accounts
        self.devices = devices
        self.logger = logger
        self.pause = pause
    }

    /// Looks again and again, until cancelled.
    func run() async {
        while !Task.isCancelled {
            await look()
            try? await Task.sleep(for: .milliseconds(broker.watch.telemetry.interval.milliseconds))
        }
    }

    /// Looks once. Who asks while it is looked already waits for another look, and shares it with others.
    func look() async {
        if let current = looking {
            await current.value
            if looking == current { looking = nil }
        }
        if let joint = looking { return await joint.value }
        let fresh = Task { await lookNow() }
        looking = fresh
        await fresh.value
        if looking == fresh { looking = nil }
    }

    private func lookNow() async {
        let look = await observed()
        let actions = await broker.attend(look, departments: await departments(of: look))
        for action in actions { carryOut(action) }
    }

    private func observed() async -> MachineLook? {
        do throws(ExecutorFailure) {
            let idle = await broker.devicesSetAside
            let look = try await confirmedLook(at: devices.filter { !idle.contains($0.id) })
            if problem != nil { logger.notice("the machine's use is looked at again") }
            problem = nil
            for text in look.blind where !blind.contains(text) {
                logger.notice("not seen of the machine's use", metadata: ["what": "\(text)"])
            }
            blind = look.blind
            return look
        } catch {
            if problem == nil {
                logger.warning("the machine's use can not be looked at", metadata: ["error": "\(error)"])
            }
            problem = error.reason
            return nil
        }
    }

    /// A look whose faults another one shows too: a file that is made anew is gone for a moment.
    private func confirmedLook(at devices: [WatchedDevice]) async throws(ExecutorFailure) -> MachineLook {
        var look = try await executor.observe(devices)
        let suspected = Set(look.devices.filter { $0.fault != nil }.map(\.id)).subtracting(faulty)
        if !suspected.isEmpty {
            try? await Task.sleep(for: pause)
            // All of them: what is not asked for is watched no more, and a fault of it meanwhile not heard.
            let again = try await executor.observe(devices)
            for index in look.devices.indices where suspected.contains(look.devices[index].id) {
                look.devices[index].fault = again.devices.first { $0.id == look.devices[index].id }?.fault
            }
        }
        faulty = Set(look.devices.filter { $0.fault != nil }.map(\.id))
        return look
    }

    /// The department that each user is of who has a device open.
    private func departments(of look: MachineLook?) async -> [UserID: DepartmentID] {
        var departments: [UserID: DepartmentID] = [:]
        for user in Set(look?.openers.map(\.user) ?? []) where user.isUserAccount(from: broker.watch.lowestUser) {
            guard let account = try? await accounts.user(user) else { continue }
            departments[user] =
                broker.policies.directory.accounts(user: account.name, groups: account.groups)
                .first?.department
        }
        return departments
    }

    private func carryOut(_ action: AttendanceAction) {
        switch action {
        case .warn(let id, let signal, let end): Task { await warn(id, signal, until: end) }
        case .end(let process, let grace):
            guard ending.insert(process.pid).inserted else { return }
            Task { await end(process, grace: grace) }
        }
    }

    /// Tries until it is done, or the reservation does not end then any more: the end is announced once.
    private func warn(_ id: ReservationID, _ signal: StopWarning.Signal, until end: Timestamp) async {
        repeat {
            do throws(ExecutorFailure) {
                _ = try await executor.stop(.warn(id, signal))
                return
            } catch {
                logger.warning("not warned of its end", metadata: ["reservation": "\(id)", "error": "\(error)"])
                if case .refused = error { return }
            }
            try? await Task.sleep(for: pause)
        } while await isAhead(end, of: id)
    }

    private func isAhead(_ end: Timestamp, of id: ReservationID) async -> Bool {
        guard case .active(let active)? = await broker.decision(about: id)?.reservation.state else { return false }
        return active.endsAt == end && broker.now() < end
    }

    /// The next look asks for it again where it still has the device open.
    private func end(_ process: UnreservedProcess, grace: Span) async {
        let metadata: Logger.Metadata = ["pid": "\(process.pid)", "uid": "\(process.user)"]
        do throws(ExecutorFailure) {
            let receipt = try await executor.stop(.unreserved(process, grace: grace))
            if !receipt.ended.isEmpty { logger.notice("a process without a reservation was ended", metadata: metadata) }
        } catch {
            logger.warning(
                "a process without a reservation was not ended",
                metadata: metadata.merging(["error": "\(error)"]) { first, _ in first })
        }
        ending.remove(process.pid)
    }
}

/// Looks at the machine until the daemon ends.
struct LookoutService: Service {
    let lookout: Lookout

    func run() async throws {
        await cancelWhenGracefulShutdown { await lookout.run() }
    }
}
