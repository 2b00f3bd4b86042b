import ArgumentParser

struct PeriodCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "period", abstract: "The months that are invoiced: what is open, and closing it for good.",
        subcommands: [PeriodListCommand.self, PeriodCloseCommand.self])
}
