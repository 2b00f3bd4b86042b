import AllotAPI
import AllotClient
import ArgumentParser

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Show the calendar: what is held, and what is planned when.",
        discussion: """
            Everybody sees times and devices; users, tags and commands are seen by their owners and managers.

            Examples:
              allot plan
              allot plan --utc --output csv
            """)

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        try await options.session().list([{ Route.plan(cursor: $0) }], nothing: "nothing is held or planned") {
            try PlanView(json: $0).items
        }
    }
}
