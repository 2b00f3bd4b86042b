/// Which of NVIDIA's error events mean that a device is not fit for the next user.
///
/// After NVIDIA's Xid catalogue (docs.nvidia.com/deploy/xid-errors, "Analyzing Xid Errors with the Xid Catalog"): those
/// whose immediate action is a reset of the GPU, a restart of the machine, or a look at its cables. Others are brought
/// about by programs, and the device goes on. 109, a context switch that took too long, has a reset for its action
/// there and is none of these: any program can bring it about, NVIDIA's own device plugin for Kubernetes does not take
/// it for a fault, and where the driver does want a reset its recovery action says so.
enum Xid {
    static let faults: [UInt64: String] = [
        46: "GPU stopped processing",
        48: "double bit ECC error",
        54: "auxiliary power is not connected",
        62: "internal micro-controller halt",
        64: "memory remapping failure",
        74: "NVLink error",
        79: "GPU has fallen off the bus",
        95: "uncontained memory error",
        110: "security fault",
        119: "GSP RPC timeout",
        120: "GSP error",
        136: "link training failed",
        140: "unrecovered ECC error",
        143: "GPU initialization error",
        156: "resource retirement: a reset is needed",
        158: "GPU fatal timeout",
        167: "PCIe fatal timeout",
        169: "internal micro-controller halt",
        171: "uncorrectable DRAM error",
        172: "uncorrectable SRAM error",
    ]

    /// In words; nil for what is no fault of the device.
    static func fault(_ number: UInt64) -> String? { faults[number].map { "Xid \(number): \($0)" } }
}
