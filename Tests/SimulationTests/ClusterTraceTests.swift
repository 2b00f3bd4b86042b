import Simulation
import Testing

@Suite struct ClusterTraceTests {
    private static let nodes = """
        sn,cpu_milli,memory_mib,gpu,model
        node-0,96000,393216,8,G2
        node-1,64000,262144,2,P100

        """
    private static let pods = """
        name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos
        pod-0,12000,16384,1,1000,,LS
        pod-1,6000,12288,1,460,V100M16|V100M32,LS
        pod-2,88000,327680,8,1000,,Burstable
        pod-3,20000,65536,0,0,,LS
        """

    @Test func `the two lists are read`() throws {
        let trace = try ClusterTraceTests.trace(nodes: ClusterTraceTests.nodes, pods: ClusterTraceTests.pods)
        #expect(
            trace.nodes == [
                PackingNode(cpuMilli: 96_000, memoryMiB: 393_216, gpus: 8, model: "G2"),
                PackingNode(cpuMilli: 64_000, memoryMiB: 262_144, gpus: 2, model: "P100"),
            ])
        #expect(
            trace.pods == [
                PackingPod(cpuMilli: 12_000, memoryMiB: 16_384, gpus: 1, gpuMilli: 1000),
                PackingPod(
                    cpuMilli: 6000, memoryMiB: 12_288, gpus: 1, gpuMilli: 460, models: ["V100M16", "V100M32"]),
                PackingPod(cpuMilli: 88_000, memoryMiB: 327_680, gpus: 8, gpuMilli: 1000),
                PackingPod(cpuMilli: 20_000, memoryMiB: 65_536, gpus: 0, gpuMilli: 0),
            ])
        #expect(trace.gpuMilli == 10_000)
    }

    @Test(
        "a row that makes no sense is refused with its line",
        arguments: [
            ("pod-4,1,1,1,1000,", TraceError.Reason.fields(6, expected: 7)),
            ("pod-4,x,1,1,1000,,LS", .notANumber("x", field: "cpu_milli")),
            ("pod-4,-1,1,1,1000,,LS", .notANumber("-1", field: "cpu_milli")),
            ("pod-4,1,1,17,1000,,LS", .beyondLimit("num_gpu", found: 17, limit: 16)),
            ("pod-4,1,1,1,1001,,LS", .beyondLimit("gpu_milli", found: 1001, limit: 1000)),
            ("pod-4,1,1,1,0,,LS", .notANumber("0", field: "gpu_milli")),
            ("pod-4,1,1,2,500,,LS", .notANumber("500", field: "gpu_milli")),
            ("pod-4,1099511627777,1,0,0,,LS", .beyondLimit("cpu_milli", found: (1 << 40) + 1, limit: 1 << 40)),
        ])
    func refusal(_ row: String, _ reason: TraceError.Reason) {
        #expect(throws: TraceError(line: 6, reason: reason)) {
            try ClusterTraceTests.trace(nodes: ClusterTraceTests.nodes, pods: "\(ClusterTraceTests.pods)\n\(row)")
        }
    }

    @Test func `a list without a column that is needed is refused`() {
        #expect(throws: TraceError(line: 1, reason: .noColumn("model"))) {
            try ClusterTraceTests.trace(nodes: "sn,cpu_milli,memory_mib,gpu\n", pods: ClusterTraceTests.pods)
        }
        #expect(throws: TraceError(line: 1, reason: .noColumn("cpu_milli"))) {
            try ClusterTraceTests.trace(nodes: "", pods: "")
        }
    }

    static func trace(nodes: String, pods: String) throws -> ClusterTrace {
        try ClusterTrace(nodeList: Array(nodes.utf8), podList: Array(pods.utf8))
    }
}
