import Units

/// The node that is left with the least: cores and GPUs weigh the same, each against the largest node's (128 cores, 8
/// GPUs). Of its GPUs, the one with the least that is enough.
///
/// The yardstick of the FGD paper, with its simulator's rounding: ranks are whole percents, so that many nodes tie.
public struct BestFit: PackingRule {
    public init() {}

    public func best(for pod: PackingPod, on node: PackingNode, free: NodeFree) -> (rank: Int, gpus: DeviceSet) {
        let cpu = Double(free.cpuMilli - pod.cpuMilli) / BestFit.largestCPUMilli
        let gpu = Double(free.gpus.total - pod.totalMilli) / BestFit.largestGPUMilli
        return (Int((1 - (cpu + gpu) / 2) * 100), free.tightest(for: pod))
    }

    private static let largestCPUMilli = 128_000.0
    private static let largestGPUMilli = 8000.0
}
