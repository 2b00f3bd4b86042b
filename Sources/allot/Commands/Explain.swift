import AllotAPI
import AllotClient
import ArgumentParser
import Units

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Say why a reservation does not start now, and what would start it sooner.",
        discussion: """
            Each change that it names has been planned: the time is when the reservation would start with that change \
            alone.

            Examples:
              allot explain r-1042
              allot explain r-1042 --output json
            """)

    @Argument(help: "The reservation's id, such as r-1042.", transform: ReservationID.argument)
    var id: ReservationID

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        try await options.session().show(.get(Route.explanation(id)), as: ExplanationView.self)
    }
}
