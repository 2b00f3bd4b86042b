/// What a topology may hold at most: a larger one is refused with the number and the limit.
/// Processor and NUMA node numbers are bounded by `BitSet.limit`, devices by `DeviceSet.limit`.
enum Limits {
    /// The largest topology file; real exports of large servers are under 1 MiB.
    static let fileBytes = 32 << 20
    /// Elements inside one another; real exports stay under 20.
    static let elementDepth = 256
    static let numaNodes = 4096
    /// Memory of one NUMA node: with `numaNodes` of them the sum still fits an Int64.
    static let nodeMemoryBytes: UInt64 = 1 << 50
    static let deviceMemoryBytes: UInt64 = 1 << 50
    /// Objects in one link matrix, switch ports included.
    static let linkObjects = 4096
    /// MB/s of one link; above any real one, so that sums cannot overflow.
    static let linkBandwidth: UInt64 = 1 << 40
    /// Characters of a name that a topology brings in.
    static let nameLength = 128
    /// Bytes read of one file of the proc or sys file systems.
    static let machineFileBytes = 64 << 10
    /// How long hwloc may take over a file.
    static let trialMilliseconds: Int32 = 20_000
    /// Links that one GPU may have.
    static let linksPerDevice: UInt32 = 64
}
