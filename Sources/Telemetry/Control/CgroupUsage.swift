public import Units

/// What the kernel has counted for one control group, cgroups(7) version 2. A controller that is not enabled leaves
/// its fields nil.
public struct CgroupUsage: Sendable, Hashable {
    /// CPU time of all its processes since it was made, in microseconds: `usage_usec` of `cpu.stat`.
    public var cpuMicroseconds: Int64?
    /// Memory in use: `memory.current`.
    public var memory: ByteCount?
    /// The most memory ever in use, from Linux 5.19 on: `memory.peak`.
    public var memoryPeak: ByteCount?
    /// Processes and threads: `pids.current`.
    public var tasks: Int64?

    public init(cpuMicroseconds: Int64?, memory: ByteCount?, memoryPeak: ByteCount?, tasks: Int64?) {
        self.cpuMicroseconds = cpuMicroseconds
        self.memory = memory
        self.memoryPeak = memoryPeak
        self.tasks = tasks
    }

    private static let nothing = CgroupUsage(cpuMicroseconds: nil, memory: nil, memoryPeak: nil, tasks: nil)

    /// Reads a control group by its folder, `/sys/fs/cgroup/allot.slice/allot-r1042.slice`.
    ///
    /// The files are read one after the other: the numbers are of nearly, not of exactly, one moment.
    public static func read(folder: String) throws(CgroupError) -> CgroupUsage {
        let files = try CgroupFolder(folder)
        let usage = CgroupUsage(
            cpuMicroseconds: try files.value(of: "usage_usec", in: "cpu.stat"),
            memory: try files.number(in: "memory.current").map(ByteCount.init(bytes:)),
            memoryPeak: try files.number(in: "memory.peak").map(ByteCount.init(bytes:)),
            tasks: try files.number(in: "pids.current"))
        // Every control group has cpu.stat, also without the controller: one that was removed has nothing.
        guard usage != .nothing else { throw .gone(folder: folder) }
        return usage
    }
}

/// Why a control group could not be read.
public enum CgroupError: Error, Sendable, Hashable, CustomStringConvertible {
    /// There is no such folder, it is no control group, or it was removed while it was read.
    case gone(folder: String)
    /// The system refused, with its reason.
    case unreadable(path: String, reason: String)
    /// A file says something else than the kernel's documentation promises: the first characters of it.
    case malformed(path: String, text: String)

    public var description: String {
        switch self {
        case .gone(let folder): "\(folder): no such control group"
        case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
        case .malformed(let path, let text): "\(path): not what the kernel writes: \(text)"
        }
    }
}
