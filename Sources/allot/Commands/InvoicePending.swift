import AllotAPI
import AllotClient
import ArgumentParser

struct InvoicePendingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pending",
        abstract: "List adjustments and corrections, those that wait for a yes and recent ones.",
        discussion: """
            Examples:
              allot invoice pending
              allot invoice pending --output csv
            """)

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        try await options.session().list(
            [{ Route.financeProposals(cursor: $0) }], nothing: "nothing was adjusted or corrected yet"
        ) {
            try Reply(status: 200, contentType: nil, body: $0).decode(Page<FinanceProposalView>.self).items
        }
    }
}
