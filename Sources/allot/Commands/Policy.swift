import ArgumentParser

struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Who gets what, as a text: check, propose, approve, look back.",
        discussion: """
            'validate', and 'diff' with two files, need no daemon: they are for editors and for pipelines that check a \
            change before anybody proposes it.
            """,
        subcommands: [
            PolicyValidateCommand.self, PolicyDiffCommand.self, PolicyShowCommand.self, PolicyHistoryCommand.self,
            PolicyProposeCommand.self, PolicyApproveCommand.self, PolicyRejectCommand.self, PolicyRollbackCommand.self,
        ])
}
