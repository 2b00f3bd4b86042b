import Scheduling
import Simulation
import Testing
import Units

@Suite struct PackingTests {
    /// Nodes of 16 cores and two GPUs, unless a case says otherwise.
    private static let small = PackingNode(cpuMilli: 16_000, memoryMiB: 1000, gpus: 2, model: "A")

    @Test func `a pod fits only with its cores, its memory, its GPUs and its model`() {
        var cluster = PackingCluster(nodes: [PackingTests.small])
        #expect(cluster.fits(PackingTests.pod(cpu: 16, gpus: 2), on: 0))
        #expect(!cluster.fits(PackingTests.pod(cpu: 17), on: 0))
        #expect(!cluster.fits(PackingPod(cpuMilli: 1, memoryMiB: 1001, gpus: 0, gpuMilli: 0), on: 0))
        #expect(!cluster.fits(PackingTests.pod(gpus: 3), on: 0))
        #expect(!cluster.fits(PackingTests.pod(gpus: 1, models: ["B"]), on: 0))
        #expect(cluster.fits(PackingTests.pod(gpus: 0, models: ["B"]), on: 0))
        #expect(cluster.fits(PackingTests.pod(gpus: 1, models: ["B", "A"]), on: 0))

        cluster.take(PackingTests.pod(gpus: 1, milli: 1), PackingPlacement(node: 0, gpus: DeviceSet([0])))
        #expect(!cluster.fits(PackingTests.pod(gpus: 2), on: 0))
        #expect(cluster.fits(PackingTests.pod(gpus: 1, milli: 999), on: 0))
    }

    @Test func `best fit takes the fullest node, and the fullest GPU that has enough`() {
        var cluster = PackingCluster(nodes: [
            PackingNode(cpuMilli: 128_000, memoryMiB: 1000, gpus: 8, model: "A"), PackingTests.small,
        ])
        var policy = RankedPlacement(BestFit())
        let half = PackingTests.pod(cpu: 1, gpus: 1, milli: 500)
        #expect(place(half, &policy, &cluster) == PackingPlacement(node: 1, gpus: DeviceSet([0])))
        #expect(place(PackingTests.pod(gpus: 1, milli: 700), &policy, &cluster)?.gpus == DeviceSet([1]))
        #expect(place(half, &policy, &cluster) == PackingPlacement(node: 1, gpus: DeviceSet([0])))
        #expect(place(half, &policy, &cluster) == PackingPlacement(node: 0, gpus: DeviceSet([0])))
    }

    /// Half of the pods want a whole GPU, half want 700 of one. A pod of 300 leaves room for one of 700 beside it on a
    /// whole GPU, and takes nothing from anybody where 300 are left.
    @Test func `fragmentation gradient descent fills a gap before it opens a GPU`() {
        let typical = TypicalPods(of: [PackingTests.pod(gpus: 1), PackingTests.pod(gpus: 1, milli: 700)])
        var cluster = PackingCluster(nodes: [PackingTests.small, PackingTests.small])
        cluster.take(PackingTests.pod(gpus: 1, milli: 700), PackingPlacement(node: 1, gpus: DeviceSet([1])))
        var policy = RankedPlacement(FragmentationGradient(typical))
        let placement = policy.place(PackingTests.pod(gpus: 1, milli: 300), in: cluster)
        #expect(placement == PackingPlacement(node: 1, gpus: DeviceSet([1])))
    }

    /// Typical pods want a GPU and eight cores. The second node has 15 left, enough for one of its two GPUs and seven
    /// more. FGD sees no harm in taking seven from the first node, whose second GPU is then lost.
    @Test func `least stranding sees cores run out before they have`() {
        let typical = TypicalPods(of: [PackingTests.pod(cpu: 8, gpus: 1)])
        var cluster = PackingCluster(nodes: [PackingTests.small, PackingTests.small])
        cluster.take(PackingTests.pod(cpu: 1), PackingPlacement(node: 1, gpus: DeviceSet()))
        let pod = PackingTests.pod(cpu: 7)
        var gradient = RankedPlacement(FragmentationGradient(typical))
        var demand = TypicalDemand<String>()
        demand.add(AskedDevices(devices: 1, cores: 8000), "")
        var stranding = RankedPlacement(StrandingRule(demand, models: ["A"]))
        #expect(gradient.place(pod, in: cluster)?.node == 0)
        #expect(stranding.place(pod, in: cluster)?.node == 1)
    }

    @Test func `typical pods are the most frequent kinds up to 95 of 100, memory aside`() {
        let kinds = [(90, 1), (5, 2), (4, 3), (1, 4)].flatMap { count, cpu in
            (0..<count).map { PackingPod(cpuMilli: cpu, memoryMiB: $0, gpus: 1, gpuMilli: 1000) }
        }
        let typical = TypicalPods(of: kinds)
        #expect(typical.kinds.map(\.count) == [90, 5])
        #expect(typical.kinds.map(\.pod.cpuMilli) == [1, 2])
        #expect(typical.total == 95)
    }

    @Test func `of equally frequent kinds the larger is the more typical`() {
        let kinds = [1, 3, 2].map { PackingPod(cpuMilli: $0, memoryMiB: 1, gpus: 1, gpuMilli: 1000) }
        #expect(TypicalPods(of: kinds).kinds.map(\.pod.cpuMilli) == [3, 2, 1])
    }

    private func place(
        _ pod: PackingPod, _ policy: inout some PackingPolicy, _ cluster: inout PackingCluster
    ) -> PackingPlacement? {
        guard let placement = policy.place(pod, in: cluster) else { return nil }
        cluster.take(pod, placement)
        return placement
    }

    static func pod(cpu cores: Int = 0, gpus: Int = 0, milli: Int = 1000, models: [String] = []) -> PackingPod {
        PackingPod(cpuMilli: cores * 1000, memoryMiB: 1, gpus: gpus, gpuMilli: milli, models: models)
    }
}
