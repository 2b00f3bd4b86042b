import Units

/// One machine as hwloc sees it. A value: read once from the live machine or from an XML export.
public struct Host: Sendable, Hashable, Codable {
    public var name: String
    public var packages: [Package]
    /// By rising OS index, those without cores or without memory included.
    public var numaNodes: [NUMANode]
    /// By hwloc's logical index: `cores[i].index == i`.
    public var cores: [Core]
    public var coreKinds: [CoreKind]
    /// By PCI address, then by partition: the index in this list is the device's index in a `DeviceSet`.
    public var devices: [Device]
    public var links: LinkMatrix

    public init(
        name: String, packages: [Package], numaNodes: [NUMANode], cores: [Core], coreKinds: [CoreKind],
        devices: [Device], links: LinkMatrix
    ) {
        self.name = name
        self.packages = packages
        self.numaNodes = numaNodes
        self.cores = cores
        self.coreKinds = coreKinds
        self.devices = devices
        self.links = links
    }

    /// The memory of all NUMA nodes together.
    public var memory: ByteCount { ByteCount(bytes: numaNodes.reduce(0) { $0 + $1.memory.bytes }) }
}

/// A physical processor package (socket).
public struct Package: Sendable, Hashable, Codable {
    /// hwloc's logical index.
    public var index: Int
    /// The processor's model as the topology names it; nil where it does not.
    public var model: String?
    /// Cores of the package, by index in `Host.cores`.
    public var cores: BitSet

    public init(index: Int, model: String?, cores: BitSet) {
        self.index = index
        self.model = model
        self.cores = cores
    }
}

/// A NUMA node: memory, and the cores that are local to it (none for a memory-only node).
public struct NUMANode: Sendable, Hashable, Codable {
    /// The operating system's number, as cpuset(7) and `AllowedMemoryNodes=` use it.
    public var osIndex: Int
    public var memory: ByteCount
    /// Local cores, by index in `Host.cores`.
    public var cores: BitSet

    public init(osIndex: Int, memory: ByteCount, cores: BitSet) {
        self.osIndex = osIndex
        self.memory = memory
        self.cores = cores
    }
}

/// A physical core with all its hardware threads.
public struct Core: Sendable, Hashable, Codable {
    /// Index in `Host.cores`: hwloc's logical index.
    public var index: Int
    /// The operating system's numbers of its hardware threads (PUs).
    public var processingUnits: BitSet
    /// OS index of its closest NUMA node; nil on a machine without NUMA nodes.
    public var numaNode: Int?
    /// Index in `Host.packages`; nil where the topology shows no package.
    public var package: Int?

    public init(index: Int, processingUnits: BitSet, numaNode: Int?, package: Int?) {
        self.index = index
        self.processingUnits = processingUnits
        self.numaNode = numaNode
        self.package = package
    }
}

/// A kind of cores on a hybrid processor (performance, efficiency).
public struct CoreKind: Sendable, Hashable, Codable {
    /// hwloc's efficiency rank, higher is faster; −1 where unknown.
    public var efficiency: Int
    /// Cores of the kind, by index in `Host.cores`.
    public var cores: BitSet
    /// What hwloc tells of the kind, such as `CoreType=IntelAtom`, by rising name.
    public var details: [String: String]

    public init(efficiency: Int, cores: BitSet, details: [String: String]) {
        self.efficiency = efficiency
        self.cores = cores
        self.details = details
    }
}
