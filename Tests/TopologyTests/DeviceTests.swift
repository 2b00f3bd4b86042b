import Testing
import Units

@testable import Topology

@Suite("Devices of a topology")
struct DeviceTests {
    private let nvml: [(String, String)] = [
        ("GPUModel", "NVIDIA H200"), ("NVIDIAUUID", "GPU-46f77619-68bf-8f9d-7cfb-61fa9c4ca692"),
    ]

    @Test func `an id is the UUID, and the PCI address where there is none`() throws {
        var topology = TinyTopology()
        topology.functions = [
            .init(address: "0000:02:00.0", osDevices: [("nvml0", 1, nvml)]), .init(address: "0000:01:00.0"),
        ]
        let devices = try topology.host().devices
        #expect(devices.map(\.id.text) == ["0000:01:00.0", "GPU-46f77619-68bf-8f9d-7cfb-61fa9c4ca692"])
        #expect(devices.map(\.model) == ["10de:2335", "NVIDIA H200"])
        #expect(devices[0].uuid == nil)
    }

    @Test func `a UUID that two devices claim is no one's`() throws {
        var topology = TinyTopology()
        topology.functions = [
            .init(address: "0000:01:00.0", osDevices: [("nvml0", 1, nvml)]),
            .init(address: "0000:02:00.0", osDevices: [("nvml1", 1, nvml)]),
        ]
        let devices = try topology.host().devices
        #expect(devices.map(\.id.text) == ["0000:01:00.0", "0000:02:00.0"])
        #expect(devices.map(\.uuid) == [nil, nil])
    }

    @Test func `devices are in the order of PCI addresses whatever nvml counts`() throws {
        var topology = TinyTopology(nodes: 2)
        topology.functions = [
            .init(address: "0001:01:00.0", node: 0, osDevices: [("nvml0", 1, [])]),
            .init(address: "0000:c1:00.0", node: 1, osDevices: [("nvml1", 1, [])]),
            .init(address: "0000:05:00.0", node: 1, osDevices: [("nvml2", 1, [])]),
        ]
        let devices = try topology.host().devices
        #expect(devices.map(\.pciAddress) == ["0000:05:00.0", "0000:c1:00.0", "0001:01:00.0"])
        #expect(devices.map(\.numaNode) == [1, 1, 0])
        #expect(devices.map(\.localCores.list) == ["1", "1", "0"])
    }

    @Test func `each rsmi device of one PCI device is a partition of its own`() throws {
        let unique = ("AMDUUID", "0000000000000000")
        var topology = TinyTopology()
        topology.functions = [
            .init(
                address: "0000:02:00.0", type: "1200 [1002:74a0] [1002:74a0] 00",
                osDevices: [
                    ("rsmi10", 1, [("GPUModel", ""), unique]), ("rsmi9", 1, [("GPUModel", "Instinct MI300A"), unique]),
                    ("rsmi11", 1, [("GPUModel", ""), unique]), ("opencl0d0", 5, []), ("opencl1d0", 5, []),
                ])
        ]
        let devices = try topology.host().devices
        #expect(devices.map(\.id.text) == ["0000:02:00.0/0", "0000:02:00.0/1", "0000:02:00.0/2"])
        #expect(devices.map(\.model) == ["Instinct MI300A", "Instinct MI300A", "Instinct MI300A"])
        #expect(devices.map(\.partition?.parent) == ["0000:02:00.0", "0000:02:00.0", "0000:02:00.0"])
        #expect(devices.map(\.partition?.index) == [0, 1, 2])
        #expect(devices.map(\.uuid) == [nil, nil, nil])
    }

