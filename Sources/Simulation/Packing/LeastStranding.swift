import Scheduling
import Units

/// Allot's own, as the engine chooses between hosts: the node on which the least is stranded more, if what is there is
/// what goes on coming (`Stranding`).
///
/// It knows nothing of the pods to come: what is typical is learnt from those that it has placed (`TypicalDemand`).
public struct LeastStranding: PackingPolicy {
    private var typical = TypicalDemand<String>()
    /// How many it had placed when it last learnt.
    private var learnt = 0
    private var placement = RankedPlacement(StrandingRule(TypicalDemand(), models: []))

    public init() {}

    public mutating func place(_ pod: PackingPod, in cluster: PackingCluster) -> PackingPlacement? {
        if TypicalDemand<String>.isOutdated(learnt: learnt, now: typical.total) {
            learnt = typical.total
            placement = RankedPlacement(StrandingRule(typical, models: Set(cluster.nodes.map(\.model))))
        }
        let placement = placement.place(pod, in: cluster)
        if placement != nil { typical.add(pod.asked, pod.modelList) }
        return placement
    }
}

/// How good a node is where so much is typical. Of a node's GPUs, the one with the least that is enough.
public struct StrandingRule: PackingRule {
    private let strandings: [String: Stranding]

    /// - Parameters:
    ///   - typical: with the pods' lists of models.
    ///   - models: of the cluster's nodes.
    public init(_ typical: TypicalDemand<String>, models: Set<String>) {
        let kinds = typical.kinds.map { ($0.asked, $0.devices.split(separator: "|"), $0.count) }
        strandings = Dictionary(
            uniqueKeysWithValues: models.map { model in
                let asked = kinds.map { asked, models, count in
                    (asked, count, models.isEmpty || models.contains(model[...]) ? StrandingRule.all : DeviceSet())
                }
                return (model, Stranding(asked))
            })
    }

    private static let all = DeviceSet(first: GPUShares.limit)

    public func best(for pod: PackingPod, on node: PackingNode, free: NodeFree) -> (rank: Int64, gpus: DeviceSet) {
        let (room, asked) = (HostRoom(free), pod.asked.coarse)
        let rank = (strandings[node.model] ?? Stranding())
            .rank(from: room, to: room.without(asked, eligible: StrandingRule.all))
        return (-rank, free.tightest(for: pod))
    }
}

extension PackingPod {
    var asked: AskedDevices {
        AskedDevices(devices: gpus, thousandths: isShared ? gpuMilli : AskedDevices.whole, cores: cpuMilli)
    }

    var modelList: String { models.joined(separator: "|") }
}

extension HostRoom {
    fileprivate init(_ free: NodeFree) {
        var (whole, parts) = (DeviceSet(), [Part]())
        for index in 0..<free.gpus.count {
            let left = free.gpus[index]
            if left == AskedDevices.whole { whole.insert(index) } else { parts.append(Part(device: index, free: left)) }
        }
        self.init(whole: whole, parts: parts, cores: free.cpuMilli)
    }
}
