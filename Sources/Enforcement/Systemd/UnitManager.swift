import Units

/// A unit as systemd sees it now.
struct UnitState: Sendable, Hashable {
    var name: String
    /// `active`, `activating`, `deactivating`, `inactive`, `failed`.
    var active: String
    /// Finer, by kind of unit: `running`, `exited`, …
    var sub: String
    /// A job is queued or runs for it.
    var hasJob: Bool
    /// Its object on the bus.
    var path: String

    /// Nothing of it runs, and nothing is about to.
    var isOver: Bool { !hasJob && (active == "inactive" || active == "failed") }
}

/// What a slice is.
struct SliceNature: Sendable, Hashable {
    /// Every device that is not listed is denied: `DevicePolicy=closed`.
    var isClosed: Bool
    /// It was asked for over the bus. One that systemd made of itself, for something was put into it, is not.
    var isTransient: Bool
}

/// How a service's main process ended.
struct ServiceExit: Sendable, Hashable {
    /// nil while it runs; 128 + number for a signal.
    var exitCode: Int32?
    /// The program itself was reached, so that the exit code is its own and not that of a step before it.
    var hasRun: Bool
}

/// What the enforcer does with units. systemd in earnest; the tests put another in its place.
protocol UnitManager: Sendable {
    /// Queues the start; false where a unit of that name is there already.
    func start(_ unit: TransientUnit) async throws(BusError) -> Bool

    /// Sets properties of a unit that is there, until it is gone.
    func set(_ unit: TransientUnit) async throws(BusError)

    /// Queues the stop; one that is not there is stopped.
    func stop(_ name: String) async throws(BusError)

    /// Signals every process in a unit, those of units inside it too.
    func kill(_ name: String, signal: Int32) async throws(BusError)

    /// Lets systemd forget a unit that has failed.
    func reset(_ name: String) async throws(BusError)

    /// The loaded units with such names.
    func units(matching patterns: [String]) async throws(BusError) -> [UnitState]

    /// What a slice is; nil where it is gone.
    func nature(of slice: UnitState) async throws(BusError) -> SliceNature?

    /// How a service's main process is; nil where the service is gone.
    func exit(of service: UnitState) async throws(BusError) -> ServiceExit?

    /// Counts what has happened to Allot's units.
    var generation: UInt64 { get }

    /// Returns after something more has happened, or when the time is over.
    func wait(after generation: UInt64, atMost limit: Duration) async
}

/// systemd over the system bus.
struct SystemdUnits: UnitManager {
    private let thread: BusThread
    private let changes: ChangeSignal
    private let spawnFailures = SpawnFailures()

    /// Connects with the first call.
    init() throws(ExecutorFailure) {
        let changes = ChangeSignal()
        self.changes = changes
        let source = "type='signal',sender='\(Bus.systemd)'"
        thread = try BusThread(rules: [
            "\(source),interface='\(Bus.manager)',member='JobRemoved'",
            "\(source),interface='\(Bus.manager)',member='UnitRemoved'",
            "\(source),interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',"
                + "path_namespace='/org/freedesktop/systemd1/unit'",
        ]) { message in
            if SystemdUnits.isOurs(message) { changes.signal() }
        } lost: {
            // Whoever waits looks again, by a connection that is made anew.
            changes.signal()
        }
        try thread.start()
    }

    var generation: UInt64 { changes.generation }

    func wait(after generation: UInt64, atMost limit: Duration) async {
        await changes.wait(after: generation, atMost: limit)
    }

    func start(_ unit: TransientUnit) async throws(BusError) -> Bool {
        do throws(BusError) {
            return try await thread.perform { (bus) throws(BusError) in
                try bus.manage("StartTransientUnit") { (message) throws(BusError) in
                    try unit.write(to: message)
                } reading: { _ in
                    true
                }
            }
        } catch {
            if error.isUnitExists { return false }
            throw error
        }
    }

    func set(_ unit: TransientUnit) async throws(BusError) {
        try await onUnit("SetUnitProperties", unit.name) { (message) throws(BusError) in
            // For this boot, as transient units are.
            try message.append(true)
            try unit.writeProperties(to: message)
        }
    }

    func nature(of slice: UnitState) async throws(BusError) -> SliceNature? {
        do throws(BusError) {
            return try await thread.perform { (bus) throws(BusError) in
                let policy = try bus.property(
                    "DevicePolicy", type: "s", of: slice.path, interface: "org.freedesktop.systemd1.Slice"
                ) { (reply) throws(BusError) in try reply.text() }
                let isTransient = try bus.property(
                    "Transient", type: "b", of: slice.path, interface: "org.freedesktop.systemd1.Unit"
                ) { (reply) throws(BusError) in try reply.flag() }
                return SliceNature(isClosed: policy == "closed", isTransient: isTransient)
            }
        } catch {
            if error.isNoSuchUnit { return nil }
            throw error
        }
    }

