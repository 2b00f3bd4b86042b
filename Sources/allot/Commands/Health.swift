import AllotAPI
import AllotClient
import ArgumentParser

struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health", abstract: "Tell whether the daemon is well.",
        discussion: """
            Exit code 0 where all is well, 1 where something is wrong, 69 where the daemon does not answer.

            When the system's clock has jumped, the daemon keeps its own time until the system reports itself \
            synchronized, or until an admin confirms the new time:
              allot health --confirm-clock
            """)

    @Flag(help: "Take over the system's time (admins).")
    var confirmClock = false

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        let session = options.session()
        let call: Call = confirmClock ? .post(Route.clockConfirm, idempotent: true) : .get(Route.health)
        let reply = try await session.client.send(call)
        try session.show(reply, as: HealthView.self)
        if try reply.decode(HealthView.self).status == .degraded { throw Failure(.failed, nil) }
    }
}
