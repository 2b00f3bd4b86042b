import Glibc
import Logging
import Telemetry
import Units

/// Grants as plain processes of the daemon's own user: for development and for machines without systemd.
///
/// It sets environments and binds processors and memory, and it confines nothing: a process that wants to reaches
/// any device that its user may open. Commands run as the daemon's own user only. What it has started outlives the
/// daemon, and the next one finds it by the records in the state folder.
public actor ProcessExecutor: Executor {
    private let paths: ProcessPaths
    private let folder: RecordFolder<ProcessRecord>
    private let watch: ProcessWatch
    private let changes = ChangeSignal()
    private let logger: Logger
    private let bootID = ProcessTable.bootID()
    let sight: any DeviceSight = LiveSight()
    /// Devices that a file of was seen on this machine.
    var devicesHere: Set<DeviceID> = []
    var times: [ReservationID: ProcessTimes] = [:]
    private(set) var records: [ReservationID: ProcessRecord] = [:]
    private var stopping: [ReservationID: Int] = [:]
    private var version: UInt64

    /// Keeps its records under `stateDirectory`, and takes up what an earlier executor left there.
    /// - Throws: `ExecutorFailure.failed` where the folder can't be used.
    public init(stateDirectory: String, logger: Logger) async throws(ExecutorFailure) {
        paths = ProcessPaths(state: stateDirectory)
        self.logger = logger
        try SmallFile.makeFolder(paths.logs)
        folder = try RecordFolder(path: paths.records)
        watch = try ProcessWatch()
        version = UInt64(max(clockNanoseconds(CLOCK_BOOTTIME), 0))
        try watch.start()
        try takeUp()
    }

    deinit { watch.close() }

    /// Every reservation that has a record of this boot.
    public func inventory() async throws(ExecutorFailure) -> Inventory {
        Inventory(standing: records.keys.sorted().map { Standing(reservation: $0, isWhole: true) })
    }

    /// As `Executor`; the receipt never says that the kernel confines.
    public func start(_ order: StartOrder) async throws(ExecutorFailure) -> StartReceipt {
        let rules = OrderRules(lowestUser: 0)
        switch order {
        case .holding(let holding):
            try rules.check(holding.reservation)
            return StartReceipt(environment: try hold(holding).environment, isConfined: false)
        case .attach(let peer, let holding):
            return StartReceipt(environment: try attach(peer, holding).environment, isConfined: false)
        case .command(let command, let holding):
            let record = try standing(holding.reservation)
            if record.command == nil { try run(command, record) }
            return StartReceipt(environment: record.environment, isConfined: false)
        }
    }

    /// As `Executor`. Processes of other users, which only an attach brings in, are told so in the log and left; and
    /// who has a device open is not asked at an end, for the daemon's user may well be somebody who sits at this
    /// machine.
    public func stop(_ order: StopOrder) async throws(ExecutorFailure) -> StopReceipt {
        switch order {
        case .end(let reservation, let grace, let warning):
            try await end(reservation, grace: grace, warning: warning)
            return StopReceipt()
        case .warn(let reservation, let signal):
            for process in records[reservation]?.members(of: ProcessTable.all()) ?? [] {
                ProcessTable.signal(signal.number, to: process)
            }
            return StopReceipt()
        case .unreserved(let process, let grace):
            return try await end(process, grace: grace)
        }
    }

    private func end(
        _ reservation: ReservationID, grace: Span, warning: StopWarning?
    ) async throws(ExecutorFailure) {
        guard records[reservation] != nil else { return }
        stopping[reservation, default: 0] += 1
        defer {
            stopping[reservation] = stopping[reservation].flatMap { $0 > 1 ? $0 - 1 : nil }
        }
        if let warning { try await warn(reservation, warning) }
        let killAt = clockNanoseconds(CLOCK_MONOTONIC) + max(grace.milliseconds, 0) * 1_000_000
        var told: Set<ProcessIdentity> = []
        while let record = records[reservation] {
            let isOver = clockNanoseconds(CLOCK_MONOTONIC) >= killAt
            let running = record.members(of: ProcessTable.all()).filter { signal($0, isOver: isOver, told: &told) }
            if running.isEmpty { break }
            do {
                try await Task.sleep(for: .milliseconds(10))
            } catch {
                throw .failed("\(reservation): the stop was given up")
            }
        }
        forget(reservation)
    }

    /// Tells everything in a grant that it has to end, and waits until it has, or the time is over.
    private func warn(_ reservation: ReservationID, _ warning: StopWarning) async throws(ExecutorFailure) {
        let until = clockNanoseconds(CLOCK_MONOTONIC) + max(warning.lead.milliseconds, 0) * 1_000_000
        var told: Set<ProcessIdentity> = []
        while let record = records[reservation], clockNanoseconds(CLOCK_MONOTONIC) < until {
            let running = record.members(of: ProcessTable.all())
            if running.isEmpty { return }
            for process in running where told.insert(process).inserted {
                ProcessTable.signal(warning.signal.number, to: process)
            }
            do {
                try await Task.sleep(for: .milliseconds(10))
            } catch {
                throw .failed("\(reservation): the stop was given up")
            }
        }
    }

    /// As `Executor`.
    public func observe(since version: UInt64, within: Span) async throws(ExecutorFailure) -> Observation {
        let limit = min(max(within.milliseconds, 0), EnforcementLimits.observeSeconds * 1000)
        let until = ContinuousClock.now + .milliseconds(limit)
        while self.version == version, !Task.isCancelled {
            let generation = changes.generation
            let rest = until - .now
            if rest <= .zero { break }
            await changes.wait(after: generation, atMost: rest)
        }
        let commands = records.compactMap { id, record in
            record.command.map { CommandState(reservation: id, exitCode: $0.exitCode) }
        }
        return Observation(version: self.version, commands: commands.sorted { $0.reservation < $1.reservation })
    }

    // MARK: - Start

    private func hold(_ holding: Holding) throws(ExecutorFailure) -> ProcessRecord {
        if let record = records[holding.reservation] { return record }
        let record = ProcessRecord(bootID: bootID, token: newToken(), holding: holding)
        try keep(record)
        return record
    }

    private func attach(_ peer: PeerProcess, _ holding: Holding) throws(ExecutorFailure) -> ProcessRecord {
        var record = try standing(holding.reservation)
        guard let facts = ProcessTable.facts(of: peer.pid), let users = ProcessTable.users(of: peer.pid),
            users.allSatisfy({ $0 == peer.user.uid })
        else { throw .refused("pid \(peer.pid) is not a process of uid \(peer.user)") }
        if !record.attached.contains(facts.identity) {
            record.attached.append(facts.identity)
            record.attached.removeAll { ProcessTable.facts(of: $0.pid)?.identity != $0 }
            try keep(record)
        }
        return record
    }

    private func run(_ command: BatchCommand, _ record: ProcessRecord) throws(ExecutorFailure) {
        let reservation = record.holding.reservation
        guard record.holding.owner.uid == getuid() else {
            throw .refused(
                "\(reservation): the process executor starts commands of uid \(getuid()) only, not of uid "
                    + "\(record.holding.owner)")
        }
        let spawn = try plan(command, record)
        var record = record
        record.command = ProcessRecord.Command()
        try keep(record)
        do {
            let pid = try spawn.start()
            record.command?.identity = ProcessTable.facts(of: pid)?.identity
        } catch {
            // The marker of an earlier start stands: it is found, or has ended.
            if error.number == EEXIST { return settle(record) }
            unlink(spawn.marker)
            record.command = nil
            try keep(record)
            if [EAGAIN, ENOMEM, EMFILE, ENFILE, ENOSPC].contains(error.number) {
                throw .failed("\(reservation): \(spawn.path): \(error.text)")
            }
            throw .refused("\(spawn.path): \(error.text)")
        }
        try keep(record)
        changed()
        watchCommand(record)
    }

    private func plan(_ command: BatchCommand, _ record: ProcessRecord) throws(ExecutorFailure) -> Spawn {
        try OrderRules(lowestUser: 0).check(.command(command, record.holding))
        guard let program = command.arguments.first else { throw .refused("arguments: the first names the program") }
        var environment = Account.find(uid: getuid()).map(\.environment) ?? [:]
        environment["PATH"] = ProgramPath.standard
        environment.merge(command.environment) { _, own in own }
        environment.merge(record.environment) { _, granted in granted }
        let directory = command.directory ?? environment["HOME"] ?? "/"
        var status = stat()
        guard stat(directory, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw .refused("directory: \(directory) is not there")
        }
        let limits = MachineLimits.current()
        let holding = record.holding
        let path = try ProgramPath.find(
            program, path: environment["PATH"] ?? ProgramPath.standard, directory: directory)
        return Spawn(
            path: path, arguments: command.arguments, environment: environment, directory: directory,
            output: paths.log(of: holding.reservation), marker: paths.marker(of: holding.reservation),
            processors: bindable(holding.processors, limits.processors, "processors", holding.reservation),
            memoryNodes: bindable(holding.memoryNodes, limits.memoryNodes, "NUMA nodes", holding.reservation))
    }

    /// The granted set, or none where this machine lacks some of it.
    private func bindable(_ granted: BitSet, _ present: BitSet, _ what: String, _ id: ReservationID) -> BitSet {
        if granted.isSubset(of: present) { return granted }
        logger.notice(
            "command not bound: this machine lacks some of the grant",
            metadata: ["reservation": "\(id)", "what": "\(what)", "granted": "\(granted.list)"])
        return BitSet()
    }

    // MARK: - End

    /// Signals one process, and tells whether there is something to wait for.
    private func signal(_ process: ProcessIdentity, isOver: Bool, told: inout Set<ProcessIdentity>) -> Bool {
        let users = ProcessTable.users(of: process.pid) ?? []
        if getuid() != 0, users.contains(where: { $0 != getuid() }) {
            if told.insert(process).inserted {
                logger.warning("left running: another user's process", metadata: ["pid": "\(process.pid)"])
            }
            return false
        }
        if isOver {
            ProcessTable.signal(SIGKILL, to: process)
        } else if told.insert(process).inserted {
            ProcessTable.signal(SIGTERM, to: process)
            // One that is held by SIGSTOP would not see it.
            ProcessTable.signal(SIGCONT, to: process)
        }
        return true
    }

    private func forget(_ reservation: ReservationID) {
        unlink(paths.marker(of: reservation))
        folder.remove(name: reservation.description)
        records[reservation] = nil
        changed()
    }

    private func watchCommand(_ record: ProcessRecord) {
        guard let identity = record.command?.identity else { return settle(record) }
        let reservation = record.holding.reservation
        let isWatched = watch.add(identity) { [weak self] status in
            Task { await self?.ended(reservation, identity, status) }
        }
        if !isWatched { settle(record) }
    }

    private func ended(_ reservation: ReservationID, _ identity: ProcessIdentity, _ status: Int32?) {
        guard var record = records[reservation], record.command?.identity == identity else { return }
        record.command?.exitCode = status.map(exitCode(status:)) ?? CommandState.unknownExit
        store(record)
    }

    /// Finds a command whose start was interrupted, or gives it up as ended.
    private func settle(_ record: ProcessRecord) {
        var record = record
        let leader = ProcessTable.all().first { facts in
            !facts.isZombie && facts.session == facts.identity.pid
                && ProcessTable.environment(
                    of: facts.identity.pid, contains: "\(ProcessRecord.tokenVariable)=\(record.token)")
        }
        if let leader, leader.identity != record.command?.identity {
            record.command = ProcessRecord.Command(identity: leader.identity)
            store(record)
            return watchCommand(record)
        }
        logger.warning(
            "command ended unseen: its exit code is lost", metadata: ["reservation": "\(record.holding.reservation)"])
        record.command?.exitCode = CommandState.unknownExit
        store(record)
    }

    // MARK: - Records

    private func takeUp() throws(ExecutorFailure) {
        let (found, damaged) = try folder.load()
        for file in damaged { logger.error("record cannot be read", metadata: ["file": "\(paths.records)/\(file)"]) }
        for (name, record) in found {
            guard record.bootID == bootID else {
                unlink(paths.marker(of: record.holding.reservation))
                folder.remove(name: name)
                continue
            }
            records[record.holding.reservation] = record
            if let command = record.command, command.exitCode == nil { takeUp(command, record) }
        }
    }

    private func takeUp(_ command: ProcessRecord.Command, _ record: ProcessRecord) {
        if command.identity == nil, access(paths.marker(of: record.holding.reservation), F_OK) != 0 {
            // Killed just before the start: it has never run.
            var record = record
            record.command = nil
            return store(record)
        }
        watchCommand(record)
    }

    private func standing(_ reservation: ReservationID) throws(ExecutorFailure) -> ProcessRecord {
        guard let record = records[reservation] else { throw .failed("\(reservation) does not stand here") }
        guard stopping[reservation] == nil else { throw .failed("\(reservation) is being stopped") }
        return record
    }

    private func keep(_ record: ProcessRecord) throws(ExecutorFailure) {
        try folder.save(record, name: record.holding.reservation.description)
        records[record.holding.reservation] = record
    }

    /// Keeps what has happened already, on disk if that works.
    private func store(_ record: ProcessRecord) {
        records[record.holding.reservation] = record
        do {
            try keep(record)
        } catch {
            logger.error("record not written", metadata: ["reason": "\(error.reason)"])
        }
        changed()
    }

    private func changed() {
        version += 1
        changes.signal()
    }
}

/// Where the process executor keeps its things.
struct ProcessPaths: Sendable {
    var state: String

    var records: String { "\(state)/executor" }
    var logs: String { "\(state)/logs" }

    func marker(of reservation: ReservationID) -> String { "\(records)/\(reservation).started" }
    func log(of reservation: ReservationID) -> String { "\(logs)/\(reservation).log" }
}

/// 128 random bits.
private func newToken() -> String {
    (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 16) }.joined(separator: "-")
}

/// A clock's time in nanoseconds.
func clockNanoseconds(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
