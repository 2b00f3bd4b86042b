/// What a policy made of a trace, over several orders of arrival.
public struct PackingReport: Sendable, Hashable {
    public var method: PackingMethod
    public var runs: [PackingRun]

    public init(method: PackingMethod, runs: [PackingRun]) {
        self.method = method
        self.runs = runs
    }

    /// Percent of the cluster's GPUs, mean over the runs, when as much as it has had arrived.
    public var meanAllocation: Double { runs.reduce(0) { $0 + $1.allocation } / Double(max(runs.count, 1)) }
}

/// One order of arrival.
public struct PackingRun: Sendable, Hashable {
    public var seed: UInt64
    /// Thousandths of GPUs: of the cluster, asked for so far, held.
    public var capacityMilli: Int
    public var arrivedMilli = 0
    public var allocatedMilli = 0
    /// What was held when the demand reached the capacity; nil where it never did.
    public var allocatedAtCapacityMilli: Int?
    /// Pods that fitted nowhere.
    public var dropped = 0

    init(seed: UInt64, capacityMilli: Int) {
        self.seed = seed
        self.capacityMilli = capacityMilli
    }

    /// Percent of the cluster's GPUs when as much as it has had arrived.
    public var allocation: Double {
        100 * Double(allocatedAtCapacityMilli ?? allocatedMilli) / Double(max(capacityMilli, 1))
    }
}
