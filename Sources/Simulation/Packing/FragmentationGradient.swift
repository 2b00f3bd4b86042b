import Glibc
import Units

/// Fragmentation gradient descent (FGD): the node whose fragmentation grows least (Weng and others, "Beware of
/// Fragmentation", USENIX ATC 2023, algorithm 1; rounding, order and the choice of GPUs as in the authors' simulator,
/// hkust-adsl/kubernetes-scheduler-simulator).
///
/// A node's fragmentation is what is free of its GPUs and of no use to the typical pods, weighted by how frequent each
/// is: all of it where the pod does not fit, or has no use for GPUs; else what lies on GPUs that have too little for
/// it. The rank is the decrease, through a sigmoid, in whole percents: differences below a few hundredths of a GPU tie.
public struct FragmentationGradient: PackingRule {
    private let kinds: [(pod: PackingPod, weight: Double)]

    public init(_ typical: TypicalPods) {
        let total = Double(max(typical.total, 1))
        kinds = typical.kinds.map { ($0.pod, Double($0.count) / total) }
    }

    public func best(for pod: PackingPod, on node: PackingNode, free: NodeFree) -> (rank: Int, gpus: DeviceSet) {
        let before = fragmentation(of: free, on: node)
        var best = (rank: -1, gpus: DeviceSet())
        for choice in free.choices(for: pod) {
            var after = free
            after.take(pod, on: choice)
            let decrease = before - fragmentation(of: after, on: node)
            let rank = Int(100 / (1 + exp(-decrease / 1000)))
            if rank > best.rank { best = (rank, choice) }
        }
        return best
    }

    /// In thousandths of a GPU. Memory is left out of it, as in the paper.
    func fragmentation(of free: NodeFree, on node: PackingNode) -> Double {
        let total = free.gpus.total
        guard total > 0 else { return 0 }
        return kinds.reduce(0) { sum, kind in
            let pod = kind.pod
            let isUseful =
                pod.gpus > 0 && free.cpuMilli >= pod.cpuMilli && pod.accepts(node)
                && free.gpus.count(atLeast: pod.gpuMilli) >= pod.gpus
            return sum + kind.weight * Double(isUseful ? free.gpus.total(below: pod.gpuMilli) : total)
        }
    }
}
