/// The kinds of pods that a workload mostly consists of: what future demand is taken to look like.
public struct TypicalPods: Sendable {
    /// One kind, and how many pods are of it.
    public typealias Kind = (pod: PackingPod, count: Int)

    /// The most frequent first.
    public private(set) var kinds: [Kind]

    /// The most frequent kinds that together make up 95 of 100 pods, those without GPUs among them. Kinds are told
    /// apart by cores, GPUs and models, not by memory; of equally frequent ones the larger comes first (the FGD paper,
    /// section 4.2, and its simulator's settings).
    public init(of pods: [PackingPod]) {
        var counts: [PackingPod: Int] = [:]
        for pod in pods {
            var kind = pod
            kind.memoryMiB = 0
            counts[kind, default: 0] += 1
        }
        let sorted = counts.map { (pod: $0.key, count: $0.value) }.sorted { TypicalPods.comesFirst($0, $1) }
        kinds = []
        var seen = 0
        for kind in sorted where seen * 100 < pods.count * TypicalPods.percent {
            kinds.append(kind)
            seen += kind.count
        }
    }

    private static let percent = 95

    /// Pods of all these kinds.
    public var total: Int { kinds.reduce(0) { $0 + $1.count } }

    private static func comesFirst(_ left: Kind, _ right: Kind) -> Bool {
        let leftKey = [left.count, left.pod.cpuMilli, left.pod.gpuMilli, left.pod.gpus]
        let rightKey = [right.count, right.pod.cpuMilli, right.pod.gpuMilli, right.pod.gpus]
        if leftKey != rightKey { return rightKey.lexicographicallyPrecedes(leftKey) }
        return right.pod.models.lexicographicallyPrecedes(left.pod.models)
    }
}
