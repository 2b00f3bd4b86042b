import AllotAPI
import AllotClient
import ArgumentParser

struct PolicyShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print the policy that holds, an earlier version, or a proposal.",
        discussion: """
            The text goes to standard output just as it was written, so that it can be edited and proposed again.

            Examples:
              allot policy show > policy.yaml
              allot policy show 4
              allot policy show --proposal 3
            """)

    @Argument(help: "A version (default: the one that holds).")
    var version: Int?

    @Option(help: ArgumentHelp("Show this proposal: what it changes, and what would come of it.", valueName: "number"))
    var proposal: Int?

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func validate() throws {
        if version != nil, proposal != nil { throw ValidationError("Name a version or a proposal, not both.") }
    }

    func run() async throws {
        let session = options.session()
        if let proposal {
            return try await session.show(.get(Route.proposal(proposal)), as: ProposalView.self)
        }
        let reply = try await session.client.send(.get(Route.policy(version: version)))
        guard session.output.format == .table else { return try session.show(reply, as: PolicyView.self) }
        let view = try reply.decode(PolicyView.self)
        if let differences = view.fileDifferences {
            StandardError.say(
                "the daemon's policy file differs from version \(view.version), which holds: "
                    + differences.prefix(5).joined(separator: ", ") + (differences.count > 5 ? ", …" : ""))
        }
        try StandardOutput.write(Array(view.text.utf8))
    }
}

struct PolicyHistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "List what held since when, by whose word, and why.",
        discussion: """
            Examples:
              allot policy history
              allot policy history --proposals
            """)

    @Flag(help: "List proposals instead, those too that came to nothing.")
    var proposals = false

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        let session = options.session()
        if proposals {
            try await session.list([{ Route.proposals(cursor: $0) }], nothing: "nothing was proposed yet") {
                try Reply(status: 200, contentType: nil, body: $0).decode(Page<ProposalView>.self).items
            }
        } else {
            try await session.list([{ Route.policyVersions(cursor: $0) }], nothing: "no policy was taken yet") {
                try Reply(status: 200, contentType: nil, body: $0).decode(Page<PolicyVersionView>.self).items
            }
        }
    }
}
