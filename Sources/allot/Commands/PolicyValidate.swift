import AllotAPI
import ArgumentParser
import Policy

struct PolicyValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Check a policy's text, with no daemon.",
        discussion: """
            Everything that is wrong is told at once on standard error, each as file:line:column: field: message. What \
            depends on the machine is a warning, and nothing is said of it without --host.

            Exit codes: 0 the policy can be proposed; 2 it has faults; 1 a file cannot be read; 64 usage.

            Examples:
              allot policy validate policy.yaml
              allot host --output json > host.json
              allot policy validate policy.yaml --host host.json --strict
              git show main:policy.yaml | allot policy validate policy.yaml --before -
            """)

    @Argument(
        help: ArgumentHelp("The policy; - is standard input.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    @Flag(help: "Take warnings for faults.")
    var strict = false

    @Option(
        help: ArgumentHelp("What 'allot host --output json' says of the machine.", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var host: String?

    @Option(
        help: ArgumentHelp("The policy that holds now, whose prices have begun.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var before: String?

    @Flag(help: "Ask this machine whether it has the managers, and who has a role.")
    var names = false

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func validate() throws {
        guard [file, host, before].count(where: { $0 == "-" }) < 2 else {
            throw ValidationError("Only one file can be standard input.")
        }
    }

    func run() async throws {
        let findings: [PolicyFinding]
        do throws(PolicyFile.Fault) {
            let old = try before.map { path throws(PolicyFile.Fault) in try PolicyFile(path).read() }
            let inventory = try host.map { path throws(PolicyFile.Fault) in try PolicyFile.inventory(path) }
            let users = MachineUsers()
            findings = try PolicyFile(file).read().check(
                inventory: inventory, before: old, now: Clock.now, isKnown: names ? users.isKnown : { _ in nil })
        } catch {
            switch error {
            case .unreadable(let failure): throw failure
            case .faults(let path, let faults):
                return try report(FindingReport(path: path, findings: faults.findings, isStrict: strict))
            }
        }
        try report(FindingReport(path: file, findings: findings, isStrict: strict))
    }

    private func report(_ report: FindingReport) throws {
        switch options.output {
        case .json: try StandardOutput.write(report.json())
        case .csv: try StandardOutput.write(report.csv())
        case .table:
            StandardError.write(report.lines())
            if !report.isRefused { try StandardOutput.write(report.summary) }
        }
        if report.isRefused { throw Failure(.refused, options.output == .table ? report.refusal : nil) }
    }
}