    @Test func `partitions that repeat their card's UUID are named by it and a number`() throws {
        let infos = [("AMDUUID", "4c04714172e6268f"), ("RSMIVRAMSize", "1024")]
        var topology = TinyTopology()
        topology.functions = ["0000:02:00.0", "0000:03:00.0"].enumerated().map { card, address in
            .init(
                address: address, type: "1200 [1002:74a1] [1002:74a1] 00",
                osDevices: [
                    ("rsmi\(card * 2)", 1, card == 0 ? infos : []), ("rsmi\(card * 2 + 1)", 1, card == 0 ? infos : []),
                ])
        }
        let devices = try topology.host().devices
        #expect(
            devices.map(\.id.text) == [
                "0000:02:00.0/0", "0000:02:00.0/1", "0000:03:00.0/0", "0000:03:00.0/1",
            ])
        #expect(devices.map(\.memory?.bytes) == [1 << 20, 1 << 20, nil, nil])
    }

    @Test(
        "AMD's unique id becomes what ROCR_VISIBLE_DEVICES takes",
        arguments: [
            ("4c04714172e6268f", "GPU-4c04714172e6268f"), ("f62596172e6212b", "GPU-0f62596172e6212b"),
            ("0x1", "GPU-0000000000000001"), ("0000000000000000", nil), ("", nil), ("4c04714172e6268f0", nil),
            ("MI50", nil), ("-1", nil),
        ])
    func amdUUID(_ text: String, _ uuid: String?) {
        #expect(DeviceIdentity.amdUUID(text) == uuid)
    }

    @Test(
        "a UUID that is none is not used",
        arguments: [
            ("GPU-46f77619-68bf-8f9d-7cfb-61fa9c4ca692", true), ("MIG-46f77619-68bf-8f9d-7cfb-61fa9c4ca692", true),
            ("00000000-0000-0000-0000-000000000001", true), ("GPU-????????-????-????-????-????????????", false),
            ("GPU-00000000-0000-0000-0000-000000000000", false), ("", false), ("GPU 1", false), ("../etc", false),
        ])
    func uuid(_ text: String, _ isUsed: Bool) {
        #expect((DeviceIdentity.uuid(text) != nil) == isUsed)
    }

    @Test(
        "memory is told in KiB by several sources, the vendor's first",
        arguments: [
            ([("cuda0", "CUDAGlobalMemorySize", "16671616")], 17_071_734_784),
            ([("opencl0d0", "OpenCLGlobalMemorySize", "15472384")], 15_843_721_216),
            ([("opencl0d0", "OpenCLGlobalMemorySize", "5"), ("cuda0", "CUDAGlobalMemorySize", "7")], 7 << 10),
            ([("rsmi0", "RSMIVRAMSize", "67092480")], 68_702_699_520),
            ([("rsmi0", "RSMIGTTSize", "536870912")], nil),
            ([("ze0", "LevelZeroHBMSize", "134217728")], 137_438_953_472),
            ([("cuda0", "CUDAGlobalMemorySize", "0")], nil),
            ([("cuda0", "CUDAGlobalMemorySize", "99999999999999999")], nil),
            ([("cuda0", "CUDAGlobalMemorySize", "-5")], nil),
            ([("card0", "Size", "5")], nil),
        ] as [([(String, String, String)], Int64?)])
    func memory(_ sources: [(String, String, String)], _ bytes: Int64?) throws {
        var topology = TinyTopology()
        topology.functions = [
            .init(address: "0000:01:00.0", osDevices: sources.map { (name: $0.0, type: 1, infos: [($0.1, $0.2)]) })
        ]
        #expect(try topology.host().devices.map(\.memory?.bytes) == [bytes])
    }

    @Test func `device files are the DRM nodes and what the export names below dev`() throws {
        var topology = TinyTopology()
        topology.functions = [
            .init(
                address: "0000:01:00.0",
                infos: [
                    ("DeviceFile", "/dev/nvidia0"), ("DeviceFile", "/dev/../etc/shadow"), ("DeviceFile", "/etc/x"),
                ],
                osDevices: [("renderD128", 1, []), ("card1", 1, []), ("nvml0", 1, []), (":0.0", 1, [])])
        ]
        #expect(
            try topology.host().devices.map(\.files) == [["/dev/dri/card1", "/dev/dri/renderD128", "/dev/nvidia0"]])
    }

    @Test func `a device with no name of any runtime still is one`() throws {
        var topology = TinyTopology()
        topology.functions = [
            .init(
                address: "0000:01:00.0", type: "0380 [1002:7408] [1002:0b0c] 01",
                osDevices: [("card0", 1, []), ("renderD128", 1, [])])
        ]
        let device = try #require(try topology.host().devices.first)
        #expect(device.id.text == "0000:01:00.0")
        #expect(device.model == "1002:7408")
        #expect(device.vendor == .amd)
        #expect(device.memory == nil)
        #expect(device.files == ["/dev/dri/card0", "/dev/dri/renderD128"])
    }

    @Test func `names from outside are cleaned before they are shown`() throws {
        var topology = TinyTopology()
        let long = String(repeating: "x", count: 500)
        topology.functions = [
            .init(address: "0000:01:00.0", osDevices: [("nvml0", 1, [("GPUModel", "  A&#10;B\u{7F} ")])]),
            .init(address: "0000:02:00.0", osDevices: [("nvml1", 1, [("GPUModel", long)])]),
        ]
        let models = try topology.host().devices.map(\.model)
        #expect(models == ["AB", String(repeating: "x", count: Limits.nameLength)])
    }
}
