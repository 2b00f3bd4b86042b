import AllotAPI
import AllotClient
import ArgumentParser
import Units

struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Replay a workload on a virtual clock, and say what would come of it.",
        discussion: """
            The daemon's own engine decides, beside the daemon and without any effect on it. What comes of it is shown \
            beside schedulers of the literature where they can run it, and with --policy beside the same under that \
            policy.

            A file may be compressed by gzip; - is standard input. What it is goes by its name: .csv is a list of pods \
            of Alibaba's cluster-trace-gpu-v2023, anything else a log in the Standard Workload Format; --as overrides \
            that. Two files are a list of nodes and a list of pods that come and stay. --hosts has pods come and go by \
            their times instead, with each node of that list as a host of its own. The journal is the daemon's own \
            (admins and auditors).

            Examples:
              allot simulate NASA-iPSC-1993-3.1-cln.swf.gz
              allot simulate openb_pod_list_default.csv --nodes 6 --gpus 48 --cpus 576
              allot simulate openb_node_list_gpu_node.csv openb_pod_list_default.csv
              allot simulate openb_pod_list_default.csv --hosts openb_node_list_gpu_node.csv
              allot simulate --journal --from '2026-10-01 00:00' --until '2026-11-01 00:00' --policy new.yaml
            """)

    @Argument(
        help: ArgumentHelp("The workload; for a packing the nodes and the pods.", valueName: "file"),
        completion: .file())
    var files: [String] = []

    @Flag(help: "Replay what was submitted to this daemon (admins and auditors).")
    var journal = false

    @Option(help: ArgumentHelp("With --journal: what was submitted from then on.", valueName: "time"))
    var from: String?

    @Option(help: ArgumentHelp("With --journal: and before that.", valueName: "time"))
    var until: String?

    @Option(
        help: ArgumentHelp("A policy to compare with what holds now.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var policy: String?

    @Flag(inversion: .prefixedNo, help: "Show schedulers of the literature too.")
    var compare = true

    @Option(help: ArgumentHelp("log or pods: what the file is, whatever its name.", valueName: "kind"))
    var `as`: WorkloadKind?

    @Option(
        help: ArgumentHelp("A list of nodes that pods are replayed on, each a host.", valueName: "file"),
        completion: .file(extensions: ["csv", "gz"]))
    var hosts: String?

    @Option(help: "Cores of the machine (default: the log's own, else this machine's).")
    var cpus: Int?

    @Option(help: "Devices of the machine; needs --cpus.")
    var gpus: Int?

    @Option(help: "NUMA nodes of the machine, all alike; needs --cpus.")
    var nodes: Int?

    @Option(
        help: "Memory of the machine, such as 512G (default: 8G for each core); needs --cpus.",
        transform: ByteCount.argument)
    var memory: ByteCount?

    @Option(help: "Of a packing: how many orders of arrival (default: 10).")
    var runs: Int?

    @Option(help: "Of a packing: the first order's seed (default: 42).")
    var seed: Int?

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func validate() throws {
        if journal, !files.isEmpty { throw ValidationError("--journal takes no file.") }
        if !journal, !(1...2).contains(files.count) {
            throw ValidationError("Give one workload, or a list of nodes and a list of pods, or --journal.")
        }
        if !journal, from != nil || until != nil { throw ValidationError("--from and --until are for --journal.") }
        if `as` != nil, files.count != 1 { throw ValidationError("--as is for one file.") }
        if hosts != nil {
            guard !journal, files.count == 1, source == .pods else {
                throw ValidationError("--hosts is for one list of pods.")
            }
            guard cpus == nil, gpus == nil, nodes == nil, memory == nil else {
                throw ValidationError("--hosts says what the machines have; leave out --cpus and the like.")
            }
        }
        if (files + [policy, hosts].compactMap { $0 }).count(where: { $0 == "-" }) > 1 {
            throw ValidationError("Only one file can be standard input.")
        }
    }

    func run() async throws {
        let session = options.session()
        let policyBytes = try policy.map { path throws(Failure) in try InputFile(path).read() } ?? []
        let contents = try files.map { path throws(Failure) in try InputFile(path).read() }
        let hostBytes = try hosts.map { path throws(Failure) in try InputFile(path).read() }
        var query = SimulationQuery(source: source)
        query.policyBytes = policyBytes.count
        query.nodesBytes = hostBytes?.count ?? (contents.count == 2 ? contents[0].count : 0)
        query.compares = compare
        (query.cpus, query.gpus, query.nodes, query.memoryBytes) = (cpus, gpus, nodes, memory?.bytes)
        (query.from, query.until) = (try time(from), try time(until))
        (query.runs, query.seed) = (runs, seed)
        let bytes = policyBytes + (hostBytes ?? []) + contents.joined()
        guard bytes.count <= APILimits.simulationBytes else { throw InputFile.tooLarge(files.joined(separator: ", ")) }
        let call = Call.post(
            Route.simulation(query), bytes: bytes, timeoutSeconds: APILimits.simulationSeconds + 60)
        if Terminal.standardError.isTerminal { StandardError.say("replaying; Ctrl-C ends it") }
        do throws(ClientError) {
            try session.show(simulation: try await session.client.send(call))
        } catch {
            throw failure(error)
        }
    }

    private var source: SimulationView.Source {
        if journal { return .journal }
        if files.count == 2 { return .packing }
        if let kind = `as` { return kind == .pods ? .pods : .log }
        return [".csv", ".csv.gz"].contains { files[0].hasSuffix($0) } ? .pods : .log
    }

    private func time(_ text: String?) throws -> DateTime? {
        guard let text else { return nil }
        do throws(TimeArgument.Fault) {
            return DateTime(try TimeArgument.read(text, now: Clock.now, zone: options.zone))
        } catch {
            throw ValidationError(error.description)
        }
    }

    /// The daemon knows no names of files; the person does.
    private func failure(_ error: ClientError) -> any Error {
        guard case .problem(let problem) = error, problem.type == "/problems/unreadable-file",
            let field = problem.field
        else { return error }
        let paths = ["policy": policy, "nodes": hosts ?? files.first, "workload": files.last]
        guard let path = paths[field] ?? nil else { return error }
        let name = InputFile.name(path)
        // Faults of a policy begin with its name, the line and the column, each in a line of its own.
        let lines = problem.detail.split(separator: "\n").enumerated().map { number, line in
            let line = number == 0 && line.hasPrefix("\(field): ") ? line.dropFirst(field.utf8.count + 2) : line
            guard field == "policy", line.hasPrefix("policy:") else {
                return number == 0 ? "\(name): \(line)" : "\(line)"
            }
            return name + line.dropFirst("policy".count)
        }
        for line in lines.dropLast() { StandardError.say(line) }
        return Failure(.failed, lines.last)
    }
}

/// What a file of a workload is.
enum WorkloadKind: String, CaseIterable, ExpressibleByArgument, Sendable {
    case log, pods
}
