import AllotAPI
import AllotClient
import ArgumentParser

struct PeriodCloseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "close", abstract: "Close a month: its invoices are sealed, and nothing in it changes any more.",
        discussion: """
            For finance. Refused while it is not over, an earlier one is open, something in it has no price or is not \
            written down yet, or a proposal waits; it says what (exit code 2). There is no way back: what turns out \
            wrong later is put right in the open period.

            Examples:
              allot period list
              allot period close 2026-11
            """)

    @Argument(help: "The month, such as 2026-11.")
    var period: String

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        var call = Call.post(Route.closePeriod(period), idempotent: true)
        call.timeoutSeconds = InvoiceCommand.timeoutSeconds
        try await options.session().show(call, as: PeriodView.self)
    }
}
