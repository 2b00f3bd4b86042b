import AllotAPI
import AllotClient
import ArgumentParser

struct BudgetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "budget", abstract: "Show what is left of the departments' budgets.",
        discussion: """
            HELD is what reservations that wait or run may cost at most, POSTED what those that have ended have cost. \
            FORECAST is what the month comes to if it goes on like this.

            You see your own departments; an admin sees all.

            Examples:
              allot budget
              allot budget --period 2026-12
              allot budget --output csv
            """)

    @Option(help: ArgumentHelp("The month; this one where none is given.", valueName: "month"))
    var period: String?

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        try await options.session().list(
            [{ Route.budgets(period: period, cursor: $0) }], nothing: "no department of yours has a budget"
        ) {
            try Reply(status: 200, contentType: nil, body: $0).decode(Page<BudgetView>.self).items
        }
    }
}
