import AllotAPI
import AllotClient
import ArgumentParser
import Units

struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one reservation in full.",
        discussion: """
            Examples:
              allot show r-1042
              allot show r-1042 --output json
            """)

    @Argument(
        help: ArgumentHelp("The reservation, such as r-1042.", valueName: "id"), transform: ReservationID.argument)
    var id: ReservationID

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        try await options.session().show(.get(Route.reservation(id)), as: ReservationView.self)
    }
}
