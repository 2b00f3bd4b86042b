extension OpenAPI.Operation {
    static let simulate = Self(
        .post, Route.simulations, id: "simulate", .operation, "Replay a workload on a virtual clock",
        "Takes a workload through the daemon's own engine, beside the daemon and without any effect on it, and reports "
            + "what came of it: under what holds now, under a policy that is sent along, and by schedulers of the "
            + "literature. The body is up to three files one behind the other, whose lengths the query says: a policy "
            + "(YAML), a list of nodes, and, as the rest, the workload; the last two may be compressed by gzip. "
            + "Together they have at most \(APILimits.simulationBytes) bytes, each at most "
            + "\(APILimits.simulationContentBytes) when decompressed. It may take \(APILimits.simulationSeconds) s and "
            + "\(APILimits.simulationMemoryBytes) bytes of memory, and ends when the client goes away. "
            + "\(APILimits.simulations) run at a time, one of each user. The journal is for admins and auditors: it "
            + "tells of everybody's work. It counts against the user's questions, as a quote does.",
        parameters: [
            OpenAPI.Parameter(
                name: "source", place: .query, description: "What is replayed.",
                schema: .choice(SimulationView.Source.self, "The kind of workload."), isNeeded: true),
            .count("policyBytes", "The length of the policy, 0 for none.", standard: 0),
            .count(
                "nodesBytes",
                "The length of the list of nodes, 0 for none. A packing needs one; of `pods` with their times each "
                    + "node is then a host of its own, in place of the one machine.", standard: 0),
            OpenAPI.Parameter(
                name: "compare", place: .query, description: "Whether schedulers of the literature are shown too.",
                schema: .flag("`true` or `false`.", standard: true)),
            .count("cpus", "Cores of the machine. Without any of these four it is the log's own, else this machine."),
            .count("memoryBytes", "Memory of the machine."),
            .count("gpus", "Devices of the machine."),
            .count("nodes", "NUMA nodes of the machine, each with an equal part of all that."),
            OpenAPI.Parameter(
                name: "from", place: .query, description: "Of the journal: reservations submitted from then on.",
                schema: .time("Absent for all.")),
            OpenAPI.Parameter(
                name: "until", place: .query, description: "Of the journal: and before that.",
                schema: .time("Absent for all.")),
            OpenAPI.Parameter(
                name: "runs", place: .query, description: "Of a packing: how many orders of arrival.",
                schema: .integer("Runs.", APILimits.simulationRuns, standard: 10)),
            .count("seed", "Of a packing: the first order's seed; the next has the next number.", standard: 42),
        ],
        body: OpenAPI.Body(schema: nil, isRequired: false),
        success: .json("SimulationView", "What came of it."),
        problems: [
            .invalidField, .unsupportedMediaType, .tooManySimulations, .unreadableFile, .simulationLimit, .forbidden,
            .tooManyQuotes,
        ])
}

extension OpenAPI.Parameter {
    fileprivate static func count(_ name: String, _ description: String, standard: Int64? = nil) -> Self {
        var schema = OpenAPI.Schema.quantity("A whole number.")
        schema.standard = standard.map { .number($0) }
        return Self(name: name, place: .query, description: description, schema: schema)
    }
}
