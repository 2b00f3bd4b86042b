import ArgumentParser

struct InvoiceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invoice", abstract: "What departments are charged: show, explain, adjust, correct, verify.",
        discussion: """
            An invoice is a draft while its period is open, and sealed with a SHA-256 when that is closed. What is \
            wrong in a closed period is put right in the open one.
            """,
        subcommands: [
            InvoiceListCommand.self, InvoiceShowCommand.self, InvoiceAdjustCommand.self, InvoiceCorrectCommand.self,
            InvoicePendingCommand.self, InvoiceApproveCommand.self, InvoiceRejectCommand.self,
            InvoiceVerifyCommand.self,
        ])
}
