import AllotAPI
import AllotClient
import ArgumentParser

struct InvoiceCorrectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "correct", abstract: "Propose the price that a SKU should have had.",
        discussion: """
            For finance. Shows what each department is charged more or less, and waits for a second person's yes. \
            Then what was charged at another price is taken back and charged again, in the open period, each naming \
            what it is about. A closed period stays as it is.

            Examples:
              allot invoice correct cpu 0.04 --from '2026-11-01 00:00' --to '2026-12-01 00:00' --reason 'contract 17'
              allot invoice approve f-12
            """)

    @Argument(help: "gpu:MODEL, cpu, memory or licence:NAME.")
    var sku: String

    @Argument(help: "The right price of one for an hour.")
    var price: String

    @Option(help: ArgumentHelp("From when it should have held.", valueName: "time"))
    var from: String

    @Option(help: ArgumentHelp("Until when.", valueName: "time"))
    var to: String

    @Option(help: ArgumentHelp("Why.", valueName: "text"))
    var reason: String

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        let session = options.session()
        guard let start = try session.time(from, "--from"), let end = try session.time(to, "--to") else { return }
        let correction = CorrectionRequest(sku: sku, from: start, to: end, perHour: price)
        var call = try Call.post(
            Route.financeProposals, FinanceProposalRequest(correction: correction, reason: reason))
        call.timeoutSeconds = InvoiceCommand.timeoutSeconds
        try await session.show(call, as: FinanceProposalView.self)
    }
}

extension InvoiceCommand {
    /// What looks through a year's records takes a while.
    static let timeoutSeconds: Int64 = 660
}
