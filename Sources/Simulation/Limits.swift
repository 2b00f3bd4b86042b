import Scheduling
import Units

/// What the simulation reads and runs at most.
enum Limits {
    /// Of a decompressed trace.
    static let contentBytes = 1 << 30
    /// Jobs of a workload log.
    static let jobs = 10_000_000
    /// Submissions of a workload that is replayed through the engine.
    static let submissions = 1_000_000
    /// Of one submission: what the engine accepts.
    static let spans: ClosedRange<Span> = {
        let seconds = Scheduling.Limits.spanSeconds
        return .seconds(seconds.lowerBound) ... .seconds(seconds.upperBound)
    }()
    /// Hosts that a workload is replayed on, and cores of each.
    static let hosts = 10_000
    static let hostCores = 1024
    /// Memory of one pod that is replayed, and of one host of a list.
    static let podMemoryMiB = 1 << 30
    /// Windows of time that fairness is looked at in; longer workloads have longer windows.
    static let windows = 10_000
    /// Of one line of a trace.
    static let lineBytes = 4096
    /// Seconds of one time in a log, about a thousand years: sums stay far from the end of Int64.
    static let logSeconds: Int64 = 1 << 35
    /// The number of a user, a group or a queue in a log: what a uid may be.
    static let logNumber = Int64(UInt32.max)
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
