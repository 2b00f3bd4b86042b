import Units

/// Allot's own: the node on which the least is stranded more, if typical pods go on coming.
///
/// FGD asks of each kind of typical pod whether one more fits. A node with eight free GPUs and cores for two pods looks
/// whole to it, although six GPUs are lost. This asks how much is left over when the node is filled up with the kind:
/// the stranded part s of the free GPUs f, because cores run out or because no GPU has enough left. Over the kinds,
/// weighted by how frequent each is, a node costs
///
///     root(f) × mean of (s ÷ f)²
///
/// The square makes a node that is useless to one kind worse than one that is half useless to two: the latter still
/// serves either. The root makes free GPUs cheaper together than apart, so that whole nodes stay whole. The rank is the
/// decrease; ties go to the node that is left with the least, as in best fit. Kinds without GPUs strand nothing and
/// have no say, nor have kinds that do not run on the node's model.
///
/// Integers only. What is filled up in the thought is bounded by GPUs and cores; memory, which runs short last in the
/// traces, made no difference.
public struct LeastStranding: PackingRule {
    /// Weights are parts of `whole`.
    private let kinds: [(pod: PackingPod, weight: Int)]
    private static let whole = 1 << 16

    public init(_ typical: TypicalPods) {
        let sharing = typical.kinds.filter { $0.pod.gpus > 0 }
        let total = max(sharing.reduce(0) { $0 + $1.count }, 1)
        kinds = sharing.map { ($0.pod, $0.count * LeastStranding.whole / total) }
    }

    /// A decrease of the cost, then tightness.
    public struct Rank: Comparable, Sendable {
        var decrease: Int
        var tightness: Int

        public static func < (left: Rank, right: Rank) -> Bool {
            (left.decrease, left.tightness) < (right.decrease, right.tightness)
        }
    }

    public func best(for pod: PackingPod, on node: PackingNode, free: NodeFree) -> (rank: Rank, gpus: DeviceSet) {
        let before = cost(of: free, on: node)
        var best = (rank: Rank(decrease: .min, tightness: .min), gpus: DeviceSet())
        for choice in free.choices(for: pod) {
            var after = free
            after.take(pod, on: choice)
            let rank = Rank(
                decrease: before - cost(of: after, on: node),
                tightness: -after.cpuMilli - after.gpus.total * LeastStranding.cpuPerGPU)
            if rank > best.rank { best = (rank, choice) }
        }
        return best
    }

    /// What a thousandth of a GPU weighs in thousandths of a core when it is told which node is fuller.
    private static let cpuPerGPU = 16

    /// At most 2^16 × root(16,000 × 2^10) × 2^28 on the way: it fits an Int64.
    func cost(of free: NodeFree, on node: PackingNode) -> Int {
        let total = free.gpus.total
        guard total > 0 else { return 0 }
        let squares = kinds.reduce(0) { sum, kind in
            guard kind.pod.accepts(node) else { return sum }
            let byCores = kind.pod.cpuMilli > 0 ? free.cpuMilli / kind.pod.cpuMilli : .max
            let stranded = total - min(byCores, free.gpus.copies(of: kind.pod)) * kind.pod.totalMilli
            return sum + kind.weight * stranded * stranded
        }
        return squares * LeastStranding.root(total << 10) / (total * total)
    }

    /// The whole part of the square root (Newton's method from above).
    private static func root(_ number: Int) -> Int {
        guard number > 1 else { return number }
        var guess = 1 << ((Int.bitWidth - number.leadingZeroBitCount + 1) / 2)
        while true {
            let next = (guess + number / guess) / 2
            if next >= guess { return guess }
            guess = next
        }
    }
}
