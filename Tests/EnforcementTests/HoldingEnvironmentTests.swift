import Testing
import Units

@testable import Enforcement

@Suite("The environment of a grant")
struct HoldingEnvironmentTests {
    @Test func `names the reservation and all that it holds`() {
        let holding = grant(
            1042, devices: [device("GPU-1", uuid: "GPU-1a"), device("0000:81:00.0", vendor: "other")],
            processors: [0, 1, 2, 3, 8], nodes: [0, 1], memory: 1 << 30)
        let environment = holding.environment(numbering: .host)
        #expect(environment["ALLOT_RESERVATION"] == "r-1042")
        #expect(environment["ALLOT_DEVICES"] == "GPU-1,0000:81:00.0")
        #expect(environment["ALLOT_CPUS"] == "0-3,8")
        #expect(environment["ALLOT_NUMA_NODES"] == "0-1")
        #expect(environment["ALLOT_MEMORY_BYTES"] == "1073741824")
        #expect(environment["CUDA_DEVICE_ORDER"] == "PCI_BUS_ID")
    }

    @Test func `a part of a device is named`() {
        var holding = grant(7, devices: [device("GPU-1", uuid: "GPU-1a")])
        #expect(holding.environment(numbering: .host)["ALLOT_GPU_SHARE"] == nil)
        holding.share = "0.5"
        #expect(holding.environment(numbering: .host)["ALLOT_GPU_SHARE"] == "0.5")
        #expect(holding.environment(numbering: .host)["CUDA_VISIBLE_DEVICES"] == "GPU-1a")
    }

    @Test func `a grant without devices hides them all`() {
        let environment = grant().environment(numbering: .host)
        #expect(environment["CUDA_VISIBLE_DEVICES"] == "")
        #expect(environment["ROCR_VISIBLE_DEVICES"] == "")
        #expect(environment["ZE_AFFINITY_MASK"] == nil)
        #expect(environment["ALLOT_DEVICES"] == "")
        #expect(environment["ALLOT_MEMORY_BYTES"] == nil)
    }

    /// Devices, numbering, and what the vendor's variable says.
    static let cases: [(String, [HeldDevice], DeviceNumbering, String, String)] = [
        (
            "UUIDs in the order of the grant", [device("a", uuid: "GPU-b2"), device("b", uuid: "GPU-a1")], .host,
            "CUDA_VISIBLE_DEVICES", "GPU-b2,GPU-a1"
        ),
        ("a MIG instance", [device("m", uuid: "MIG-7f3")], .held, "CUDA_VISIBLE_DEVICES", "MIG-7f3"),
        (
            "numbers where one lacks its UUID", [device("a", uuid: "GPU-1", ordinal: 5), device("b", ordinal: 2)],
            .host, "CUDA_VISIBLE_DEVICES", "2,5"
        ),
        (
            "numbers among the held where the kernel hides the rest",
            [device("a", ordinal: 5), device("b", ordinal: 2)],
            .held, "CUDA_VISIBLE_DEVICES", "0,1"
        ),
        (
            "a UUID of AMD's gets its prefix", [device("a", vendor: "amd", uuid: "18f2c3d4e5f60718")], .host,
            "ROCR_VISIBLE_DEVICES", "GPU-18f2c3d4e5f60718"
        ),
        (
            "a UUID of zeros is none", [device("a", vendor: "amd", uuid: "0000000000000000", ordinal: 3)], .host,
            "ROCR_VISIBLE_DEVICES", "3"
        ),
        (
            "two of one UUID are told by number",
            [device("a", vendor: "amd", uuid: "aa", ordinal: 1), device("b", vendor: "amd", uuid: "aa", ordinal: 0)],
            .host, "ROCR_VISIBLE_DEVICES", "0,1"
        ),
        (
            "Intel by number", [device("a", vendor: "intel", uuid: "x1", ordinal: 1)], .host, "ZE_AFFINITY_MASK", "1"
        ),
        ("another vendor's device shows to none", [device("a", vendor: "amd")], .host, "CUDA_VISIBLE_DEVICES", ""),
    ]

    @Test(arguments: cases)
    func `each vendor's library sees the held devices`(
        name: String, devices: [HeldDevice], numbering: DeviceNumbering, variable: String, expected: String
    ) {
        #expect(grant(devices: devices).environment(numbering: numbering)[variable] == expected, "\(name)")
    }
}
