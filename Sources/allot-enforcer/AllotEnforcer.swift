import ArgumentParser
import Enforcement
import Logging

/// The privileged half of Allot: makes grants hold through systemd, for the daemon's user only.
@main
struct AllotEnforcer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "allot-enforcer",
        abstract: "Makes Allot's grants hold: slices, scopes, services and device access.",
        discussion: """
            Runs as root behind a private socket. It answers four verbs of allotd and touches nothing but allot-r* \
            units, the access control lists of accelerators' device files, and processes that have such a file open \
            without a grant.
            """)

    @Option(help: "The account whose connections are answered, by name or uid.")
    var client = "allot"

    @Option(help: "Where to listen, unless systemd hands over a socket.")
    var socket = "/run/allot-enforcer/enforcer.sock"

    @Option(help: "Where the records of standing grants are kept; must not outlive a boot.")
    var state = "/run/allot-enforcer/grants"

    @Option(help: "The lowest uid that may hold a reservation: below are the system's own accounts.")
    var lowestUser: UInt32 = 1000

    @Option(name: .customLong("shared-device"), help: "A device file that every grant may open; may be repeated.")
    var sharedDevices = ["/dev/fuse"]

    @Option(name: .customLong("withhold"), help: "A vendor's control file that no grant may open; may be repeated.")
    var withheld: [String] = []

    @Option(help: "Least level that is logged: trace, debug, info, notice, warning, error, critical.")
    var logLevel = Logger.Level.info

    func validate() throws {
        guard lowestUser > 0 else { throw ValidationError("--lowest-user: root holds no reservation; from 1 on") }
        do throws(ExecutorFailure) {
            _ = try FileChoice(shared: sharedDevices, withheld: withheld)
        } catch {
            throw ValidationError("--shared-device, --withhold: \(error.reason)")
        }
    }

    func run() async throws {
        let level = logLevel
        LoggingSystem.bootstrap { JournalPrefixHandler(label: $0, logLevel: level) }
        let logger = Logger(label: "allot-enforcer")
        do {
            try await EnforcerProgram(
                client: client, socket: socket, state: state, rules: OrderRules(lowestUser: lowestUser),
                files: FileChoice(shared: sharedDevices, withheld: withheld), logger: logger
            ).run()
        } catch let failure as ExecutorFailure {
            logger.critical("\(failure.reason)")
            throw ExitCode.failure
        }
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
