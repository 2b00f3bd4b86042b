import AllotAPI
import AllotClient
import ArgumentParser

struct PolicyApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Say yes to somebody else's proposal.",
        discussion: """
            It takes effect at its time, or at once. Nobody approves an own proposal.

            Examples:
              allot policy show --proposal 3
              allot policy approve 3
            """)

    @Argument(help: "The proposal's number.")
    var number: Int

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        let session = options.session()
        let call = try Call.post(Route.approveProposal(number), DecisionRequest())
        try session.show(try await session.client.send(call), as: ProposalView.self)
    }
}

struct PolicyRejectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject", abstract: "Say no to a proposal, or take an own one back.",
        discussion: """
            For one that has not taken effect; another one undoes what has.

            Examples:
              allot policy reject 3 --reason 'vision has idle devices'
            """)

    @Argument(help: "The proposal's number.")
    var number: Int

    @Option(help: ArgumentHelp("Why.", valueName: "text"))
    var reason: String

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        let session = options.session()
        let call = try Call.post(Route.rejectProposal(number), DecisionRequest(reason: reason))
        try session.show(try await session.client.send(call), as: ProposalView.self)
    }
}
