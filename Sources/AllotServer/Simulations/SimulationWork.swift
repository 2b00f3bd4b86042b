import AllotAPI
import Policy
import Scheduling
import Simulation
import Topology
import Units

/// One simulation, from its files to its reports.
struct SimulationWork {
    let order: SimulationOrder
    let files: SimulationFiles

    private var query: SimulationQuery { order.query }

    /// What came of it.
    var result: Result<SimulationView, SimulationFault> {
        Result { () throws(SimulationFault) in try run() }
    }

    private func run() throws(SimulationFault) -> SimulationView {
        switch query.source {
        case .log: try log()
        case .pods: try pods()
        case .packing: try packing()
        case .journal: try journal()
        }
    }

    // MARK: - Workloads

    private func log() throws(SimulationFault) -> SimulationView {
        let bytes = try content(files.workload, "workload")
        let log = try parse("workload") { () throws(TraceError) in try WorkloadLog(standardWorkloadFormat: bytes) }
        guard let processors = query.cpus ?? log.processors, Limits.simulatedProcessors.contains(Int64(processors))
        else {
            throw SimulationFault(
                field: "cpus", detail: "the log's header names no MaxProcs; say how many processors the machine has")
        }
        let perCore = Workload.processorsPerCore(of: processors)
        let cores = (processors + perCore - 1) / perCore
        let workload = try made { () throws(SimulationError) in try Workload(log, processorsPerCore: perCore) }
        let host = try made { () throws(SimulationError) in
            try Topology.Host.virtual(cores: cores, memory: ByteCount(bytes: Int64(cores)))
        }
        var notes = ["Every department of the log has the same weight."]
        if perCore > 1 {
            notes.append("\(perCore) processors of the log make one core: a machine has at most \(BitSet.limit).")
        }
        return try compare(workload, on: [host], present: workload.equalShares, notes: notes)
    }

    private func pods() throws(SimulationFault) -> SimulationView {
        let bytes = try content(files.workload, "workload")
        var hosts: [Topology.Host] = []
        if let nodes = files.nodes { hosts = try self.hosts(nodes) }
        let workload = try parse("workload") { () throws(TraceError) in
            try Workload(podList: bytes, onNodes: files.nodes != nil)
        }
        var notes = ["The list names nobody: all pods are one user's."]
        if files.nodes != nil {
            notes.append("Each node is a host. Cores are whole ones, and a pod that names several models takes any.")
        } else {
            notes = ["The list names nobody: all pods are one user's. A part of a GPU became a whole one."]
            hosts = [try host()]
        }
        return try compare(workload, on: hosts, present: workload.equalShares, notes: notes)
    }

    /// A host for each node of the list that was sent along.
    private func hosts(_ nodes: [UInt8]) throws(SimulationFault) -> [Topology.Host] {
        let trace = try trace(nodes: try content(nodes, "nodes"))
        guard !trace.nodes.isEmpty else { throw SimulationFault(field: "nodes", detail: "there is no node in it") }
        do throws(SimulationError) {
            return try trace.hosts()
        } catch {
            throw SimulationFault(field: "nodes", detail: "\(error)")
        }
    }

    private func journal() throws(SimulationFault) -> SimulationView {
        guard let folder = order.folder else {
            throw SimulationFault(field: "source", detail: "the journal is not there to be read")
        }
        let period = JournalPeriod(from: query.from?.timestamp, until: query.until?.timestamp)
        let events = try period.events(folder: folder)
        let workload = try made { () throws(SimulationError) in try Workload(journal: events) }
        let notes = [
            "What was held when the period began is not there; who belongs to which department is as it was then."
        ]
        return try compare(workload, on: [try host()], present: order.policy, notes: notes)
    }

    /// The machine that was asked for, else the daemon's own.
    private func host() throws(SimulationFault) -> Topology.Host {
        guard query.cpus != nil || query.gpus != nil || query.nodes != nil || query.memoryBytes != nil else {
            return order.host
        }
        guard let cores = query.cpus else {
            throw SimulationFault(field: "cpus", detail: "a machine of one's own needs its cores")
        }
        let memory = query.memoryBytes ?? Limits.simulatedCoreMemory.bytes * Int64(cores)
        return try made { () throws(SimulationError) in
            try Topology.Host.virtual(
                cores: cores, memory: ByteCount(bytes: memory), devices: query.gpus ?? 0, nodes: query.nodes ?? 1)
        }
    }

    // MARK: - Schedulers

    private func compare(
        _ workload: Workload, on hosts: [Topology.Host], present: Policy, notes: [String]
    ) throws(SimulationFault) -> SimulationView {
        guard !workload.submissions.isEmpty else {
            let left = workload.leftOut == 0 ? "" : "; left out: \(workload.leftOut)"
            throw query.source == .journal
                ? SimulationFault(field: "from", detail: "nothing that was submitted then can be replayed\(left)")
                : SimulationFault(field: "workload", detail: "nothing in it can be replayed\(left)")
        }
        let candidate = try candidate()
        var notes = notes
        let first = report("Allot", workload, on: hosts, policy: present)
        var reports = [SimulationViews.report(first, .present)]
        if let candidate {
            let known = Set(candidate.departments.map(\.id))
            let unknown = Set(workload.submissions.map(\.account.department)).subtracting(known)
            if !unknown.isEmpty {
                notes.append("The new policy does not know \(unknown.count) departments; there they have no weight.")
            }
            let second = report("Allot, new policy", workload, on: hosts, policy: candidate)
            reports.append(SimulationViews.report(second, .candidate, before: first))
        }
        if query.compares {
            do throws(SimulationError) {
                reports += try references(workload, on: hosts, policy: present)
            } catch {
                notes.append("The schedulers of the literature know processors alone, and are not shown.")
            }
        }
        return SimulationView(
            source: query.source,
            machine: .init(
                hosts: hosts.count, nodes: hosts.reduce(0) { $0 + $1.numaNodes.count },
                cpus: hosts.reduce(0) { $0 + $1.cores.count },
                gpus: hosts.reduce(0) { $0 + $1.devices.count(where: \.isPresent) }),
            notes: notes, reports: reports)
    }

