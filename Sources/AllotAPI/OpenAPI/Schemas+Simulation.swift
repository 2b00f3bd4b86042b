extension OpenAPI.NamedSchema {
    static let simulationView = view(
        "SimulationView", "What schedulers made of a workload, beside each other.",
        [
            .required("source", .choice(SimulationView.Source.self, "What was replayed.")),
            .required("machine", .reference("SimulationMachine")),
            .required("notes", .array("What has to be known to read the figures.", of: .text("One thing."))),
            .required(
                "reports",
                .array("One for each scheduler: Allot's, then the references'.", of: .reference("SimulationReport"))),
        ])

    static let simulationMachine = view(
        "SimulationMachine", "What it was replayed on.",
        [
            .required("hosts", .quantity("Machines.")),
            .required("nodes", .quantity("NUMA nodes of all of them; of a packing as many as machines.")),
            .required("cpus", .quantity("Cores.")),
            .required("gpus", .quantity("Devices.")),
        ])

    static let simulationReport = view(
        "SimulationReport", "What one scheduler made of it.",
        [
            .required("scheduler", .text("Its name.", examples: ["Allot", "EASY"])),
            .required(
                "role",
                .choice(
                    SimulationView.Role.self,
                    "`present` is Allot under what holds now, or with all departments alike where that does not know "
                        + "the workload's; `candidate` is Allot under the policy that was sent along; `reference` is a "
                        + "scheduler of the literature.")),
            .required(
                "figures", .array("In the order in which they are read.", of: .reference("SimulationFigure"))),
            .optional(
                "departments",
                .array(
                    "What departments received while there was something to share; absent where there never was.",
                    of: .reference("SimulationDepartment"))),
        ])

    static let simulationFigure = view(
        "SimulationFigure", "One number. A scheduler that can not have it has none of that name.",
        [
            .required("name", .text("For programs.", examples: ["waitMean", "coreUtilization"])),
            .required("label", .text("For people.", examples: ["wait, mean"])),
            .required("value", .signedDecimal("Its value.")),
            .required(
                "unit", .choice(SimulationView.Unit.self, "A share is a part of one; a ratio may be above one.")),
            .optional("change", .signedDecimal("Of a candidate: how much more than the present has.")),
        ])

    static let simulationDepartment = view(
        "SimulationDepartment", "One department's part of what was given out while there was something to share.",
        [
            .required("department", .text("Its id.")),
            .required("weight", .quantity("By the policy; 0 where that does not know it.")),
            .required("entitledShare", .decimal("What was its by weighted max-min fairness, as a part of all.")),
            .required("receivedShare", .decimal("What it held, as a part of all.")),
        ])
}

extension OpenAPI.Schema {
    /// An exact number with a point, which may be below zero.
    fileprivate static func signedDecimal(_ description: String) -> Self {
        text(description, pattern: "^-?[0-9]+(\\.[0-9]+)?$", examples: ["8.08"])
    }
}
