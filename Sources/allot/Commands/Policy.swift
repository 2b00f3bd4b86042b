import ArgumentParser

struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Who gets what, as a text: propose, approve, look back.",
        subcommands: [
            PolicyShowCommand.self, PolicyHistoryCommand.self, PolicyProposeCommand.self, PolicyApproveCommand.self,
            PolicyRejectCommand.self, PolicyRollbackCommand.self,
        ])
}
