import AllotAPI
import AllotClient
import ArgumentParser

struct InvoiceShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show an invoice with its lines, and what each of them is made of.",
        discussion: """
            The lines' amounts add up to the total. The row 'rounding' is what that differs from the exact sum by.

            Examples:
              allot invoice show INV-2026-11-vision
              allot invoice show INV-2026-11-vision --explain     quantity × price × factors = amount
              allot invoice show INV-2026-11-vision --output json
            """)

    @Argument(help: "The invoice's number, such as INV-2026-11-vision.")
    var number: String

    @Flag(help: "Show what each line is made of.")
    var explain = false

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        let session = options.session()
        let reply = try await session.client.send(.get(Route.invoice(number, explain: explain)))
        try session.show(invoice: reply, explain: explain)
    }
}
