/// A cluster and the pods that were submitted to it, as the trace "openb" of Alibaba's cluster-trace-gpu-v2023 lists
/// them (Weng and others, "Beware of Fragmentation: Scheduling GPU-Sharing Workloads with Fragmentation Gradient
/// Descent", USENIX ATC 2023).
public struct ClusterTrace: Sendable, Hashable {
    public var nodes: [PackingNode]
    public var pods: [PackingPod]

    public init(nodes: [PackingNode], pods: [PackingPod]) {
        self.nodes = nodes
        self.pods = pods
    }

    /// Reads the two lists, comma-separated, each with a line of names first; columns that are not needed may follow in
    /// any order.
    public init(nodeList: [UInt8], podList: [UInt8]) throws(TraceError) {
        nodes = []
        pods = []
        var table = try TraceTable(nodeList, columns: ["cpu_milli", "memory_mib", "gpu", "model"])
        while let row = try table.next() {
            guard nodes.count < Limits.nodes else { throw row.line.error(.tooMany("nodes", limit: Limits.nodes)) }
            nodes.append(try PackingNode(row))
        }
        table = try TraceTable(podList, columns: ["cpu_milli", "memory_mib", "num_gpu", "gpu_milli", "gpu_spec"])
        while let row = try table.next() {
            guard pods.count < Limits.pods else { throw row.line.error(.tooMany("pods", limit: Limits.pods)) }
            pods.append(try PackingPod(row))
        }
    }

    /// Thousandths of a GPU that the nodes have, all together.
    public var gpuMilli: Int { nodes.reduce(0) { $0 + $1.gpus * 1000 } }
}

/// A node as it is when empty.
public struct PackingNode: Sendable, Hashable {
    /// Thousandths of a core.
    public var cpuMilli: Int
    public var memoryMiB: Int
    public var gpus: Int
    /// Of its GPUs, which are all alike.
    public var model: String

    public init(cpuMilli: Int, memoryMiB: Int, gpus: Int, model: String) {
        precondition((0...GPUShares.limit).contains(gpus), "a node has at most \(GPUShares.limit) GPUs")
        self.cpuMilli = cpuMilli
        self.memoryMiB = memoryMiB
        self.gpus = gpus
        self.model = model
    }

    fileprivate init(_ row: TraceTable.Row) throws(TraceError) {
        self.init(
            cpuMilli: try row.number(0, limit: Limits.amount), memoryMiB: try row.number(1, limit: Limits.amount),
            gpus: try row.number(2, limit: GPUShares.limit), model: row.text(3))
    }
}

/// What one pod asks for. Pods that ask for the same are equal.
public struct PackingPod: Sendable, Hashable {
    /// Thousandths of a core.
    public var cpuMilli: Int
    public var memoryMiB: Int
    /// GPUs, all on one node.
    public var gpus: Int
    /// Thousandths of each: 1000 for whole ones. Less than that is asked of one GPU only.
    public var gpuMilli: Int
    /// The models that it runs on; empty for any.
    public var models: [String]

    public init(cpuMilli: Int, memoryMiB: Int, gpus: Int, gpuMilli: Int, models: [String] = []) {
        precondition(gpus == 0 || (1...1000).contains(gpuMilli), "a part of a GPU, or all of it")
        precondition(gpus <= 1 || gpuMilli == 1000, "several GPUs are whole ones")
        self.cpuMilli = cpuMilli
        self.memoryMiB = memoryMiB
        self.gpus = gpus
        self.gpuMilli = gpus == 0 ? 0 : gpuMilli
        self.models = models
    }

    /// Thousandths of a GPU, over all that it asks for.
    public var totalMilli: Int { gpus * gpuMilli }
    /// Whether it leaves the rest of its GPU to others.
    public var isShared: Bool { gpus == 1 && gpuMilli < 1000 }

    fileprivate init(_ row: TraceTable.Row) throws(TraceError) {
        let gpus = try row.number(2, limit: GPUShares.limit)
        let milli = try row.number(3, limit: 1000)
        guard gpus == 0 || (gpus == 1 ? milli > 0 : milli == 1000) else {
            throw row.line.error(.notANumber("\(milli)", field: "gpu_milli"))
        }
        self.init(
            cpuMilli: try row.number(0, limit: Limits.amount), memoryMiB: try row.number(1, limit: Limits.amount),
            gpus: gpus, gpuMilli: milli, models: row.text(4).split(separator: "|").map(String.init))
    }
}
