import AllotAPI
import AllotClient
import ArgumentParser
import Units

#if canImport(Glibc)
    import Glibc
#endif

struct ShellCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shell", abstract: "Open your shell inside an active reservation.",
        discussion: """
            The shell is SHELL's, else the one of your account. Leaving it does not end the reservation: \
            'allot release ID' does.

            Example:
              allot shell r-1042
            """)

    @Argument(
        help: ArgumentHelp("The reservation, such as r-1042.", valueName: "id"), transform: ReservationID.argument)
    var id: ReservationID

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        let files = OpenFiles.current()
        let session = options.session()
        let style = session.output.style
        let inside = Inside(id: id, client: session.client, files: files)
        try await inside.execute([ShellCommand.program], isUTC: options.utc) { view in
            guard Terminal.standardError.isTerminal else { return }
            StandardError.say("inside \(view.id) until \(style.relativeTime(view.endsAt)); 'exit' leaves it")
        }
    }

    /// The person's shell.
    private static var program: String {
        if let named = Environment["SHELL"] { return named }
        guard let account = getpwuid(getuid()), let shell = account.pointee.pw_shell, shell.pointee != 0 else {
            return "/bin/sh"
        }
        return String(cString: shell)
    }
}
