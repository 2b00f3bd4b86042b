import Units

/// What a policy is that looks at each node by itself.
public protocol PackingRule: Sendable {
    /// The higher, the better.
    associatedtype Rank: Comparable & Sendable

    /// The best choice of GPUs on one node, where the pod fits, and how good it is.
    func best(for pod: PackingPod, on node: PackingNode, free: NodeFree) -> (rank: Rank, gpus: DeviceSet)
}

/// The node of the highest rank, of several the first in the cluster's order.
///
/// A rank stands until its node changes: it is worked out again only for the nodes that changed since a pod of the same
/// kind was last placed.
public struct RankedPlacement<Rule: PackingRule>: PackingPolicy {
    private let rule: Rule
    private var known: [PackingPod: NodeRanks<Rule>] = [:]

    public init(_ rule: Rule) {
        self.rule = rule
    }

    public mutating func place(_ pod: PackingPod, in cluster: PackingCluster) -> PackingPlacement? {
        known[pod, default: NodeRanks(count: cluster.nodes.count)].best(for: pod, in: cluster, by: rule)
    }
}

/// The ranks of all nodes for one kind of pod.
private struct NodeRanks<Rule: PackingRule> {
    private var entries: [Entry]

    private struct Entry {
        /// Of the node, when this was worked out; -1 before that.
        var revision: Int32 = -1
        /// Nil where the pod does not fit.
        var best: (rank: Rule.Rank, gpus: DeviceSet)?
    }

    init(count: Int) {
        entries = [Entry](repeating: Entry(), count: count)
    }

    mutating func best(for pod: PackingPod, in cluster: PackingCluster, by rule: Rule) -> PackingPlacement? {
        var chosen: (node: Int, rank: Rule.Rank, gpus: DeviceSet)?
        for node in entries.indices {
            if entries[node].revision != cluster.revisions[node] {
                entries[node].revision = cluster.revisions[node]
                entries[node].best =
                    cluster.fits(pod, on: node)
                    ? rule.best(for: pod, on: cluster.nodes[node], free: cluster.free[node]) : nil
            }
            guard let best = entries[node].best else { continue }
            if let rank = chosen?.rank, best.rank <= rank { continue }
            chosen = (node, best.rank, best.gpus)
        }
        return chosen.map { PackingPlacement(node: $0.node, gpus: $0.gpus) }
    }
}
