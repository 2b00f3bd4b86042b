import AllotAPI
import AllotClient
import ArgumentParser

struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Show what has happened, and with --follow what happens.",
        discussion: """
            JSON output has one event per line. With --follow a broken connection is taken up again where it broke.

            Examples:
              allot events
              allot events --since 5210
              allot events --follow --output json
            """)

    @Flag(name: .shortAndLong, help: "Go on with what happens from now on.")
    var follow = false

    @Option(help: ArgumentHelp("Only those behind this sequence number.", valueName: "sequence"))
    var since: Int64?

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func validate() throws {
        if let since, since < 0 { throw ValidationError("--since \(since): a sequence number is 0 or more.") }
    }

    func run() async throws {
        let session = options.session()
        try await EventPrinter(session: session, follow: follow, since: since).run()
    }
}
