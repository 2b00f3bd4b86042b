import AllotAPI
import AllotClient
import ArgumentParser
import Units

struct ReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Give back the rest of running reservations' time.",
        discussion: """
            For when you are done early: others start sooner. What runs inside is stopped.

            Examples:
              allot release r-1042
              allot release r-1042 r-1043
            """)

    @Argument(help: ArgumentHelp("The reservations.", valueName: "id"), transform: ReservationID.argument)
    var ids: [ReservationID]

    @Option(help: ArgumentHelp("Why; needed where it is another's.", valueName: "text"))
    var reason: String?

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        let body = EndRequest(reason: reason)
        try await options.session().change(ids) { try .post(Route.release($0), body) }
    }
}
