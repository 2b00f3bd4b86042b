import AllotAPI
import AllotClient
import ArgumentParser
import Units

struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Show the output of a reservation's command.",
        discussion: """
            Examples:
              allot logs r-1042
              allot logs r-1042 --follow
            """)

    @Argument(
        help: ArgumentHelp("The reservation, such as r-1042.", valueName: "id"), transform: ReservationID.argument)
    var id: ReservationID

    @Flag(name: .shortAndLong, help: "Go on until the command has ended.")
    var follow = false

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        try await options.session().client.stream(.get(Route.logs(id, follow: follow))) { body in
            for try await bytes in body { try StandardOutput.write(bytes) }
        }
    }
}
