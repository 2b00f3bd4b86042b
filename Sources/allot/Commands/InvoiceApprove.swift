import AllotAPI
import AllotClient
import ArgumentParser

struct InvoiceApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Say yes to somebody else's adjustment or correction.",
        discussion: """
            For finance. It is applied at once. Nobody approves an own proposal.

            Examples:
              allot invoice pending
              allot invoice approve f-12
            """)

    @Argument(help: "The proposal's id, such as f-12.")
    var id: String

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        var call = try Call.post(Route.approveFinanceProposal(id), DecisionRequest())
        call.timeoutSeconds = InvoiceCommand.timeoutSeconds
        try await options.session().show(call, as: FinanceProposalView.self)
    }
}
