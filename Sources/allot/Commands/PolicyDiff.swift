import AllotAPI
import ArgumentParser
import Policy

struct PolicyDiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Compare what two policies say.",
        discussion: """
            With one file it is compared with the policy that holds, which the daemon is asked for; with two no daemon \
            is needed.

            Places are named by ids, so that a department keeps its name wherever it stands in the text; comments and \
            the order of members are no difference. A team that moves to another department is one change.

            Exit codes, as diff(1) has them: 0 they say the same; 1 they differ; 2 a file has faults or cannot be \
            read. Beside them 64 usage; 69 daemon not reachable; 77 not permitted.

            Examples:
              allot policy diff new.yaml               what proposing it would change
              allot policy diff policy.yaml new.yaml
              git show main:policy.yaml | allot policy diff - policy.yaml
              allot policy diff policy.yaml new.yaml --output json
            """)

    @Argument(
        help: ArgumentHelp(
            "The policy after, or with two files the one before; - is standard input.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    @Argument(
        help: ArgumentHelp("The policy after.", valueName: "other"),
        completion: .file(extensions: ["yaml", "yml"]))
    var other: String?

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func validate() throws {
        if file == "-", other == "-" { throw ValidationError("Only one file can be standard input.") }
    }

    func run() async throws {
        let session = options.session()
        let changes: [PolicyChange]
        do {
            if let other {
                changes = try PolicyFile(file).read().changes(to: try PolicyFile(other).read())
            } else {
                let after = try PolicyFile(file).read()
                changes = try await PolicyFile.holding(session).changes(to: after)
            }
        } catch let fault as PolicyFile.Fault {
            throw refusal(fault)
        }
        let list = ChangeList(changes: changes)
        switch options.output {
        case .json: try StandardOutput.write(list.json())
        case .csv: try StandardOutput.write(list.csv())
        case .table: try StandardOutput.write(list.text(session.output.style))
        }
        if !changes.isEmpty { throw Failure(.failed, nil) }
    }

    /// 1 means that there are differences.
    private func refusal(_ fault: PolicyFile.Fault) -> Failure {
        switch fault {
        case .unreadable(let failure): return Failure(.refused, failure.message, hint: failure.hint)
        case .faults(let path, let faults):
            StandardError.write(FindingReport(path: path, findings: faults.findings, isStrict: false).lines())
            return Failure(.refused, nil)
        }
    }
}
