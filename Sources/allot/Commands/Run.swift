import AllotAPI
import AllotClient
import ArgumentParser
import Units

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a command inside an active reservation.",
        discussion: """
            The command takes this process's place: terminal, signals and exit code are its own. It sees the \
            reservation's devices only, and has ALLOT_RESERVATION and ALLOT_DEVICES in its environment. Exit code \
            127: there is no such command; 126: it cannot be executed.

            Examples:
              allot run r-1042 -- nvidia-smi
              allot run r-1042 -- python train.py --epochs 10
            """)

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    @Argument(
        help: ArgumentHelp("The reservation, such as r-1042.", valueName: "id"), transform: ReservationID.argument)
    var id: ReservationID

    @Argument(parsing: .postTerminator, help: ArgumentHelp("Behind --: the command.", valueName: "command"))
    var command: [String] = []

    func validate() throws {
        guard let program = command.first, !program.isEmpty else {
            throw ValidationError("Put the command behind --, as in: allot run \(id) -- nvidia-smi")
        }
    }

    func run() async throws {
        let files = OpenFiles.current()
        try await Inside(id: id, client: options.session().client, files: files)
            .execute(command, isUTC: options.utc)
    }
}
