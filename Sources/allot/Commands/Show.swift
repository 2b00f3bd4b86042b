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
              docker run --rm $(allot show r-1042 --docker) IMAGE COMMAND

            With --docker: the options that put a container of Docker's into the reservation, on one line, free of \
            blanks and of what a shell would expand.
            """)

    @Argument(
        help: ArgumentHelp("The reservation, such as r-1042.", valueName: "id"), transform: ReservationID.argument)
    var id: ReservationID

    @Flag(help: "Print the options of 'docker run' for a container inside it.")
    var docker = false

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        if docker { return try await showDockerOptions() }
        try await options.session().show(.get(Route.reservation(id)), as: ReservationView.self)
    }

    private func showDockerOptions() async throws {
        let reply = try await options.session().client.send(.get(Route.reservation(id)))
        guard let found = try reply.decode(ReservationView.self).dockerOptions else {
            throw Failure(
                .failed,
                "\(id) has no slice that a container could be put into: it is not active, not yours, or not "
                    + "held by systemd")
        }
        guard found.allSatisfy(Self.isPlain) else {
            throw Failure(.failed, "an option has a character that a shell reads: take --output json")
        }
        try StandardOutput.write(found.joined(separator: " ") + "\n")
    }

    /// Whether a shell passes it on as it is.
    static func isPlain(_ option: String) -> Bool {
        option.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-_=/.,:+@%".utf8.contains(byte)
            }
        }
    }
}
