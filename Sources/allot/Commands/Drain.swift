import AllotAPI
import AllotClient
import ArgumentParser

struct DrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain", abstract: "Take devices, or the host, out of the plan: maintenance, repair.",
        discussion: """
            Nothing is planned there from then on; what runs there runs on to its end. With --failed what runs there \
            is ended at once, and its use is not charged. Windows get other devices at their time if some are free, \
            else they are broken. Without a device it lists what is drained. For admins.

            Examples:
              allot drain
              allot drain 0000:3b:00.0 --reason 'fan is loud'
              allot drain GPU-5c1e… --failed --reason 'Xid 79: fell off the bus'
              allot drain host --from 'tomorrow 06:00' --until 'tomorrow 08:00' --reason 'kernel update'
            """)

    @Argument(help: ArgumentHelp("Ids or PCI addresses ('allot devices' lists them), or host.", valueName: "device"))
    var targets: [String] = []

    @Option(help: ArgumentHelp("From when on (default: now).", valueName: "time"))
    var from: String?

    @Option(help: ArgumentHelp("Until when (default: until it is resumed).", valueName: "time"))
    var until: String?

    @Flag(help: "It has failed: end what runs on it.")
    var failed = false

    @Option(help: ArgumentHelp("Why; everybody can read it.", valueName: "text"))
    var reason: String?

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func validate() throws {
        try DrainTargets.check(targets)
        if !targets.isEmpty, reason == nil { throw ValidationError("Say why: --reason TEXT.") }
        if failed, from != nil { throw ValidationError("--failed is now: leave --from out.") }
        if targets.isEmpty, from != nil || until != nil || failed || reason != nil {
            throw ValidationError("Name a device, or host.")
        }
    }

    func run() async throws {
        let session = options.session()
        guard let reason, !targets.isEmpty else { return try await DrainTargets.list(session) }
        let body = DrainRequest(
            devices: DrainTargets.devices(targets), host: DrainTargets.devices(targets) == nil ? true : nil,
            from: try session.time(from, "--from"), until: try session.time(until, "--until"),
            failed: failed ? true : nil, reason: reason)
        _ = try await session.client.send(try .post(Route.drains, body))
        try await DrainTargets.list(session)
    }
}

struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Give drained or repaired devices, or the host, back to the plan.",
        discussion: """
            Drains that are to come are taken back too. 'resume host' takes back every drain. For admins.

            Examples:
              allot resume 0000:3b:00.0
              allot resume host
            """)

    @Argument(help: ArgumentHelp("Ids or PCI addresses, or host.", valueName: "device"))
    var targets: [String]

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func validate() throws { try DrainTargets.check(targets) }

    func run() async throws {
        let devices = DrainTargets.devices(targets)
        let body = ResumeRequest(devices: devices, host: devices == nil ? true : nil)
        let session = options.session()
        _ = try await session.client.send(try .post(Route.resume, body))
        try await DrainTargets.list(session)
    }
}

/// What `drain` and `resume` have in common.
enum DrainTargets {
    static func check(_ targets: [String]) throws {
        if targets.contains("host"), targets.count > 1 {
            throw ValidationError("'host' is all of it: name no device beside it.")
        }
    }

    /// nil for the whole host.
    static func devices(_ targets: [String]) -> [String]? { targets == ["host"] ? nil : targets }

    /// Shows what is drained.
    static func list(_ session: Session) async throws {
        try await session.list([{ _ in Route.drains }], nothing: "nothing is drained") {
            try Reply(status: 200, contentType: nil, body: $0).decode(Page<DrainView>.self).items
        }
    }
}
