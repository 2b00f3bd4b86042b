import AllotServer
import ArgumentParser
import Dispatch
import Foundation

/// Where the process begins. An asynchronous `main` would begin with the queues' files and threads already there.
@main
enum Program {
    static func main() {
        ProcessStart.prepare()
        _ = Task {
            await Allotd.main()
            exit(EXIT_SUCCESS)
        }
        dispatchMain()
    }
}

struct Allotd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "allotd", abstract: "The Allot daemon: reserves GPUs and cores of this machine.",
        version: Daemon.version, subcommands: [Run.self, Verify.self, RestoreCommand.self, RunSimulation.self],
        defaultSubcommand: Run.self)
}

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Serve until SIGTERM (the default).")

    @Option(help: "The configuration file (default: /etc/allot/allotd.yaml, if it is there).")
    var config: String?

    @Option(help: "The socket to serve.")
    var socket: String?

    @Option(help: "The folder of the database.")
    var state: String?

    @Option(help: "The policy file.")
    var policy: String?

    @Option(help: "A topology file of hwloc instead of this machine; for development, with --executor process.")
    var topology: String?

    @Option(help: "What confines and starts commands: systemd, or process for development.")
    var executor: Configuration.Executor?

    func run() async throws {
        let overrides = ConfigurationOverrides(
            config: config.map(absolute), socket: socket.map(absolute), state: state.map(absolute),
            policy: policy.map(absolute), topology: topology.map(absolute), executor: executor)
        do {
            try await Daemon(overrides).run()
        } catch {
            FileHandle.standardError.write(Data("allotd: \(error)\n".utf8))
            throw ExitCode(error is ConfigurationError ? 78 : 1)
        }
    }

    private func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }
}

struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prove the journal from its first row, and every table that follows from it.",
        discussion:
            "Works beside a running daemon. Keep the anchor that it prints: a journal cut short shows against it.")

    @Option(help: "The folder of the database.")
    var state = "/var/lib/allot"

    @Option(help: "An anchor that an earlier run printed.")
    var anchor: String?

    func run() throws {
        do {
            let report = try JournalCheck.run(folder: state, anchor: anchor)
            print("verified: \(report.events) events, \(report.reservations) reservations (\(report.live) live)")
            print("metered: \(report.records) usage records, \(report.invoices) sealed invoices")
            print("anchor: \(report.anchor)")
        } catch {
            FileHandle.standardError.write(Data("allotd: does not verify: \(error)\n".utf8))
            throw ExitCode.failure
        }
    }
}

struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Put a backup in the place of the database, and say so in the journal.",
        discussion: """
            Run it as the daemon's user, while the daemon does not run. The backup is verified first. What was there \
            is kept beside it as allot.db.replaced-N. Reservations are numbered on past all that may have been given \
            since the backup: past what the replaced database says, else well past the newest anchor, else far on.
            """)

    @Argument(help: "A file that 'allot backup' wrote.")
    var backup: String

    @Option(help: "The folder of the database.")
    var state = "/var/lib/allot"

    @Option(help: "Why; the journal keeps it.")
    var reason: String

    @Option(help: "A file of anchors, to see what was given since the backup.")
    var anchors: String?

    func run() throws {
        do {
            let report = try Restore.run(backup: backup, folder: state, reason: reason, anchors: anchors)
            print("restored: epoch \(report.epoch); the next reservation is \(report.nextReservation)")
            if let kept = report.kept { print("what was there: \(kept) (\(report.replaced ?? "unreadable"))") }
            print("anchor: \(report.anchor)")
        } catch {
            FileHandle.standardError.write(Data("allotd: not restored: \(error)\n".utf8))
            throw ExitCode.failure
        }
    }
}

/// What the daemon starts for each simulation.
struct RunSimulation: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: SimulationProgram.command, abstract: "Run one simulation, for the daemon.", shouldDisplay: false)

    func run() throws {
        throw ExitCode(SimulationProgram.run())
    }
}

extension Configuration.Executor: ExpressibleByArgument {}
