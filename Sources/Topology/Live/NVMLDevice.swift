import Units

/// What the NVIDIA management library tells of one GPU. A value, so that everything made of it can be tested.
struct NVMLDevice {
    var pciAddress: String
    var uuid: String?
    var name: String?
    var memory: ByteCount?
    /// N of `/dev/nvidiaN`.
    var minor: UInt32?
    /// In MIG mode.
    var isPartitioned = false
    var instances: [Instance] = []
    var links: [Link] = []

    /// A MIG instance.
    struct Instance {
        var uuid: String?
        var name: String?
        var memory: ByteCount?
        var gpuInstance: UInt32?
        var computeInstance: UInt32?
    }

    /// One active NVLink.
    struct Link {
        enum Remote: Equatable {
            /// Another GPU, by PCI address.
            case gpu(String)
            /// An NVSwitch.
            case fabric
        }

        var remote: Remote
        /// MB/s in one direction.
        var bandwidth: UInt64
    }
}
