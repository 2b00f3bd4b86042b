import Glibc
import Logging
import Telemetry
import Units

/// Makes grants hold with systemd: the four verbs of the enforcer, which runs as root.
///
/// It checks every order again, whoever sent it, and touches nothing but `allot-r*` units, the access control lists of
/// accelerators' device files, and processes that have such a file open without a grant. What it has done it keeps in a
/// record for each grant, so that it may be killed at any moment and repeat or undo its work.
public actor EnforcerService: Executor {
    let units: any UnitManager
    let sight: any DeviceSight
    let plans: UnitPlans
    let rules: OrderRules
    let folder: RecordFolder<GrantRecord>
    /// Grants that are over and left a device unfit: who asks again, for the answer was lost, is told again.
    let leftovers: RecordFolder<GrantRecord>
    let account: @Sendable (UInt32) -> Account?
    let stuckPatience: Duration
    let logger: Logger
    var records: [ReservationID: GrantRecord] = [:]
    var stopping: [ReservationID: Int] = [:]
    var turns: [ReservationID: [CheckedContinuation<Void, Never>]] = [:]
    var observed: [CommandState] = []
    /// As the daemon last asked after them.
    var watched: [DeviceID: WatchedDevice] = [:]
    var version = UInt64(max(clockNanoseconds(CLOCK_BOOTTIME), 0))

    /// Works through systemd; takes up the records under `stateDirectory`.
    /// - Throws: `ExecutorFailure.failed` where the folder or a thread can't be had.
    public init(
        stateDirectory: String, rules: OrderRules, files: FileChoice, logger: Logger
    ) throws(ExecutorFailure) {
        try self.init(
            units: SystemdUnits(), sight: LiveSight(), stateDirectory: stateDirectory, rules: rules, files: files,
            account: { Account.find(uid: $0) }, logger: logger)
    }

    init(
        units: any UnitManager, sight: any DeviceSight, stateDirectory: String, rules: OrderRules, files: FileChoice,
        account: @escaping @Sendable (UInt32) -> Account?,
        stuckPatience: Duration = .seconds(EnforcementLimits.stuckSeconds), logger: Logger
    ) throws(ExecutorFailure) {
        self.units = units
        self.stuckPatience = stuckPatience
        self.sight = sight
        self.rules = rules
        self.account = account
        self.logger = logger
        plans = UnitPlans(files: files)
        folder = try RecordFolder(path: stateDirectory)
        leftovers = try RecordFolder(path: "\(stateDirectory)/unfit")
        let (found, damaged) = try folder.load()
        for file in damaged { logger.error("record cannot be read", metadata: ["file": "\(stateDirectory)/\(file)"]) }
        for record in found.values { records[record.holding.reservation] = record }
    }

    /// Every reservation that has a slice, a service or a record.
    public func inventory() async throws(ExecutorFailure) -> Inventory {
        let found = try await onBus { () async throws(BusError) in
            try await self.units.units(matching: [UnitNames.everySlice, UnitNames.everyService])
        }
        let standing = found.filter { !$0.isOver }
        let ids = Set(standing.compactMap { UnitNames.reservation(of: $0.name) }).union(records.keys)
        let slices = Dictionary(standing.map { ($0.name, $0) }) { one, _ in one }
        var inventory = Inventory(standing: [])
        for id in ids.sorted() {
            let slice = slices[UnitNames(reservation: id).slice]
            inventory.standing.append(Standing(reservation: id, isWhole: try await isWhole(id, slice)))
        }
        return inventory
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
            try await attach(peer, try await standing(holding).holding)
        case .command(let command, let holding):
            try await run(command, try await standing(holding))
        }
        return receipt(order.holding)
    }

    /// As `Executor`; an end fails where something outlives SIGKILL by half a minute.
    public func stop(_ order: StopOrder) async throws(ExecutorFailure) -> StopReceipt {
        switch order {
        case .end(let reservation, let grace, let warning):
            return try await end(reservation, grace: grace, warning: warning)
        case .warn(let reservation, let signal):
            try await warn(reservation, signal)
            return StopReceipt()
        case .unreserved(let process, let grace):
            return try await end(process, grace: grace)
        }
    }

    /// As `Executor`: the batch commands whose grants stand.
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

    /// As `Executor`.
    public func observe(_ devices: [WatchedDevice]) async throws(ExecutorFailure) -> MachineLook {
        try rules.check(devices)
        watched = Dictionary(devices.map { ($0.id, $0) }) { one, _ in one }
        var look = await sight.look(devices, groups: records.keys.sorted())
        let claims = claims()
        for index in look.openers.indices {
            look.openers[index].reservation = claims.reservation(of: look.openers[index].group)
        }
        let absent = Set(devices.flatMap { DeviceFile.controls(vendor: $0.vendor) }).filter {
            !plans.files.withheld.contains($0) && !sight.isThere($0)
        }
        if !absent.isEmpty, look.blind.count < TelemetryLimits.blindLines {
            look.blind.append(
                "no grant can open these, which are not there: \(absent.sorted().joined(separator: ", "))")
        }
        return look.fitted(first: claims.isRogue)
    }

    /// Whether this actor still works, and its thread for the bus too; not whether the bus does.
    public func isAlive() async -> Bool {
        do throws(BusError) {
            _ = try await units.units(matching: [UnitNames.everySlice])
        } catch {
            logger.warning("systemd does not answer", metadata: ["reason": "\(error.text)"])
        }
        return true
    }

    // MARK: - Attach

    /// Moves a process into its scope, and makes sure that it was the one that was meant.
    private func attach(_ peer: PeerProcess, _ holding: Holding) async throws(ExecutorFailure) {
        let process = try PeerCheck(peer)
        try await repair(holding)
        let scope = plans.scope(process.identity, holding.reservation)
        _ = try await onBus { () async throws(BusError) in try await self.units.start(scope) }
        let state = try await settle(scope.name)
        do throws(ExecutorFailure) {
            try process.confirm()
            // Deleted just now, it would be there again of itself, without its rules.
            guard try await isClosed(holding) else {
                throw .failed("the slice of \(holding.reservation) has gone")
            }
        } catch {
            try await onBus { () async throws(BusError) in try await self.units.stop(scope.name) }
            throw error
        }
        guard state?.active == "active" else { throw .failed("\(scope.name) did not start") }
    }

    private func receipt(_ holding: Holding) -> StartReceipt {
        StartReceipt(
            environment: holding.environment(numbering: .held),
            isConfined: KernelConfinement.holds(holding))
    }

    // MARK: - Records

    func keep(_ record: GrantRecord) throws(ExecutorFailure) {
        try folder.save(record, name: record.holding.reservation.description)
        records[record.holding.reservation] = record
    }
}
