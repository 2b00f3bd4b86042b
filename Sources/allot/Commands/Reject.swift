import AllotAPI
import AllotClient
import ArgumentParser
import Units

struct RejectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject", abstract: "Say no to reservations that await approval.",
        discussion: """
            They end. Whoever may approve one may reject it.

            Examples:
              allot reject r-1042 --reason 'ask for fewer, or for the night'
            """)

    @Argument(help: ArgumentHelp("The reservations.", valueName: "id"), transform: ReservationID.argument)
    var ids: [ReservationID]

    @Option(help: ArgumentHelp("Why, for those who asked.", valueName: "text"))
    var reason: String

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        let body = EndRequest(reason: reason)
        try await options.session().change(ids) { try .post(Route.reject($0), body) }
    }
}
