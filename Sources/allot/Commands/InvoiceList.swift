import AllotAPI
import AllotClient
import ArgumentParser

struct InvoiceListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the invoices of a period.",
        discussion: """
            A manager sees those of the departments that are managed; finance, auditors and admins see all.

            Examples:
              allot invoice list
              allot invoice list --period 2026-11 --output csv
            """)

    @Option(help: ArgumentHelp("The month; this one where none is given.", valueName: "month"))
    var period: String?

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        try await options.session().list(
            [{ [period] in Route.invoices(period: period, cursor: $0) }], nothing: "no invoices of that period"
        ) {
            try Reply(status: 200, contentType: nil, body: $0).decode(Page<InvoiceSummaryView>.self).items
        }
    }
}
