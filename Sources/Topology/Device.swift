import Units

/// One schedulable accelerator: a whole GPU, a MIG instance, or an AMD partition.
public struct Device: Sendable, Hashable, Codable {
    /// Stable over reboots: the UUID, else the PCI address (with the partition's number behind it).
    public var id: DeviceID
    public var vendor: Vendor
    /// The model's name as its vendor tells it, such as `NVIDIA H200`; else PCI ids, such as `10de:2335`.
    public var model: String
    /// nil where neither the topology nor the machine tells it.
    public var memory: ByteCount?
    /// Domain, bus, device, function: `0000:3b:00.0`.
    public var pciAddress: String
    /// OS index of the NUMA node that it hangs on; nil where the topology does not tell.
    public var numaNode: Int?
    /// Cores local to it, by index in `Host.cores`.
    public var localCores: BitSet
    /// The files a holder opens, such as `/dev/nvidia0` and `/dev/dri/renderD128`, sorted; empty where unknown.
    public var files: [String]
    /// The whole device that this is a part of; nil for a whole device.
    public var partition: Partition?
    /// The vendor's own UUID (`GPU-…`, `MIG-…`), which CUDA_VISIBLE_DEVICES takes; nil where unknown.
    public var uuid: String?
    /// Whether the machine has it. One that it has not keeps its place in the list for what still names it, and nothing
    /// is given of it.
    public var isPresent: Bool

    public init(
        id: DeviceID, vendor: Vendor, model: String, memory: ByteCount?, pciAddress: String, numaNode: Int?,
        localCores: BitSet, files: [String], partition: Partition?, uuid: String?,
        isPresent: Bool = true
    ) {
        self.id = id
        self.vendor = vendor
        self.model = model
        self.memory = memory
        self.pciAddress = pciAddress
        self.numaNode = numaNode
        self.localCores = localCores
        self.files = files
        self.partition = partition
        self.uuid = uuid
        self.isPresent = isPresent
    }

    /// Who made a device, by its PCI vendor id.
    public enum Vendor: String, Sendable, Codable, CaseIterable {
        case nvidia, amd, intel, other
    }

    /// The place of a part within its whole device.
    public struct Partition: Sendable, Hashable, Codable {
        /// The whole device: its UUID, else its PCI address.
        public var parent: String
        /// Its number within the whole, from 0.
        public var index: Int
        /// The kind of part, such as `1g.10gb`; nil where the topology does not tell.
        public var profile: String?

        public init(parent: String, index: Int, profile: String?) {
            self.parent = parent
            self.index = index
            self.profile = profile
        }
    }
}
