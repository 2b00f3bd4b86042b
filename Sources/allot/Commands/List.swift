import AllotAPI
import ArgumentParser

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List your reservations.",
        discussion: """
            Waiting ones show their planned start. Of other people's you see department, times and devices.

            Examples:
              allot list                    yours that wait or run
              allot list --ended            the ended ones as well
              allot list --all              everybody's
              allot list --state waiting    only those that wait
              allot list --output csv > reservations.csv
            """)

    @Flag(help: "Everybody's, not only yours.")
    var all = false

    @Flag(help: "Ended ones as well.")
    var ended = false

    @Option(
        help: ArgumentHelp("Only these: waiting, active, ending, ended or live (all but ended).", valueName: "state"))
    var state: Route.StateFilter?

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func validate() throws {
        if ended, state != nil { throw ValidationError("--ended goes without --state.") }
    }

    var listing: Listing {
        Listing(
            all: all, ended: ended, state: state, socket: options.socket, output: options.output, utc: options.utc)
    }

    func run() async throws {
        try await listing.run()
    }
}

extension Route.StateFilter: ExpressibleByArgument {}
