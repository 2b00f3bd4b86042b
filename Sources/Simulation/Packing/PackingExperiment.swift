/// The protocol of the FGD paper's evaluation (USENIX ATC 2023, section 6.2): pods come one by one and stay; one that
/// fits nowhere is dropped.
///
/// The trace's pods come first, in an order that the seed makes. Then pods drawn from the trace, with replacement,
/// until 130% of the cluster's GPUs have been asked for. The nodes' order, by which ties are broken, is of the seed
/// too. What is allocated is read when the demand that has arrived reaches 100% of the GPUs.
public struct PackingExperiment: Sendable {
    public let trace: ClusterTrace
    private let typical: TypicalPods

    public init(_ trace: ClusterTrace) {
        self.trace = trace
        typical = TypicalPods(of: trace.pods)
    }

    /// One run for each seed.
    public func report(_ method: PackingMethod, seeds: some Sequence<UInt64>) -> PackingReport {
        PackingReport(method: method, runs: seeds.map { run(method, seed: $0) })
    }

    /// One run.
    public func run(_ method: PackingMethod, seed: UInt64) -> PackingRun {
        switch method {
        case .anyFit: run(RandomPlacement(seed: ~seed), seed: seed)
        case .bestFit: run(RankedPlacement(BestFit()), seed: seed)
        case .fragmentationGradient: run(RankedPlacement(FragmentationGradient(typical)), seed: seed)
        case .leastStranding: run(LeastStranding(), seed: seed)
        }
    }

    /// One run of a policy that is not among the known ones.
    public func run(_ policy: some PackingPolicy, seed: UInt64) -> PackingRun {
        var policy = policy
        var generator = SeededGenerator(seed: seed)
        var cluster = PackingCluster(nodes: generator.permuted(trace.nodes))
        let capacity = trace.gpuMilli
        var run = PackingRun(seed: seed, capacityMilli: capacity)
        for pod in arrivals(&generator) {
            run.arrivedMilli += pod.totalMilli
            if let placement = policy.place(pod, in: cluster) {
                cluster.take(pod, placement)
                run.allocatedMilli += pod.totalMilli
            } else {
                run.dropped += 1
            }
            if run.arrivedMilli >= capacity, run.allocatedAtCapacityMilli == nil {
                run.allocatedAtCapacityMilli = run.allocatedMilli
            }
        }
        return run
    }

    private func arrivals(_ generator: inout SeededGenerator) -> [PackingPod] {
        var pods = generator.permuted(trace.pods)
        var milli = pods.reduce(0) { $0 + $1.totalMilli }
        guard milli > 0 else { return pods }
        let limit = trace.gpuMilli * 130 / 100
        while milli < limit {
            let pod = trace.pods[generator.number(below: trace.pods.count)]
            pods.append(pod)
            milli += pod.totalMilli
        }
        return pods
    }
}

/// The policies that are known.
public enum PackingMethod: String, Sendable, CaseIterable {
    /// `RandomPlacement`.
    case anyFit
    case bestFit, fragmentationGradient, leastStranding
}
