import AllotAPI
import AllotClient
import ArgumentParser

struct InvoiceAdjustCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adjust", abstract: "Charge a department an amount beside its use, or give it one back.",
        discussion: """
            For finance. It is posted to the earliest open period unless another open one is named. Above the policy's \
            limit it waits for a second person's yes.

            An amount that is given back is negative, behind -- so that it is not read as an option.

            Examples:
              allot invoice adjust vision 250 --reason 'storage in November'
              allot invoice adjust vision --reason 'cooling failed on the 14th' -- -120.50
            """)

    @Argument(help: "The department's id.")
    var department: String

    @Argument(help: "In the currency's unit with two decimals at most.")
    var amount: String

    @Option(help: ArgumentHelp("Why.", valueName: "text"))
    var reason: String

    @Option(help: ArgumentHelp("The team that it is shown with.", valueName: "id"))
    var team: String?

    @Option(help: ArgumentHelp("The open period that it is posted to.", valueName: "month"))
    var period: String?

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        let adjustment = AdjustmentRequest(department: department, team: team, amount: amount, period: period)
        let call = try Call.post(
            Route.financeProposals, FinanceProposalRequest(adjustment: adjustment, reason: reason))
        try await options.session().show(call, as: FinanceProposalView.self)
    }
}
