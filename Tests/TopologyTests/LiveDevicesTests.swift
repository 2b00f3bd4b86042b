import Foundation
import Testing
import Units

@testable import Topology

@Suite("What the running machine adds")
struct LiveDevicesTests {
    /// A host as hwloc shows it, completed from a fake machine.
    private func enriched(
        _ topology: TinyTopology, nvml: [NVMLDevice] = [], accelerators: Set<PCIKind> = [],
        _ prepare: (FakeMachine) throws -> Void
    ) throws -> Host {
        try Inputs.withFolder { folder in
            let machine = FakeMachine(root: folder)
            try prepare(machine)
            var host = try topology.host()
            try LiveDevices(machine: machine.files, nvml: nvml, accelerators: accelerators).enrich(&host)
            #expect(fault(in: host) == nil)
            return host
        }
    }

    private func gpus(_ addresses: [String], type: String = "0302 [10de:2335] [10de:0000] a1") -> TinyTopology {
        var topology = TinyTopology(nodes: 2)
        topology.functions = addresses.map { .init(address: $0, type: type) }
        return topology
    }

    @Test func `on a machine that tells nothing the host stays as it was`() throws {
        let topology = gpus(["0000:01:00.0", "0000:02:00.0"])
        #expect(try enriched(topology) { _ in } == topology.host())
    }