    private func report(
        _ name: String, _ workload: Workload, on hosts: [Topology.Host], policy: Policy
    ) -> SimulationReport {
        var replay = Replay(workload, hosts: hosts, policy: policy)
        return SimulationReport(name, of: workload, outcomes: replay.run(), hosts: hosts, policy: policy)
    }

    private func references(
        _ workload: Workload, on hosts: [Topology.Host], policy: Policy
    ) throws(SimulationError) -> [SimulationView.Report] {
        var reports: [SimulationView.Report] = []
        for method in QueuePolicy.allCases {
            let outcomes = try workload.outcomes(under: method, on: hosts)
            let report = SimulationReport(method.name, of: workload, outcomes: outcomes, hosts: hosts, policy: policy)
            reports.append(SimulationViews.report(report, .reference))
        }
        return reports
    }

    private func packing() throws(SimulationFault) -> SimulationView {
        guard files.policy == nil else {
            throw SimulationFault(field: "policy", detail: "a packing has no departments, so a policy changes nothing")
        }
        guard let nodes = files.nodes else {
            throw SimulationFault(field: "nodes", detail: "a packing needs a list of nodes")
        }
        let nodeList = try content(nodes, "nodes")
        let podList = try content(files.workload, "workload")
        _ = try self.trace(nodes: nodeList)
        let trace = try parse("workload") { () throws(TraceError) in
            try ClusterTrace(nodeList: nodeList, podList: podList)
        }
        guard trace.gpuMilli > 0, trace.pods.contains(where: { $0.gpus > 0 }) else {
            throw SimulationFault(field: "workload", detail: "no GPU is there, or none is asked for")
        }
        let experiment = PackingExperiment(trace)
        let first = UInt64(query.seed ?? 42)
        let seeds = first..<(first + UInt64(query.runs ?? 10))
        let methods = PackingMethod.allCases.filter { query.compares || $0 == .leastStranding }
        let reports = methods.sorted { $0 == .leastStranding && $1 != .leastStranding }.map { method in
            SimulationViews.report(experiment.report(method, seeds: seeds))
        }
        return SimulationView(
            source: .packing,
            machine: .init(
                hosts: trace.nodes.count, nodes: trace.nodes.count,
                cpus: trace.nodes.reduce(0) { $0 + $1.cpuMilli } / 1000,
                gpus: trace.nodes.reduce(0) { $0 + $1.gpus }),
            notes: ["Pods come one by one and stay; one that fits nowhere is dropped."], reports: reports)
    }

    /// Reads nodes alone.
    private func trace(nodes: [UInt8]) throws(SimulationFault) -> ClusterTrace {
        let noPods = Array("cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec\n".utf8)
        return try parse("nodes") { () throws(TraceError) in try ClusterTrace(nodeList: nodes, podList: noPods) }
    }

    // MARK: - Files

    private func candidate() throws(SimulationFault) -> Policy? {
        guard let bytes = files.policy else { return nil }
        do throws(DocumentFaults) {
            return try Policy.read(yaml: bytes, name: "policy")
        } catch {
            throw SimulationFault(field: "policy", detail: "\(error)")
        }
    }

    /// What a file holds, decompressed where it is compressed.
    private func content(_ bytes: [UInt8], _ field: String) throws(SimulationFault) -> [UInt8] {
        guard !bytes.isEmpty else { throw SimulationFault(field: field, detail: "it is empty") }
        guard bytes.starts(with: [0x1F, 0x8B]) else { return bytes }
        do throws(GzipError) {
            return try Gzip.decompress(bytes, limitBytes: Limits.simulationContentBytes)
        } catch {
            throw SimulationFault(field: field, detail: "\(error)")
        }
    }

    private func parse<Value>(
        _ field: String, _ read: () throws(TraceError) -> Value
    ) throws(SimulationFault) -> Value {
        do throws(TraceError) {
            return try read()
        } catch {
            throw SimulationFault(field: field, detail: "\(error)")
        }
    }

    private func made<Value>(_ make: () throws(SimulationError) -> Value) throws(SimulationFault) -> Value {
        do throws(SimulationError) {
            return try make()
        } catch {
            guard case .outOfRange(let field, _, _) = error else {
                throw SimulationFault(field: "workload", detail: "\(error)")
            }
            let names = ["cores": "cpus", "devices": "gpus"]
            throw SimulationFault(field: names[field] ?? field, detail: "\(error)")
        }
    }
}

extension QueuePolicy {
    /// As the literature calls it.
    fileprivate var name: String {
        switch self {
        case .firstComeFirstServed: "FCFS"
        case .easyBackfill: "EASY"
        case .conservativeBackfill: "conservative"
        }
    }
}
