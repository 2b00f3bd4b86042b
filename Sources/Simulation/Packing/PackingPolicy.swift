import Units

/// Chooses a node, and GPUs on it, for one pod at a time.
///
/// It never refuses a pod that fits somewhere: policies are compared by how well they pack, not by what they turn away.
public protocol PackingPolicy {
    /// Where the pod goes; nil where it fits nowhere. The cluster changes only by what this gives.
    mutating func place(_ pod: PackingPod, in cluster: PackingCluster) -> PackingPlacement?
}

/// A node by its index, and the GPUs on it.
public struct PackingPlacement: Sendable, Hashable {
    public var node: Int
    public var gpus: DeviceSet

    public init(node: Int, gpus: DeviceSet) {
        self.node = node
        self.gpus = gpus
    }
}

/// Any node that fits, and any GPU on it, each as likely: what packing is worth is seen beside it.
public struct RandomPlacement: PackingPolicy {
    private var generator: SeededGenerator

    public init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    public mutating func place(_ pod: PackingPod, in cluster: PackingCluster) -> PackingPlacement? {
        let fitting = cluster.nodes.indices.filter { cluster.fits(pod, on: $0) }
        guard !fitting.isEmpty else { return nil }
        let node = fitting[generator.number(below: fitting.count)]
        let gpus = cluster.free[node].gpus
        guard pod.isShared else { return PackingPlacement(node: node, gpus: gpus.firstWhole(pod.gpus)) }
        let able = (0..<gpus.count).filter { gpus[$0] >= pod.gpuMilli }
        let gpu = able[generator.number(below: able.count)]
        return PackingPlacement(node: node, gpus: DeviceSet(CollectionOfOne(gpu)))
    }
}
