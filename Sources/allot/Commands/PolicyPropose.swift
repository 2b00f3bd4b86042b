import AllotAPI
import AllotClient
import ArgumentParser

struct PolicyProposeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "propose", abstract: "Propose a change of the policy, and see what would come of it.",
        discussion: """
            The file is the whole policy as it is to be; what differs from the version that holds is what is proposed. \
            Others' changes elsewhere, made meanwhile, stay. By the rules of the policy that holds it takes effect at \
            once, or waits for somebody else's 'allot policy approve'.

            With --until it lapses by itself: a loan of quota, or of budget. With --emergency it holds at once, and \
            lapses after 24 hours unless somebody else approves it; the audit shows it.

            Examples:
              allot policy show > policy.yaml; $EDITOR policy.yaml
              allot policy propose policy.yaml --dry-run
              allot policy propose policy.yaml --reason 'two more GPUs for vision'
              allot policy propose loan.yaml --reason 'paper deadline' --effective 'tomorrow 08:00' --until +7d
            """)

    @Argument(
        help: ArgumentHelp("The policy as it is to be; - is standard input.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    @Option(help: ArgumentHelp("Why; whoever decides it reads this.", valueName: "text"))
    var reason: String?

    @Option(help: ArgumentHelp("When it takes effect (default: when it is approved).", valueName: "time"))
    var effective: String?

    @Option(help: ArgumentHelp("When it lapses by itself (default: never).", valueName: "time"))
    var until: String?

    @Option(
        help: ArgumentHelp(
            "The version that the file was made from (default: the one that holds).", valueName: "version"))
    var base: Int?

    @Flag(help: "Let it hold at once, for a day, without a second person (admins).")
    var emergency = false

    @Flag(help: "Only show what would come of it.")
    var dryRun = false

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func validate() throws {
        if reason == nil, !dryRun { throw ValidationError("Say why: --reason TEXT.") }
        if dryRun, reason != nil || effective != nil || until != nil || base != nil || emergency {
            throw ValidationError("--dry-run takes the file alone.")
        }
        if emergency, effective != nil { throw ValidationError("--emergency is now: leave --effective out.") }
    }

    func run() async throws {
        let session = options.session()
        let bytes = try InputFile(file).read()
        guard bytes.count <= APILimits.policyBytes else {
            throw Failure(
                .failed, "\(InputFile.name(file)): more than the \(APILimits.policyBytes >> 20) MiB that a policy has")
        }
        do {
            if let reason {
                let query = ProposalQuery(
                    reason: reason, base: base, effective: try session.time(effective, "--effective"),
                    until: try session.time(until, "--until"), emergency: emergency)
                let call = Call.post(Route.propose(query), bytes: bytes, timeoutSeconds: PolicyCalls.patience)
                try session.show(try await session.client.send(call), as: ProposalView.self)
            } else {
                let call = Call.post(Route.impact, bytes: bytes, timeoutSeconds: PolicyCalls.patience)
                try session.show(try await session.client.send(call), as: ImpactView.self)
            }
        } catch {
            throw PolicyCalls.failure(error, file: InputFile.name(file))
        }
    }
}

struct PolicyRollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Propose to go back to an earlier version, as a new one.",
        discussion: """
            Nothing is undone in the past: the earlier text is proposed, and becomes a new version by the same rules \
            as any other.

            Examples:
              allot policy history
              allot policy rollback 4 --reason 'the new weights starve research'
            """)

    @Argument(help: "The version to go back to.")
    var version: Int

    @Option(help: ArgumentHelp("Why.", valueName: "text"))
    var reason: String

    @Option(help: ArgumentHelp("When it takes effect (default: when it is approved).", valueName: "time"))
    var effective: String?

    @Flag(help: "Let it hold at once, for a day, without a second person (admins).")
    var emergency = false

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        let session = options.session()
        let query = ProposalQuery(
            reason: reason, version: version, effective: try session.time(effective, "--effective"),
            emergency: emergency)
        let call = Call.post(Route.propose(query), bytes: [], timeoutSeconds: PolicyCalls.patience)
        try session.show(try await session.client.send(call), as: ProposalView.self)
    }
}

/// What commands of the policy have in common.
enum PolicyCalls {
    /// A large policy and a long queue are planned anew, more than once.
    static let patience: Int64 = 120

    /// The daemon knows no names of files; the person does. All faults are told, each on a line.
    static func failure(_ error: any Error, file: String) -> any Error {
        guard let error = error as? ClientError, case .problem(let problem) = error,
            problem.type == "/problems/faulty-policy", case .texts(let faults)? = problem.members["faults"]
        else { return error }
        for fault in faults {
            StandardError.say(fault.hasPrefix("policy:") ? file + fault.dropFirst("policy".count) : fault)
        }
        return Failure(.refused, "the policy has faults; nothing was proposed")
    }
}
