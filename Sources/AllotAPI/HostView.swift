/// `GET /v1/host`: the machine.
public struct HostView: Sendable, Hashable, Codable {
    public var name: String
    public var packages: [Package]
    public var numaNodes: [NUMANode]
    /// Physical cores.
    public var cores: Int
    /// Hardware threads.
    public var processingUnits: Int
    public var coreKinds: [CoreKind]
    public var memoryBytes: Int64
    public var devices: [DeviceView]

    public init(
        name: String, packages: [Package], numaNodes: [NUMANode], cores: Int, processingUnits: Int,
        coreKinds: [CoreKind], memoryBytes: Int64, devices: [DeviceView]
    ) {
        self.name = name
        self.packages = packages
        self.numaNodes = numaNodes
        self.cores = cores
        self.processingUnits = processingUnits
        self.coreKinds = coreKinds
        self.memoryBytes = memoryBytes
        self.devices = devices
    }

    /// A processor package (socket).
    public struct Package: Sendable, Hashable, Codable {
        public var index: Int
        public var model: String?
        /// Cores by index, as a list: `0-31`.
        public var cores: String

        public init(index: Int, model: String?, cores: String) {
            self.index = index
            self.model = model
            self.cores = cores
        }
    }

    /// Memory, and the cores local to it.
    public struct NUMANode: Sendable, Hashable, Codable {
        /// The operating system's number.
        public var index: Int
        public var memoryBytes: Int64
        public var cores: String

        public init(index: Int, memoryBytes: Int64, cores: String) {
            self.index = index
            self.memoryBytes = memoryBytes
            self.cores = cores
        }
    }

    /// Cores of one kind on a hybrid processor.
    public struct CoreKind: Sendable, Hashable, Codable {
        /// Higher is faster; −1 where unknown.
        public var efficiency: Int
        public var cores: String

        public init(efficiency: Int, cores: String) {
            self.efficiency = efficiency
            self.cores = cores
        }
    }
}

/// A device, and who holds it. In `GET /v1/devices` and in `HostView`.
public struct DeviceView: Sendable, Hashable, Codable {
    public var index: Int
    public var id: String
    public var vendor: String
    public var model: String
    public var memoryBytes: Int64?
    public var pciAddress: String
    public var numaNode: Int?
    public var localCores: String
    public var files: [String]
    /// The whole device that this is a part of.
    public var partitionOf: String?
    public var partitionProfile: String?
    public var links: [Link]
    public var state: State
    /// Whether it is in the plan.
    public var health: Health
    /// Why it is not healthy, or will be drained; absent where nobody said.
    public var healthReason: String?
    /// When a drain that is announced begins; absent where none is.
    public var drainsFrom: DateTime?
    /// The reservation that holds it whole.
    public var reservation: String?
    /// Of what holds it.
    public var department: String?
    /// When the last holder's time, or the drain, is over.
    public var until: DateTime?
    /// Where it is shared: who holds which part of it.
    public var shares: [Share]?

    public init(
        index: Int, id: String, vendor: String, model: String, memoryBytes: Int64?, pciAddress: String,
        numaNode: Int?, localCores: String, files: [String], partitionOf: String?, partitionProfile: String?,
        links: [Link], state: State, health: Health = .healthy, reservation: String?, department: String?,
        until: DateTime?
    ) {
        self.index = index
        self.id = id
        self.vendor = vendor
        self.model = model
        self.memoryBytes = memoryBytes
        self.pciAddress = pciAddress
        self.numaNode = numaNode
        self.localCores = localCores
        self.files = files
        self.partitionOf = partitionOf
        self.partitionProfile = partitionProfile
        self.links = links
        self.state = state
        self.health = health
        self.reservation = reservation
        self.department = department
        self.until = until
    }

    /// Whether reservations hold it, or it is out of the plan.
    public enum State: String, Sendable, Codable, CaseIterable {
        case free, held, shared, drained, failed
    }

    /// Whether a device is in the plan, whoever holds it.
    public enum Health: String, Sendable, Codable, CaseIterable {
        case healthy
        /// Out of the plan, and still held.
        case draining
        /// Out of the plan, and free of holders.
        case drained
        /// Out of the plan because it has failed.
        case failed
    }

    /// One reservation's part of a device.
    public struct Share: Sendable, Hashable, Codable {
        public var reservation: String
        public var department: String
        /// `0.5`.
        public var gpuShare: String
        public var until: DateTime

        public init(reservation: String, department: String, gpuShare: String, until: DateTime) {
            self.reservation = reservation
            self.department = department
            self.gpuShare = gpuShare
            self.until = until
        }
    }

    /// A direct link to another device.
    public struct Link: Sendable, Hashable, Codable {
        /// The other device's index.
        public var device: Int
        /// `NVLink`, `XGMI`, `XeLink`.
        public var kind: String
        /// MB/s, as hwloc tells it.
        public var bandwidth: Int

        public init(device: Int, kind: String, bandwidth: Int) {
            self.device = device
            self.kind = kind
            self.bandwidth = bandwidth
        }
    }
}
