import Glibc
import Logging
import Units

/// Makes grants hold with systemd: the four verbs of the enforcer, which runs as root.
///
/// It checks every order again, whoever sent it, and touches nothing but `allot-r*` units and the access control
/// lists of accelerators' device files. What it has done it keeps in a record for each grant, so that it may be
/// killed at any moment and repeat or undo its work.
public actor EnforcerService: Executor {
    private let units: any UnitManager
    private let plans: UnitPlans
    private let rules: OrderRules
    private let folder: RecordFolder<Holding>
    private let account: @Sendable (UInt32) -> Account?
    private let logger: Logger
    private var holdings: [ReservationID: Holding] = [:]
    private var stopping: [ReservationID: Int] = [:]
    private var turns: [ReservationID: [CheckedContinuation<Void, Never>]] = [:]
    private var observed: [CommandState] = []
    private var version = UInt64(max(clockNanoseconds(CLOCK_BOOTTIME), 0))

    /// Works through systemd; takes up the records under `stateDirectory`.
    /// - Throws: `ExecutorFailure.failed` where the folder or a thread can't be had.
    public init(
        stateDirectory: String, rules: OrderRules, sharedFiles: [String], logger: Logger
    ) throws(ExecutorFailure) {
        try self.init(
            units: SystemdUnits(), stateDirectory: stateDirectory, rules: rules, sharedFiles: sharedFiles,
            account: { Account.find(uid: $0) }, logger: logger)
    }

    init(
        units: any UnitManager, stateDirectory: String, rules: OrderRules, sharedFiles: [String],
        account: @escaping @Sendable (UInt32) -> Account?, logger: Logger
    ) throws(ExecutorFailure) {
        self.units = units
        self.rules = rules
        self.account = account
        self.logger = logger
        plans = UnitPlans(sharedFiles: sharedFiles.filter(DeviceAccess.isThere))
        folder = try RecordFolder(path: stateDirectory)
        let (records, damaged) = try folder.load()
        for file in damaged { logger.error("record cannot be read", metadata: ["file": "\(stateDirectory)/\(file)"]) }
        for holding in records.values { holdings[holding.reservation] = holding }
    }

    /// Every reservation that has a slice or a record.
    public func inventory() async throws(ExecutorFailure) -> Inventory {
        let slices = try await onBus { () async throws(BusError) in
            try await self.units.units(matching: [UnitNames.everySlice, UnitNames.everyService])
        }
        let standing = slices.filter { !$0.isOver }.compactMap { UnitNames.reservation(of: $0.name) }
        return Inventory(reservations: Set(standing).union(holdings.keys).sorted())
    }

    /// As `Executor`; refuses what its rules do not let through.
    public func start(_ order: StartOrder) async throws(ExecutorFailure) -> StartReceipt {
        try rules.check(order)
        let reservation = order.holding.reservation
        await takeTurn(reservation)
        defer { giveTurn(reservation) }
        guard stopping[reservation] == nil else { throw .failed("\(reservation) is being stopped") }
        switch order {
        case .holding(let holding):
            try await hold(holding)
        case .attach(let peer, let holding):
            try await attach(peer, try standing(holding))
        case .command(let command, let holding):
            try await run(command, try standing(holding))
        }
        return receipt(order.holding)
    }

    /// As `Executor`; fails where something outlives SIGKILL by half a minute.
    public func stop(
        _ reservation: ReservationID, grace: Span, warning: StopWarning?
    ) async throws(ExecutorFailure) {
        try rules.check(reservation)
        if let warning, !(0...EnforcementLimits.graceSeconds * 1000).contains(warning.lead.milliseconds) {
            throw .refused("warning: from 0 to \(EnforcementLimits.graceSeconds) seconds")
        }
        guard (0...EnforcementLimits.graceSeconds * 1000).contains(grace.milliseconds) else {
            throw .refused("grace: from 0 to \(EnforcementLimits.graceSeconds) seconds")
        }
        stopping[reservation, default: 0] += 1
        defer { stopping[reservation] = stopping[reservation].flatMap { $0 > 1 ? $0 - 1 : nil } }
        await takeTurn(reservation)
        giveTurn(reservation)

        let names = UnitNames(reservation: reservation)
        if let warning { try await warn(names, warning) }
        try await onBus { () async throws(BusError) in
            // The service and the scopes stop with their slice.
            try await self.units.stop(names.slice)
        }
        if try await !isOver(names, within: .milliseconds(grace.milliseconds)) {
            // Who asked is gone, and will ask again; nobody's grace is cut short by that.
            guard !Task.isCancelled else { throw .failed("\(reservation): the stop was given up") }
            try await killAll(names)
        }
        try await onBus { () async throws(BusError) in
            for unit in try await self.units.units(matching: names.patterns) where unit.active == "failed" {
                try await self.units.reset(unit.name)
            }
        }
        try release(reservation)
    }

    /// As `Executor`: the batch commands whose slice stands.
    public func observe(since version: UInt64, within: Span) async throws(ExecutorFailure) -> Observation {
        let limit = min(max(within.milliseconds, 0), EnforcementLimits.observeSeconds * 1000)
        let until = ContinuousClock.now + .milliseconds(limit)
        while true {
            let generation = units.generation
            try await look()
            let rest = until - .now
            if self.version != version || rest <= .zero || Task.isCancelled { break }
            // Signals are heard only while the bus lives: look anyway from time to time.
            await units.wait(after: generation, atMost: min(rest, .seconds(5)))
        }
        return Observation(version: self.version, commands: observed)
    }

    // MARK: - Holding

    private func hold(_ holding: Holding) async throws(ExecutorFailure) {
        let names = UnitNames(reservation: holding.reservation)
        if let held = holdings[holding.reservation], held != holding {
            throw .refused("\(holding.reservation) stands already, with another grant")
        }
        for other in holdings.values where other.reservation != holding.reservation {
            if let file = holding.conflict(with: other) {
                throw .refused("\(file) is held by \(other.reservation)")
            }
        }
        for file in holding.files where !DeviceAccess.isThere(file) {
            throw .failed("\(file): \(errorText(errno))")
        }
        let files = holding.openableFiles.filter(DeviceAccess.isThere)
        // From here on the record says what there may be to undo.
        try folder.save(holding, name: holding.reservation.description)
        holdings[holding.reservation] = holding
        for file in files { try DeviceAccess.allow(holding.users, file) }
        let slice = plans.slice(holding, files: files)
        _ = try await onBus { () async throws(BusError) in try await self.units.start(slice) }
        guard try await settle(names.slice)?.active == "active" else {
            throw .failed("\(names.slice) did not start")
        }
    }

    private func standing(_ holding: Holding) throws(ExecutorFailure) -> Holding {
        guard let held = holdings[holding.reservation] else {
            throw .failed("\(holding.reservation) does not stand here")
        }
        guard held == holding else { throw .refused("\(holding.reservation) stands with another grant") }
        return held
    }

    private func release(_ reservation: ReservationID) throws(ExecutorFailure) {
        guard let holding = holdings[reservation] else { return }
        for file in holding.openableFiles {
            // A control file may still be another grant's of the same user.
            let others = holdings.values.filter { $0.reservation != reservation && $0.openableFiles.contains(file) }
            let kept = Set(others.flatMap(\.users))
            try DeviceAccess.remove(holding.users.filter { !kept.contains($0) }, file)
        }
        holdings[reservation] = nil
        unlink(environmentFile(of: reservation))
        folder.remove(name: reservation.description)
    }

    // MARK: - Attach

    /// Moves a process into its scope, and makes sure that it was the one that was meant.
    private func attach(_ peer: PeerProcess, _ holding: Holding) async throws(ExecutorFailure) {
        let process = try PeerCheck(peer)
        let scope = plans.scope(process.identity, holding.reservation)
        _ = try await onBus { () async throws(BusError) in try await self.units.start(scope) }
        let state = try await settle(scope.name)
        do {
            try process.confirm()
        } catch {
            try await onBus { () async throws(BusError) in try await self.units.stop(scope.name) }
            throw error
        }
        guard state?.active == "active" else { throw .failed("\(scope.name) did not start") }
    }

    // MARK: - Command

    private func run(_ command: BatchCommand, _ holding: Holding) async throws(ExecutorFailure) {
        let reservation = holding.reservation
        let names = UnitNames(reservation: reservation)
        guard let account = account(holding.owner.uid) else { throw .refused("uid \(holding.owner) has no account") }
        guard !account.isExpired else { throw .refused("the account \(account.name) has expired") }
        let environment = account.environment.merging(command.environment) { _, own in own }
            .merging(holding.environment(numbering: .held)) { _, granted in granted }
        let file = environmentFile(of: reservation)
        try EnvironmentFile.write(environment, to: file)
        defer { unlink(file) }
        let service = plans.service(
            command, reservation, as: account, path: environment["PATH"], environmentFile: file)
        let isNew = try await startService(service)
        let state = try await settle(names.service)
        // One whose program was never reached may be seen on its way to `failed`.
        guard isNew, let state, state.active == "failed" || state.active == "deactivating" else { return }
        let exit = try await onBus { () async throws(BusError) in try await self.units.exit(of: state) }
        guard let exit, !exit.hasRun else { return }
        _ = try await settle(names.service, passing: ["activating", "deactivating"])
        try await onBus { () async throws(BusError) in try await self.units.reset(names.service) }
        throw .refused("\(command.arguments.first ?? ""): \(StartFailure.text(exitCode: exit.exitCode ?? 0))")
    }

    /// systemd reads it when it starts the command; after that it is taken away.
    private func environmentFile(of reservation: ReservationID) -> String { "\(folder.path)/\(reservation).env" }

    /// False where it is there already: a command is started once.
    private func startService(_ service: TransientUnit) async throws(ExecutorFailure) -> Bool {
        try await onBus { () async throws(BusError) in
            do throws(BusError) {
                return try await self.units.start(service)
            } catch {
                // systemd before 250 looks in a path of its own.
                guard error.isUnknownProperty else { throw error }
                return try await self.units.start(service.without("ExecSearchPath"))
            }
        }
    }

    private func look() async throws(ExecutorFailure) {
        let known = Dictionary(uniqueKeysWithValues: observed.map { ($0.reservation, $0) })
        let found = try await onBus { () async throws(BusError) in
            var commands: [CommandState] = []
            for unit in try await self.units.units(matching: [UnitNames.everyService]) {
                guard let reservation = UnitNames.reservation(of: unit.name) else { continue }
                if let ended = known[reservation], ended.exitCode != nil {
                    commands.append(ended)
                    continue
                }
                guard unit.sub == "exited" || unit.isOver else {
                    commands.append(CommandState(reservation: reservation, exitCode: nil))
                    continue
                }
                guard let exit = try await self.units.exit(of: unit) else { continue }
                let code = exit.exitCode ?? CommandState.unknownExit
                commands.append(CommandState(reservation: reservation, exitCode: code))
            }
            return commands.sorted { $0.reservation < $1.reservation }
        }
        if found != observed {
            observed = found
            version += 1
        }
    }

    // MARK: - Waiting

    /// The unit when no job is left for it and it is in none of the passing states; nil where it is gone.
    private func settle(
        _ name: String, passing: Set<String> = ["activating"]
    ) async throws(ExecutorFailure) -> UnitState? {
        let until = ContinuousClock.now + .seconds(90)
        while true {
            let generation = units.generation
            let state = try await onBus { () async throws(BusError) in
                try await self.units.units(matching: [name]).first
            }
            guard let state, state.hasJob || passing.contains(state.active) else { return state }
            let rest = until - .now
            guard rest > .zero, !Task.isCancelled else { throw .failed("\(name) did not start in time") }
            await units.wait(after: generation, atMost: min(rest, .seconds(1)))
        }
    }

    /// Waits until nothing of a reservation runs any more; false when the time is over.
    private func isOver(_ names: UnitNames, within limit: Duration) async throws(ExecutorFailure) -> Bool {
        let until = ContinuousClock.now + limit
        while true {
            let generation = units.generation
            let states = try await onBus { () async throws(BusError) in
                try await self.units.units(matching: names.patterns)
            }
            if states.allSatisfy(\.isOver) { return true }
            let rest = until - .now
            if rest <= .zero || Task.isCancelled { return false }
            await units.wait(after: generation, atMost: min(rest, .seconds(1)))
        }
    }

    /// Tells everything in a grant that it has to end, and waits until it has, or the time is over.
    private func warn(_ names: UnitNames, _ warning: StopWarning) async throws(ExecutorFailure) {
        let until = ContinuousClock.now + .milliseconds(warning.lead.milliseconds)
        var isTold = false
        while true {
            let generation = units.generation
            let states = try await onBus { () async throws(BusError) in
                try await self.units.units(matching: names.patterns)
            }
            // The slice stands as long as it is not stopped.
            if states.allSatisfy({ $0.name == names.slice || $0.isOver || $0.sub == "exited" }) { return }
            if !isTold {
                isTold = true
                try await onBus { () async throws(BusError) in
                    try await self.units.kill(names.slice, signal: warning.signal.number)
                }
            }
            let rest = until - .now
            if rest <= .zero || Task.isCancelled { return }
            await units.wait(after: generation, atMost: min(rest, .seconds(1)))
        }
    }

    private func killAll(_ names: UnitNames) async throws(ExecutorFailure) {
        for _ in 0..<30 {
            try await onBus { () async throws(BusError) in
                try await self.units.kill(names.slice, signal: SIGKILL)
            }
            if try await isOver(names, within: .seconds(1)) { return }
            if Task.isCancelled { break }
        }
        throw .failed("\(names.reservation): something in it still runs after SIGKILL")
    }

    // MARK: - Turns

    /// Starts of one reservation follow each other; those of others go on.
    private func takeTurn(_ reservation: ReservationID) async {
        guard turns[reservation] != nil else {
            turns[reservation] = []
            return
        }
        await withCheckedContinuation { turns[reservation, default: []].append($0) }
    }

    private func giveTurn(_ reservation: ReservationID) {
        guard var waiting = turns[reservation], !waiting.isEmpty else {
            turns[reservation] = nil
            return
        }
        let next = waiting.removeFirst()
        turns[reservation] = waiting
        next.resume()
    }

    private func receipt(_ holding: Holding) -> StartReceipt {
        StartReceipt(
            environment: holding.environment(numbering: .held),
            isConfined: KernelConfinement.holds(holding))
    }

    private func onBus<Value: Sendable>(
        _ body: () async throws(BusError) -> Value
    ) async throws(ExecutorFailure) -> Value {
        do throws(BusError) {
            return try await body()
        } catch {
            if error.isInvalid { throw .refused("systemd: \(error.text)") }
            throw .failed("systemd: \(error.text)")
        }
    }
}
