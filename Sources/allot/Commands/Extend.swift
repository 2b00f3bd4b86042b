import AllotAPI
import AllotClient
import ArgumentParser
import Units

struct ExtendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extend", abstract: "Make reservations longer.",
        discussion: """
            It is refused where it would delay somebody else; the answer then names the latest end that would not.

            Examples:
              allot extend r-1042 --for 1h
              allot extend r-1042 r-1043 --for 30m
            """)

    @Argument(help: ArgumentHelp("The reservations.", valueName: "id"), transform: ReservationID.argument)
    var ids: [ReservationID]

    @Option(
        name: .customLong("for"), help: ArgumentHelp("How much longer: 30m, 1h, 2d.", valueName: "duration"),
        transform: Span.argument)
    var span: Span

    @Option(help: ArgumentHelp("Why; needed where it is another's.", valueName: "text"))
    var reason: String?

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        let body = ExtendRequest(durationSeconds: span.wholeSeconds, reason: reason)
        try await options.session().change(ids) { try .post(Route.extend($0), body) }
    }
}
