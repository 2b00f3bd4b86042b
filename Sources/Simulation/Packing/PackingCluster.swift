import Units

/// What is free on the nodes of a cluster.
public struct PackingCluster: Sendable {
    public let nodes: [PackingNode]
    public private(set) var free: [NodeFree]
    /// How often each node changed, so that what was worked out about it can be kept until it does.
    public private(set) var revisions: [Int32]

    public init(nodes: [PackingNode]) {
        self.nodes = nodes
        free = nodes.map { NodeFree($0) }
        revisions = [Int32](repeating: 0, count: nodes.count)
    }

    /// Whether a pod fits on a node: cores, memory, enough of enough GPUs, and of a model that it takes.
    public func fits(_ pod: PackingPod, on node: Int) -> Bool {
        free[node].holds(pod) && pod.accepts(nodes[node])
    }

    /// Puts a pod where it fits.
    public mutating func take(_ pod: PackingPod, _ placement: PackingPlacement) {
        precondition(
            fits(pod, on: placement.node) && placement.gpus.count == pod.gpus
                && placement.gpus.allSatisfy { free[placement.node].gpus[$0] >= pod.gpuMilli },
            "a pod is put where it fits")
        free[placement.node].take(pod, on: placement.gpus)
        revisions[placement.node] += 1
    }
}

/// What is free on one node.
public struct NodeFree: Sendable, Hashable {
    /// Thousandths of a core.
    public var cpuMilli: Int
    public var memoryMiB: Int
    public var gpus: GPUShares

    /// All of it.
    public init(_ node: PackingNode) {
        cpuMilli = node.cpuMilli
        memoryMiB = node.memoryMiB
        gpus = GPUShares(whole: node.gpus)
    }

    /// Whether a pod fits, whatever the model.
    public func holds(_ pod: PackingPod) -> Bool {
        cpuMilli >= pod.cpuMilli && memoryMiB >= pod.memoryMiB
            && (pod.gpus == 0 || gpus.count(atLeast: pod.gpuMilli) >= pod.gpus)
    }

    /// Takes what a pod asks for, its GPUs from `chosen`.
    public mutating func take(_ pod: PackingPod, on chosen: DeviceSet) {
        cpuMilli -= pod.cpuMilli
        memoryMiB -= pod.memoryMiB
        gpus.take(pod.gpuMilli, of: chosen)
    }

    /// The GPUs for a pod which fits: for a part of one, of those that have enough the one with the least.
    func tightest(for pod: PackingPod) -> DeviceSet {
        guard pod.isShared else { return gpus.firstWhole(pod.gpus) }
        let able = (0..<gpus.count).filter { gpus[$0] >= pod.gpuMilli }
        return DeviceSet(able.min { (gpus[$0], $0) < (gpus[$1], $1) }.map { [$0] } ?? [])
    }

    /// The GPUs that a pod which fits could have, each choice that makes a difference once, the lowest numbers first:
    /// one for whole GPUs and for none; for a part of one, each that has as much free.
    public func choices(for pod: PackingPod) -> [DeviceSet] {
        guard pod.isShared else { return [gpus.firstWhole(pod.gpus)] }
        var choices: [DeviceSet] = []
        for index in 0..<gpus.count where gpus[index] >= pod.gpuMilli {
            let isSeen = (0..<index).contains { gpus[$0] == gpus[index] }
            if !isSeen { choices.append(DeviceSet(CollectionOfOne(index))) }
        }
        return choices
    }
}

extension PackingPod {
    /// Whether it runs on the model of this node. One without GPUs runs on any.
    public func accepts(_ node: PackingNode) -> Bool {
        models.isEmpty || gpus == 0 || models.contains(node.model)
    }
}
