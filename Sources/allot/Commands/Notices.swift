import ArgumentParser
import Units

/// What `run` and `shell` start beside the command; nobody types it.
struct NoticesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notices", abstract: "Tell a terminal what comes for the reservation that a command runs in.",
        shouldDisplay: false)

    @Argument(
        help: ArgumentHelp("The reservation, such as r-1042.", valueName: "id"), transform: ReservationID.argument)
    var id: ReservationID

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        await Onlooker(id: id, options: options).watch()
    }
}