    func stop(_ name: String) async throws(BusError) {
        try await onUnit("StopUnit", name) { (message) throws(BusError) in try message.append("replace") }
    }

    func kill(_ name: String, signal: Int32) async throws(BusError) {
        try await onUnit("KillUnit", name) { (message) throws(BusError) in
            try message.append("all")
            try message.append(signal)
        }
    }

    func reset(_ name: String) async throws(BusError) {
        try await onUnit("ResetFailedUnit", name) { (_) throws(BusError) in }
    }

    func units(matching patterns: [String]) async throws(BusError) -> [UnitState] {
        try await thread.perform { (bus) throws(BusError) in
            try bus.manage("ListUnitsByPatterns") { (message) throws(BusError) in
                try message.append(texts: [])
                try message.append(texts: patterns)
            } reading: { (reply) throws(BusError) in
                try reply.records("ssssssouso") { () throws(BusError) in try SystemdUnits.unit(in: reply) }
            }
        }
    }

    func exit(of service: UnitState) async throws(BusError) -> ServiceExit? {
        let main: MainProcess
        do throws(BusError) {
            main = try await thread.perform { (bus) throws(BusError) in
                try MainProcess(of: service.path, on: bus)
            }
        } catch {
            if error.isNoSuchUnit { return nil }
            throw error
        }
        var exit = ServiceExit(exitCode: main.exitCode, hasRun: true)
        if !main.wasSeenToRun, main.code == 1, SpawnFailures.codes.contains(main.status) {
            exit.hasRun = await !spawnFailures.isTold(of: service.name, invocation: main.invocation)
        }
        return exit
    }

    /// What the bus says of a service's main process.
    private struct MainProcess {
        /// si_code of waitid(2): 0 as long as there was none, 1 for exit, 2 and 3 for a signal.
        let code: Int32
        let status: Int32
        /// `InvocationID` of its unit.
        let invocation: [UInt8]
        /// Of a service of type `exec`: systemd has seen that its program was executed. One that ends at once may end
        /// before that.
        let wasSeenToRun: Bool

        var exitCode: Int32? { code == 0 ? nil : code == 1 ? status : 128 + status }

        init(of path: String, on bus: Bus) throws(BusError) {
            let kind = "org.freedesktop.systemd1.Service"
            code = try bus.property("ExecMainCode", type: "i", of: path, interface: kind) {
                (reply) throws(BusError) in try reply.signed()
            }
            status = try bus.property("ExecMainStatus", type: "i", of: path, interface: kind) {
                (reply) throws(BusError) in try reply.signed()
            }
            let unit = "org.freedesktop.systemd1.Unit"
            invocation = try bus.property("InvocationID", type: "ay", of: path, interface: unit) {
                (reply) throws(BusError) in try reply.bytes()
            }
            let began = try bus.property("ActiveEnterTimestampMonotonic", type: "t", of: path, interface: unit) {
                (reply) throws(BusError) in try reply.large()
            }
            wasSeenToRun = began != 0
        }
    }

    /// Calls a method that takes a unit's name first; a unit that is not there needs nothing.
    private func onUnit(
        _ method: String, _ name: String, _ write: @escaping @Sendable (BusMessage) throws(BusError) -> Void
    ) async throws(BusError) {
        do throws(BusError) {
            try await thread.perform { (bus) throws(BusError) in
                try bus.manage(method) { (message) throws(BusError) in
                    try message.append(name)
                    try write(message)
                } reading: { _ in
                }
            }
        } catch {
            if !error.isNoSuchUnit { throw error }
        }
    }

    private static func unit(in reply: BusMessage) throws(BusError) -> UnitState {
        let name = try reply.text()
        _ = try reply.text()
        _ = try reply.text()
        let active = try reply.text()
        let sub = try reply.text()
        _ = try reply.text()
        let path = try reply.text("o")
        let job = try reply.unsigned()
        _ = try reply.text()
        _ = try reply.text("o")
        return UnitState(name: name, active: active, sub: sub, hasJob: job != 0, path: path)
    }

    private static func isOurs(_ signal: BusMessage) -> Bool {
        switch signal.member {
        case "PropertiesChanged":
            return signal.path.hasPrefix(UnitNames.pathPrefix)
        case "JobRemoved":
            guard (try? signal.unsigned()) != nil, (try? signal.text("o")) != nil else { return false }
            return (try? signal.text())?.hasPrefix("allot-r") ?? false
        default:
            return (try? signal.text())?.hasPrefix("allot-r") ?? false
        }
    }
}
