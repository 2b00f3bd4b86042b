import AllotAPI
import Hummingbird
import NIOCore
import Units

extension API {
    func addSimulationRoutes(to routes: RouterGroup<AllotRequestContext>) {
        routes.post("simulations") { request, context in try await simulate(request, context) }
    }

    /// Replays a workload in a process of its own: what the daemon does is neither changed nor held up.
    private func simulate(_ request: Hummingbird.Request, _ context: AllotRequestContext) async throws -> Response {
        let query = try SimulationQuery(request)
        let caller = try await caller(context, .simulate)
        // The journal tells of everybody's work.
        guard query.source != .journal || caller.extent(of: .simulate) == .all else {
            throw Problems.roleNeeded(["auditor", "admin"])
        }
        let bytes = context.body.readableBytes
        if bytes > 0, request.headers[.contentType] != "application/octet-stream" {
            throw Problems.unsupportedMediaType(request.headers[.contentType], expected: "application/octet-stream")
        }
        guard query.policyBytes <= bytes, query.nodesBytes <= bytes - query.policyBytes else {
            throw Problems.invalidField("policyBytes", "with nodesBytes it is more than the body's \(bytes) bytes")
        }
        try admitQuestion(of: caller.subject.user)
        let engine = await broker.snapshot().engine
        let order = SimulationOrder(
            query: query, host: engine.host, policy: engine.policy,
            folder: query.source == .journal ? simulator.folder : nil)
        return Reply(status: 200, body: try await simulator.run(order, files: context.body)).response
    }
}

extension SimulationQuery {
    init(_ request: Hummingbird.Request) throws(Problem) {
        let query = try Query(
            request,
            known: [
                "source", "compare", "policyBytes", "nodesBytes", "cpus", "memoryBytes", "gpus", "nodes", "from",
                "until", "runs", "seed",
            ])
        guard let source = try query.choice("source", SimulationView.Source.self) else {
            let sources = SimulationView.Source.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problems.invalidField("source", "needed: one of \(sources)")
        }
        self.init(source: source)
        let largest = Int64(HTTPLimits().simulationBytes)
        compares = try query.flag("compare") ?? true
        policyBytes = Int(try query.number("policyBytes", in: 0...largest) ?? 0)
        nodesBytes = Int(try query.number("nodesBytes", in: 0...largest) ?? 0)
        let cores = source == .log ? Limits.simulatedProcessors : Limits.simulatedCores
        cpus = try query.number("cpus", in: cores).map { Int($0) }
        memoryBytes = try query.number("memoryBytes", in: Limits.simulatedMemory)
        gpus = try query.number("gpus", in: Limits.simulatedDevices).map { Int($0) }
        nodes = try query.number("nodes", in: Limits.simulatedNodes).map { Int($0) }
        from = try query.time("from")
        until = try query.time("until")
        runs = try query.number("runs", in: Limits.simulationRuns).map { Int($0) }
        seed = try query.number("seed", in: Limits.simulationSeeds).map { Int($0) }
        try check(query)
    }

    /// A parameter that the source has no use for is a mistake.
    private func check(_ query: Query) throws(Problem) {
        var unused: [String] = []
        if source != .journal { unused += ["from", "until"] }
        if source != .packing { unused += ["runs", "seed"] }
        switch source {
        case .log: unused += ["memoryBytes", "gpus", "nodes"]
        case .packing: unused += ["cpus", "memoryBytes", "gpus", "nodes"]
        case .pods, .journal: break
        }
        for name in unused where query.has(name) {
            throw Problems.invalidField(name, "not for a simulation of \(source.rawValue)")
        }
        guard nodesBytes > 0 else { return }
        guard source == .packing || source == .pods else {
            throw Problems.invalidField("nodesBytes", "for a packing or a list of pods only")
        }
        for name in ["cpus", "memoryBytes", "gpus", "nodes"] where query.has(name) {
            throw Problems.invalidField(name, "the list of nodes says it")
        }
    }
}
