import Glibc
import Units

/// Batch commands: each is started once, and its end is told.
extension EnforcerService {
    func run(_ command: BatchCommand, _ record: GrantRecord) async throws(ExecutorFailure) {
        let holding = record.holding
        let names = UnitNames(reservation: holding.reservation)
        guard let account = account(holding.owner.uid) else { throw .refused("uid \(holding.owner) has no account") }
        guard !account.isExpired else { throw .refused("the account \(account.name) has expired") }
        let there = try await onBus { () async throws(BusError) in
            try await self.units.units(matching: [names.service]).first
        }
        // It has run, and its unit was taken away: `observe` says that it has ended.
        if there == nil, record.command == .begun { return }
        try await repair(holding)
        let environment = account.environment.merging(command.environment) { _, own in own }
            .merging(holding.environment(numbering: .held)) { _, granted in granted }
        let file = environmentFile(of: holding.reservation)
        try EnvironmentFile.write(environment, to: file)
        defer { unlink(file) }
        let service = plans.service(
            command, holding.reservation, as: account, path: environment["PATH"], environmentFile: file)
        if there == nil { try note(.starting, of: holding.reservation) }
        let isNew = try await startService(service)
        try note(.begun, of: holding.reservation)
        let state = try await settle(names.service)
        // One whose program was never reached may be seen on its way to `failed`.
        guard isNew, let state, state.active == "failed" || state.active == "deactivating" else { return }
        let exit = try await onBus { () async throws(BusError) in try await self.units.exit(of: state) }
        guard let exit, !exit.hasRun else { return }
        _ = try await settle(names.service, passing: ["activating", "deactivating"])
        try await onBus { () async throws(BusError) in try await self.units.reset(names.service) }
        try note(nil, of: holding.reservation)
        throw .refused("\(command.arguments.first ?? ""): \(StartFailure.text(exitCode: exit.exitCode ?? 0))")
    }

    /// systemd reads it when it starts the command; after that it is taken away.
    func environmentFile(of reservation: ReservationID) -> String { "\(folder.path)/\(reservation).env" }

    private func note(_ command: GrantRecord.Command?, of reservation: ReservationID) throws(ExecutorFailure) {
        guard var record = records[reservation] else { return }
        record.command = command
        try keep(record)
    }

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

    /// Looks at all commands, and counts a version on if anything differs.
    func look() async throws(ExecutorFailure) {
        let known = Dictionary(uniqueKeysWithValues: observed.map { ($0.reservation, $0) })
        // Before systemd is asked: what is begun meanwhile is not looked for.
        let begun = records.filter { $0.value.command == .begun }.keys
        var found = try await onBus { () async throws(BusError) in
            var commands: [ReservationID: CommandState] = [:]
            for unit in try await self.units.units(matching: [UnitNames.everyService]) {
                guard let reservation = UnitNames.reservation(of: unit.name) else { continue }
                if let ended = known[reservation], ended.exitCode != nil {
                    commands[reservation] = ended
                    continue
                }
                guard unit.sub == "exited" || unit.isOver else {
                    commands[reservation] = CommandState(reservation: reservation, exitCode: nil)
                    continue
                }
                guard let exit = try await self.units.exit(of: unit) else { continue }
                let code = exit.exitCode ?? CommandState.unknownExit
                commands[reservation] = CommandState(reservation: reservation, exitCode: code)
            }
            return commands
        }
        for reservation in begun where found[reservation] == nil {
            // Its unit was taken away by somebody: what is being ended has gone by our own hand.
            guard let record = records[reservation], !record.isEnding, record.command == .begun else { continue }
            found[reservation] =
                known[reservation].flatMap { $0.exitCode == nil ? nil : $0 }
                ?? CommandState(reservation: reservation, exitCode: CommandState.unknownExit)
        }
        let commands = found.values.sorted { $0.reservation < $1.reservation }
        if commands != observed {
            observed = commands
            version += 1
        }
    }
}
