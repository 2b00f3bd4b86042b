import AllotAPI
import AllotClient
import ArgumentParser

struct InvoiceRejectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject", abstract: "Say no to an adjustment or a correction, or take an own one back.",
        discussion: """
            For one that waits; what has been applied is undone by another one.

            Examples:
              allot invoice reject f-12 --reason 'the contract begins in December'
            """)

    @Argument(help: "The proposal's id, such as f-12.")
    var id: String

    @Option(help: ArgumentHelp("Why.", valueName: "text"))
    var reason: String

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        let call = try Call.post(Route.rejectFinanceProposal(id), DecisionRequest(reason: reason))
        try await options.session().show(call, as: FinanceProposalView.self)
    }
}
