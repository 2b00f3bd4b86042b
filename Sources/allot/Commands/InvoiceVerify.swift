import AllotAPI
import AllotClient
import ArgumentParser

struct InvoiceVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Make sealed invoices again from the journal, and compare.",
        discussion: """
            Exit code 0 where all is right, 1 where something is not. For finance, auditors and admins.

            Examples:
              allot invoice verify
              allot invoice verify --period 2026-11
            """)

    @Option(help: ArgumentHelp("The month; all closed ones where none is given.", valueName: "month"))
    var period: String?

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        let session = options.session()
        var call = try Call.post(Route.invoiceVerify, InvoiceVerifyRequest(period: period))
        call.timeoutSeconds = InvoiceCommand.timeoutSeconds
        let reply = try await session.client.send(call)
        try session.show(reply, as: InvoiceVerificationView.self)
        let view = try reply.decode(InvoiceVerificationView.self)
        if view.status == .failed { throw Failure(.failed, nil) }
    }
}
