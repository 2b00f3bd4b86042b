import Testing
import Units

@testable import Topology

@Suite("Which PCI functions are accelerators")
struct AcceleratorTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var type: String
        var address = "0000:41:00.0"
        var osDevices: [String] = []
        var isAccelerator: Bool
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        .init(name: "H200, 3D controller", type: "0302 [10de:2335] [10de:18be] a1", isAccelerator: true),
        .init(name: "RTX 4090, VGA", type: "0300 [10de:2684] [10de:16a1] a1", isAccelerator: true),
        .init(name: "Radeon Pro, VGA", type: "0300 [1002:73a3] [1002:0e1e] 00", isAccelerator: true),
        .init(name: "MI50, other display", type: "0380 [1002:66a1] [1002:0834] 02", isAccelerator: true),
        .init(name: "MI250X, other display", type: "0380 [1002:7408] [1002:0b0c] 01", isAccelerator: true),
        .init(name: "MI300A, processing accelerator", type: "1200 [1002:74a0] [1002:74a0] 00", isAccelerator: true),
        .init(name: "Data Center GPU Max, other display", type: "0380 [8086:0bd5] [8086:0000] 2f", isAccelerator: true),
        .init(name: "Gaudi 2, processing accelerator", type: "1200 [1da3:1020] [1da3:1020] 01", isAccelerator: true),
        .init(name: "Alveo, processing accelerator", type: "1200 [10ee:5000] [10ee:000e] 00", isAccelerator: true),
        .init(name: "Arc, VGA", type: "0300 [8086:56a0] [8086:1020] 08", isAccelerator: true),
        .init(
            name: "Vector Engine, co-processor with a driver", type: "0b40 [1bcf:001c] [0000:0000] 00",
            osDevices: ["ve0"], isAccelerator: true),
        .init(
            name: "an unknown maker's VGA with a runtime", type: "0300 [1ed5:0200] [0000:0000] 00",
            osDevices: ["opencl0d0"], isAccelerator: true),
        .init(name: "ASPEED", type: "0300 [1a03:2000] [15d9:1b95] 52", isAccelerator: false),
        .init(name: "ASPEED as 3D controller", type: "0302 [1a03:2000] [15d9:1b95] 52", isAccelerator: false),
        .init(
            name: "ASPEED under an OpenGL server", type: "0300 [1a03:2000] [15d9:1b95] 52",
            osDevices: ["opencl0d0"], isAccelerator: false),
        .init(name: "Matrox G200", type: "0300 [102b:0534] [1028:04ce] 01", isAccelerator: false),
        .init(name: "Matrox as other display", type: "0380 [102b:0538] [1028:04ce] 01", isAccelerator: false),
        .init(name: "ES1000", type: "0300 [1002:515e] [103c:31fb] 02", isAccelerator: false),
        .init(name: "Hibmc", type: "0300 [19e5:1711] [19e5:1711] 01", isAccelerator: false),
        .init(name: "QEMU", type: "0300 [1234:1111] [1af4:1100] 02", isAccelerator: false),
        .init(name: "virtio", type: "0380 [1af4:1050] [1af4:1100] 01", isAccelerator: false),
        .init(name: "VMware", type: "0300 [15ad:0405] [15ad:0405] 00", isAccelerator: false),
        .init(
            name: "Intel graphics in the processor", type: "0300 [8086:3e92] [1028:085a] 00", address: "0000:00:02.0",
            isAccelerator: false),
        .init(
            name: "the same without a display", type: "0380 [8086:3e96] [1028:085a] 00", address: "0000:00:02.0",
            isAccelerator: false),
        .init(name: "Raphael's display unit", type: "0300 [1002:164e] [1462:7d75] c1", isAccelerator: false),
        .init(
            name: "an old card's second display", type: "0380 [1002:71a7] [1002:0b13] 00", address: "0000:41:00.1",
            isAccelerator: false),
        .init(
            name: "QAT, co-processor", type: "0b40 [8086:37c8] [8086:0000] 04", isAccelerator: false),
        .init(name: "NVSwitch", type: "0680 [10de:22a3] [10de:1796] a1", isAccelerator: false),
        .init(name: "a GPU's sound", type: "0403 [10de:22ba] [10de:16a1] a1", isAccelerator: false),
        .init(name: "a network card", type: "0200 [15b3:1021] [15b3:0041] 00", isAccelerator: false),
    ]

    @Test("by class, maker and place", arguments: cases)
    func function(_ tested: Case) throws {
        var topology = TinyTopology()
        topology.functions = [
            .init(
                address: tested.address, type: tested.type,
                osDevices: tested.osDevices.map { (name: $0, type: 5, infos: []) })
        ]
        let host = try topology.host()
        #expect(host.devices.map(\.pciAddress) == (tested.isAccelerator ? [tested.address] : []))
        #expect(fault(in: host) == nil)
    }

    @Test(
        "PCI addresses are read and shown in one form",
        arguments: [
            ("0000:3b:00.0", "0000:3b:00.0"), ("00000000:3B:00.0", "0000:3b:00.0"), ("10000:e1:1f.7", "10000:e1:1f.7"),
            ("3b:00.0", nil), ("0000:3b:00", nil), ("0000:3b:20.0", nil), ("0000:3b:00.8", nil), ("", nil),
            ("::.", nil),
        ])
    func address(_ text: String, _ shown: String?) {
        #expect(PCIAddress(text)?.description == shown)
    }
}
