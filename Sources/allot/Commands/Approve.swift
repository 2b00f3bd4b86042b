import AllotAPI
import AllotClient
import ArgumentParser
import Units

struct ApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Say yes to reservations that await approval.",
        discussion: """
            The policy says which requests need it, and whose: a manager of the department, or an admin. Nobody \
            approves what they have asked for themselves.

            Examples:
              allot approve r-1042
              allot approve r-1042 r-1043 --reason 'agreed for the deadline'
            """)

    @Argument(help: ArgumentHelp("The reservations.", valueName: "id"), transform: ReservationID.argument)
    var ids: [ReservationID]

    @Option(help: ArgumentHelp("Why.", valueName: "text"))
    var reason: String?

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        let body = EndRequest(reason: reason)
        try await options.session().change(ids) { try .post(Route.approve($0), body) }
    }
}
