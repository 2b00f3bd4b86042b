import Scheduling
import Simulation
import Testing
import Units

@Suite struct PackingExperimentTests {
    @Test("what is kept of ranks changes no decision", arguments: UInt64(1)...6)
    func cache(_ seed: UInt64) {
        let experiment = PackingExperiment(PackingExperimentTests.trace(seed: seed))
        let typical = TypicalPods(of: experiment.trace.pods)
        #expect(
            experiment.run(Forgetful(rule: BestFit()), seed: seed) == experiment.run(.bestFit, seed: seed))
        #expect(
            experiment.run(Forgetful(rule: FragmentationGradient(typical)), seed: seed)
                == experiment.run(.fragmentationGradient, seed: seed))
        var demand = TypicalDemand<String>()
        for pod in experiment.trace.pods {
            let thousandths = pod.isShared ? pod.gpuMilli : 1000
            demand.add(
                AskedDevices(devices: pod.gpus, thousandths: thousandths, cores: pod.cpuMilli),
                pod.models.joined(separator: "|"))
        }
        let stranding = StrandingRule(demand, models: ["A", "B", "C"])
        #expect(
            experiment.run(Forgetful(rule: stranding), seed: seed)
                == experiment.run(RankedPlacement(stranding), seed: seed))
    }

    @Test("a run is its seed's, drops only what fits nowhere, and ends at 130%", arguments: PackingMethod.allCases)
    func protocolOfTheRun(_ method: PackingMethod) {
        let trace = PackingExperimentTests.trace(seed: 3)
        let experiment = PackingExperiment(trace)
        let report = experiment.report(method, seeds: 1...3)
        #expect(report == experiment.report(method, seeds: 1...3))
        #expect(Set(report.runs.map(\.allocatedMilli)).count > 1)
        for run in report.runs {
            #expect(run.capacityMilli == trace.gpuMilli)
            #expect(run.arrivedMilli >= trace.gpuMilli * 130 / 100)
            #expect(run.arrivedMilli < trace.gpuMilli * 130 / 100 + 8000)
            #expect(run.allocation > 30 && run.allocation < 100)
            #expect((run.allocatedAtCapacityMilli ?? .max) <= run.allocatedMilli)
        }
    }

    @Test func `no policy turns away a pod that fits`() {
        for seed in UInt64(1)...4 {
            let experiment = PackingExperiment(PackingExperimentTests.trace(seed: seed))
            let typical = TypicalPods(of: experiment.trace.pods)
            _ = experiment.run(Watched(policy: RandomPlacement(seed: seed)), seed: seed)
            _ = experiment.run(Watched(policy: RankedPlacement(BestFit())), seed: seed)
            _ = experiment.run(Watched(policy: RankedPlacement(FragmentationGradient(typical))), seed: seed)
            _ = experiment.run(Watched(policy: LeastStranding()), seed: seed)
        }
    }

    /// Twelve nodes of three kinds, and pods that nearly fill them.
    private static func trace(seed: UInt64) -> ClusterTrace {
        var generator = SeededGenerator(seed: seed)
        let nodes = (0..<12).map { index in
            PackingNode(
                cpuMilli: [16_000, 96_000, 64_000][index % 3], memoryMiB: 400_000, gpus: [2, 8, 4][index % 3],
                model: ["A", "B", "C"][index % 3])
        }
        let pods = (0..<35).map { _ in
            let gpus = [0, 1, 1, 1, 1, 1, 2, 8][generator.number(below: 8)]
            let share = [110, 230, 470, 810, 1000, 1000][generator.number(below: 6)]
            return PackingPod(
                cpuMilli: 1000 * (1 + generator.number(below: 12)), memoryMiB: 1000 * generator.number(below: 60),
                gpus: gpus, gpuMilli: gpus == 1 ? share : 1000,
                models: generator.number(below: 10) == 0 ? ["A", "C"] : [])
        }
        return ClusterTrace(nodes: nodes, pods: pods)
    }
}

/// Works every rank out anew.
private struct Forgetful<Rule: PackingRule>: PackingPolicy {
    let rule: Rule

    func place(_ pod: PackingPod, in cluster: PackingCluster) -> PackingPlacement? {
        var chosen: (rank: Rule.Rank, placement: PackingPlacement)?
        for node in cluster.nodes.indices where cluster.fits(pod, on: node) {
            let best = rule.best(for: pod, on: cluster.nodes[node], free: cluster.free[node])
            if let rank = chosen?.rank, rank >= best.rank { continue }
            chosen = (best.rank, PackingPlacement(node: node, gpus: best.gpus))
        }
        return chosen?.placement
    }
}

/// Records an issue where a pod is dropped that fits.
private struct Watched<Policy: PackingPolicy>: PackingPolicy {
    var policy: Policy

    mutating func place(_ pod: PackingPod, in cluster: PackingCluster) -> PackingPlacement? {
        let placement = policy.place(pod, in: cluster)
        if placement == nil, cluster.nodes.indices.contains(where: { cluster.fits(pod, on: $0) }) {
            Issue.record("\(Policy.self) drops \(pod)")
        }
        return placement
    }
}
