import AllotAPI
import AllotClient
import ArgumentParser

struct PeriodListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List periods, with their totals and what keeps an open one from being closed.",
        discussion: """
            Examples:
              allot period list
              allot period list --output json
            """)

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        try await options.session().list([{ Route.periods(cursor: $0) }], nothing: "nothing was metered yet") {
            try Reply(status: 200, contentType: nil, body: $0).decode(Page<PeriodView>.self).items
        }
    }
}
