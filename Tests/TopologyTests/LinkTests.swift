import Testing
import Units

@testable import Topology

@Suite("Links between devices")
struct LinkTests {
    private func topology(_ count: Int, type: String = "0302 [10de:2335] [10de:0000] a1", os: String = "nvml")
        -> TinyTopology
    {
        var topology = TinyTopology()
        topology.functions = (0..<count).map {
            .init(address: "0000:0\($0 + 1):00.0", type: type, osDevices: [("\(os)\($0)", 1, [])])
        }
        return topology
    }

    @Test(
        "the matrix names the kind of link",
        arguments: [
            ("NVLinkBandwidth", "NVLink"), ("XGMIBandwidth", "XGMI"), ("XeLinkBandwidth", "XeLink"),
        ])
    func kind(_ name: String, _ kind: String) throws {
        var topology = topology(2)
        topology.matrices = [.init(name: name, objects: ["nvml0", "nvml1"], values: [1_000_000, 50, 60, 1_000_000])]
        let links = try topology.host().links
        #expect(links.kind == kind)
        #expect(links.bandwidth == [[0, 50], [60, 0]])
        #expect(links.bandwidth(0, 1) == 50)
    }

    @Test(
        "a matrix without a name is told by its devices' maker",
        arguments: [
            ("0302 [10de:2335] [10de:0000] a1", "NVLink"), ("0380 [1002:7408] [1002:0b0c] 01", "XGMI"),
            ("0380 [8086:0bd5] [8086:0000] 2f", "XeLink"), ("1200 [1da3:1020] [1da3:1020] 01", nil),
        ])
    func unnamed(_ type: String, _ kind: String?) throws {
        var topology = topology(2, type: type, os: "card")
        topology.matrices = [.init(name: nil, objects: ["card0", "card1"], values: [9, 5, 5, 9])]
        #expect(try topology.host().links.kind == kind)
    }

    @Test func `a matrix of something else is left out`() throws {
        var topology = topology(2)
        topology.matrices = [.init(name: "MyBandwidth", objects: ["nvml0", "nvml1"], values: [9, 5, 5, 9])]
        #expect(try topology.host().links == .none(count: 2))
    }

    @Test func `zero is no direct link, and islands follow`() throws {
        var topology = topology(4)
        topology.matrices = [
            .init(
                name: "NVLinkBandwidth", objects: ["nvml0", "nvml1", "nvml2", "nvml3"],
                values: [1_000_000, 40, 0, 0, 40, 1_000_000, 0, 0, 0, 0, 1_000_000, 40, 0, 0, 40, 1_000_000])
        ]
        #expect(try topology.host().links.islands.map { Array($0) } == [[0, 1], [2, 3]])
    }

    @Test func `behind switches each pair gets the smaller side's sum over all ports`() throws {
        var topology = topology(3)
        topology.functions += [5, 6].map {
            .init(address: "0000:0\($0):00.0", type: "0680 [10de:1ac2] [10de:0000] a1")
        }
        // Device 2 has links to one of the two switches only.
        topology.matrices = [
            .init(
                name: "NVLinkBandwidth", objects: ["nvml0", "nvml1", "nvml2", "0000:05:00.0", "0000:06:00.0"],
                values: [
                    1_000_000, 0, 0, 25, 25,
                    0, 1_000_000, 0, 25, 25,
                    0, 0, 1_000_000, 25, 0,
                    25, 25, 25, 0, 0,
                    25, 25, 0, 0, 0,
                ])
        ]
        let host = try topology.host()
        #expect(host.devices.count == 3)
        #expect(host.links.bandwidth == [[0, 50, 25], [50, 0, 25], [25, 25, 0]])
    }

    @Test func `cells between a GPU and a CPU are dropped`() throws {
        var topology = topology(2)
        topology.matrices = [
            .init(
                name: "NVLinkBandwidth", objects: ["nvml0", "nvml1", "Package"],
                values: [1_000_000, 0, 40, 0, 1_000_000, 40, 40, 40, 1_000_000])
        ]
        #expect(try topology.host().links == .none(count: 2))
    }

    @Test func `tiles of two Intel GPUs add up to links between the GPUs`() throws {
        var topology = topology(2, type: "0380 [8086:0bd5] [8086:0000] 2f", os: "ze")
        topology.functions[0].tiles = ["ze0.0", "ze0.1"]
        topology.functions[1].tiles = ["ze1.0", "ze1.1"]
        let whole = 1_000_000
        topology.matrices = [
            .init(
                name: "XeLinkBandwidth", objects: ["ze0.0", "ze0.1", "ze1.0", "ze1.1"],
                values: [
                    whole, whole, 50, 0,
                    whole, whole, 0, 50,
                    50, 0, whole, whole,
                    0, 50, whole, whole,
                ])
        ]
        let host = try topology.host()
        #expect(host.devices.map(\.vendor) == [.intel, .intel])
        #expect(host.links.kind == "XeLink")
        #expect(host.links.bandwidth == [[0, 100], [100, 0]])
    }

    @Test func `hops alone give one hop the nominal figure, and nothing where bandwidth is told`() throws {
        var topology = topology(3, type: "0380 [1002:7408] [1002:0b0c] 01", os: "rsmi")
        let names = ["rsmi0", "rsmi1", "rsmi2"]
        topology.matrices = [.init(name: "XGMIHops", objects: names, values: [0, 1, 2, 1, 0, 1, 2, 1, 0])]
        let nominal = Int(LinkReader.nominalXGMIBandwidth)
        #expect(
            try topology.host().links.bandwidth == [[0, nominal, 0], [nominal, 0, nominal], [0, nominal, 0]])
        topology.matrices.append(.init(name: "XGMIBandwidth", objects: names, values: [9, 5, 0, 5, 9, 0, 0, 0, 9]))
        #expect(try topology.host().links.bandwidth == [[0, 5, 0], [5, 0, 0], [0, 0, 0]])
    }

    @Test func `numbers beyond any link are held at a limit`() {
        var folding = LinkFolding(devices: 2)
        folding.add(
            kind: "NVLink", ends: [.device(0), .device(1), .fabric],
            values: [0, .max, .max, .max, 0, .max, .max, .max, 0])
        let limit = Int(Limits.linkBandwidth)
        #expect(folding.matrix.bandwidth == [[0, limit * 2], [limit * 2, 0]])
    }

    @Test func `two kinds of links on one host are both kept`() {
        var folding = LinkFolding(devices: 4)
        folding.add(kind: "XGMI", ends: [.device(0), .device(1)], values: [0, 5, 5, 0])
        folding.add(kind: "NVLink", ends: [.device(2), .device(3)], values: [0, 7, 7, 0])
        folding.add(kind: "XeLink", ends: [.device(0), .device(3)], values: [0, 0, 0, 0])
        #expect(folding.matrix.kind == "NVLink+XGMI")
        #expect(folding.matrix.islands.map { Array($0) } == [[0, 1], [2, 3]])
    }
}
