/// What the simulation reads and runs at most.
enum Limits {
    /// Of a decompressed trace.
    static let contentBytes = 1 << 30
    /// Jobs of a workload log.
    static let jobs = 10_000_000
    /// Of one line of a trace.
    static let lineBytes = 4096
    /// Seconds of one time in a log, about a thousand years: sums stay far from the end of Int64.
    static let logSeconds: Int64 = 1 << 35
    /// Processors of a machine, or of one job.
    static let processors = 1 << 30
    /// Nodes of a cluster.
    static let nodes = 100_000
    /// Pods of a trace.
    static let pods = 10_000_000
    /// Thousandths of a core, or MiB of memory, of one node or pod.
    static let amount = 1 << 40
    /// What zlib gives at a time.
    static let inflateChunkBytes = 1 << 16
    /// What zlib is given at a time; it counts in 32 bits.
    static let inflateInputBytes = 1 << 30
}
