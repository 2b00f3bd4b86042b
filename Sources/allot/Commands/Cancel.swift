import AllotAPI
import AllotClient
import ArgumentParser
import Units

struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Give up reservations, waiting or running.",
        discussion: """
            What runs inside is asked to stop, and is stopped a little later if it does not.

            Examples:
              allot cancel r-1042
              allot cancel r-1042 r-1043
              allot cancel r-7 --reason 'holds devices that are to be repaired'   (another's)
            """)

    @Argument(help: ArgumentHelp("The reservations.", valueName: "id"), transform: ReservationID.argument)
    var ids: [ReservationID]

    @Option(help: ArgumentHelp("Why; needed where it is another's.", valueName: "text"))
    var reason: String?

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        let body = EndRequest(reason: reason)
        try await options.session().change(ids) { try .post(Route.cancel($0), body) }
    }
}