    @Test func `the NVIDIA driver tells model, UUID and minor, which need not be in order`() throws {
        let host = try enriched(gpus(["0000:01:00.0", "0000:02:00.0"])) { machine in
            for (bus, minor) in [(1, 1), (2, 0)] {
                try machine.write(
                    "proc/driver/nvidia/gpus/0000:0\(bus):00.0/information",
                    """
                    Model: \t\t NVIDIA H200
                    IRQ:   \t\t 18
                    GPU UUID: \t GPU-0000000\(bus)-0000-0000-0000-000000000001
                    Video BIOS: \t ??.??.??.??.??
                    Bus Location: \t 0000:0\(bus):00.0
                    Device Minor: \t \(minor)
                    """)
            }
            try machine.write("sys/bus/pci/devices/0000:01:00.0/drm/card1/dev", "226:1")
            try machine.write("sys/bus/pci/devices/0000:01:00.0/drm/renderD128/dev", "226:128")
            try machine.write("sys/bus/pci/devices/0000:01:00.0/drm/controlD64/dev", "226:64")
        }
        #expect(host.devices.map(\.model) == ["NVIDIA H200", "NVIDIA H200"])
        #expect(
            host.devices.map(\.id.text) == [
                "GPU-00000001-0000-0000-0000-000000000001", "GPU-00000002-0000-0000-0000-000000000001",
            ])
        #expect(
            host.devices.map(\.files) == [
                ["/dev/dri/card1", "/dev/dri/renderD128", "/dev/nvidia1"], ["/dev/nvidia0"],
            ])
    }

    @Test func `a UUID that the driver does not know yet is not used`() throws {
        let host = try enriched(gpus(["0000:01:00.0"])) { machine in
            try machine.write(
                "proc/driver/nvidia/gpus/0000:01:00.0/information",
                "Model: \t NVIDIA H200\nGPU UUID: \t GPU-????????-????-????-????-????????????\nDevice Minor: \t 0")
        }
        #expect(host.devices.map(\.id.text) == ["0000:01:00.0"])
        #expect(host.devices.map(\.uuid) == [nil])
    }

    @Test func `GPUs that hwloc did not list come from sysfs, consoles do not`() throws {
        let host = try enriched(TinyTopology(nodes: 2)) { machine in
            try machine.addFunction(
                "0000:c1:00.0", classID: "0302", ids: "10de:2335", more: ["numa_node": "1", "local_cpulist": "1"])
            try machine.addFunction(
                "0000:41:00.0", classID: "0302", ids: "10de:2335", more: ["numa_node": "-1", "local_cpulist": "0-1"])
            try machine.addFunction("0000:03:00.0", classID: "0300", ids: "1a03:2000")
            try machine.addFunction("0000:04:00.0", classID: "0200", ids: "15b3:1021")
            try machine.write("sys/bus/pci/devices/0000:05:00.0/class", "nonsense")
        }
        #expect(host.devices.map(\.pciAddress) == ["0000:41:00.0", "0000:c1:00.0"])
        #expect(host.devices.map(\.numaNode) == [nil, 1])
        #expect(host.devices.map(\.localCores.list) == ["0-1", "1"])
        #expect(host.devices.map(\.model) == ["10de:2335", "10de:2335"])
    }

    @Test func `what is named as an accelerator is one, whatever it looks like`() throws {
        let named: Set<PCIKind> = [PCIKind(vendor: 0x1AF4, device: 0x1050)]
        let host = try enriched(TinyTopology(nodes: 2), accelerators: named) { machine in
            try machine.addFunction(
                "0000:41:00.0", classID: "0380", ids: "1af4:1050",
                more: ["numa_node": "1", "drm/card0/dev": "226:0", "drm/renderD128/dev": "226:128"])
            try machine.addFunction("0000:42:00.0", classID: "0380", ids: "1af4:1051")
            try machine.addFunction("0000:43:00.0", classID: "0380", ids: "1234:1050")
        }
        #expect(host.devices.map(\.pciAddress) == ["0000:41:00.0"])
        #expect(host.devices.map(\.files) == [["/dev/dri/card0", "/dev/dri/renderD128"]])
        let seen = gpus(["0000:41:00.0"], type: "0380 [1af4:1050] [1af4:1100] 01")
        let topology = try HwlocTopology(xml: Array(seen.xml.utf8), version: XMLOutline(Array(seen.xml.utf8)).version)
        let listed = try HostReader(topology, accelerators: named).host(fallbackName: "h")
        #expect(listed.devices.map(\.pciAddress) == ["0000:41:00.0"])
        #expect(try HostReader(topology).host(fallbackName: "h").devices == [])
    }

    @Test func `virtual functions and what a virtual machine holds are out of reach`() throws {
        let host = try enriched(gpus(["0000:01:00.0", "0000:01:00.4", "0000:02:00.0"])) { machine in
            try machine.link("sys/bus/pci/devices/0000:01:00.4/physfn", to: "../0000:01:00.0")
            try machine.link("sys/bus/pci/devices/0000:02:00.0/driver", to: "../../../bus/pci/drivers/vfio-pci")
            try machine.link("sys/bus/pci/devices/0000:01:00.0/driver", to: "../../../bus/pci/drivers/nvidia")
        }
        #expect(host.devices.map(\.pciAddress) == ["0000:01:00.0"])
    }

    @Test func `amdgpu tells memory, id and name`() throws {
        let host = try enriched(gpus(["0000:01:00.0"], type: "0380 [1002:66a1] [1002:0834] 02")) { machine in
            try machine.addFunction(
                "0000:01:00.0", classID: "0380", ids: "1002:66a1",
                more: [
                    "mem_info_vram_total": "34342961152", "unique_id": "f62596172e6212b",
                    "product_name": "AMD Instinct MI50", "drm/card0/dev": "226:0", "drm/renderD128/dev": "226:128",
                ])
        }
        let device = try #require(host.devices.first)
        #expect(device.memory == ByteCount(bytes: 34_342_961_152))
        #expect(device.id.text == "GPU-0f62596172e6212b")
        #expect(device.model == "AMD Instinct MI50")
        #expect(device.files == ["/dev/dri/card0", "/dev/dri/renderD128"])
    }

    @Test(
        "partitions are found in both encodings that kernels have used",
        arguments: [
            [UInt32(0x200), 0x1000_0200, 0x2000_0200], [0x200, 0x201, 0x202],
        ])
    func partitions(_ locations: [UInt32]) throws {
        let host = try enriched(gpus(["0000:02:00.0"], type: "1200 [1002:74a0] [1002:74a0] 00")) { machine in
            try machine.addNode(0, location: 0, minor: 0, unique: 0)
            for (index, location) in locations.enumerated() {
                let others = [1, 2, 3].filter { $0 != index + 1 }
                try machine.addNode(
                    index + 1, location: location, minor: 128 + index, unique: 77,
                    links: Dictionary(uniqueKeysWithValues: others.map { ($0, 0) }))
            }
            try machine.write("sys/bus/pci/devices/0000:02:00.0/current_compute_partition", "TPX")
        }
        #expect(host.devices.map(\.id.text) == ["0000:02:00.0/0", "0000:02:00.0/1", "0000:02:00.0/2"])
        #expect(host.devices.map(\.partition?.profile) == ["TPX", "TPX", "TPX"])
        #expect(host.devices.map(\.files) == [128, 129, 130].map { ["/dev/dri/renderD\($0)"] })
        #expect(host.devices.map(\.memory?.bytes) == [68_702_699_520, 68_702_699_520, 68_702_699_520])
        #expect(host.links.kind == "XGMI")
        let nominal = Int(LinkReader.nominalXGMIBandwidth)
        #expect(host.links.bandwidth == [[0, nominal, nominal], [nominal, 0, nominal], [nominal, nominal, 0]])
    }

    @Test func `XGMI links of whole cards come from the compute driver, PCIe ones do not count`() throws {
        let addresses = ["0000:02:00.0", "0000:03:00.0", "0000:04:00.0"]
        let host = try enriched(gpus(addresses, type: "0380 [1002:7408] [1002:0b0c] 01")) { machine in
            try machine.addNode(1, location: 0x200, minor: 128, unique: 1, links: [2: 50_000])
            try machine.addNode(2, location: 0x300, minor: 129, unique: 2, links: [1: 50_000])
            try machine.addNode(3, location: 0x400, minor: 130, unique: 3)
        }
        #expect(host.links.kind == "XGMI")
        #expect(host.links.bandwidth == [[0, 50_000, 0], [50_000, 0, 0], [0, 0, 0]])
    }

    @Test func `hwloc's own links stay with their devices when others join the list`() throws {
        var topology = gpus(["0000:02:00.0", "0000:05:00.0"])
        topology.matrices = [
            .init(name: "NVLinkBandwidth", objects: ["0000:02:00.0", "0000:05:00.0"], values: [9, 5, 5, 9])
        ]
        let host = try enriched(topology) { machine in
            try machine.addFunction("0000:03:00.0", classID: "0302", ids: "10de:2335")
        }
        #expect(host.links.kind == "NVLink")
        #expect(host.links.bandwidth == [[0, 0, 5], [0, 0, 0], [5, 0, 0]])
    }

    @Test func `more devices than a host may have are refused here too`() throws {
        #expect(throws: TopologyError.Reason.tooManyDevices(count: 129, limit: 128)) {
            try enriched(TinyTopology()) { machine in
                for number in 0..<129 {
                    try machine.addFunction(
                        "\(PCIAddress.hex(number, 4)):01:00.0", classID: "0302", ids: "10de:2335")
                }
            }
        }
    }
}
