import Foundation
import Testing
import Units

@testable import Topology

@Suite("Cores, packages and NUMA nodes")
struct HostTests {
    @Test func `a node without processors has memory and no cores`() throws {
        var topology = TinyTopology(nodes: 2)
        let sets = "cpuset=\"0x0\" complete_cpuset=\"0x0\" nodeset=\"0x00000010\" complete_nodeset=\"0x00000010\""
        topology.more = """
            <object type="Group" \(sets) gp_index="90" kind="1001" subkind="0">
            <object type="NUMANode" os_index="4" \(sets) gp_index="91" local_memory="4096"/>
            </object>
            """
        let wide = topology.xml.replacingOccurrences(of: "nodeset=\"0x00000003\"", with: "nodeset=\"0x00000013\"")
        let host = try Host(xml: Array(wide.utf8), fallbackName: "tiny")
        #expect(host.numaNodes.map(\.osIndex) == [0, 1, 4])
        #expect(host.numaNodes.map(\.cores.list) == ["0", "1", ""])
        #expect(host.numaNodes[2].memory == ByteCount(bytes: 4096))
        #expect(host.cores.map(\.numaNode) == [0, 1])
        #expect(fault(in: host) == nil)
    }

    @Test func `a node without memory is kept, and its cores stay its own`() throws {
        let host = try TinyTopology(nodes: 2, memory: 0).host()
        #expect(host.numaNodes.map(\.memory) == [.zero, .zero])
        #expect(host.cores.map(\.numaNode) == [0, 1])
        #expect(host.memory == .zero)
    }

    @Test func `of two memories at the same cores the normal one is closest`() throws {
        let sets =
            "cpuset=\"0x00000001\" complete_cpuset=\"0x00000001\" nodeset=\"0x00000002\""
            + " complete_nodeset=\"0x00000002\""
        let extra =
            "<object type=\"NUMANode\" os_index=\"1\" \(sets) gp_index=\"80\" local_memory=\"7\" subtype=\"MCDRAM\"/>"
        var topology = TinyTopology()
        topology.functions = [.init(address: "0000:01:00.0")]
        let text = topology.xml
            .replacingOccurrences(of: "<object type=\"Core\"", with: extra + "<object type=\"Core\"")
            .replacingOccurrences(
                of: "nodeset=\"0x00000001\" gp_index=\"1\"", with: "nodeset=\"0x00000003\" gp_index=\"1\"")
        let host = try Host(xml: Array(text.utf8), fallbackName: "tiny")
        #expect(host.numaNodes.map(\.osIndex) == [0, 1])
        #expect(host.numaNodes.map(\.cores.list) == ["0", "0"])
        #expect(host.cores.map(\.numaNode) == [0])
        #expect(host.devices.map(\.numaNode) == [0])
    }

    @Test func `processors without cores count as cores, and packages may be missing`() throws {
        let core = try Regex("</?object type=\"(Core|Package)\"[^>]*>")
        let text = TinyTopology(nodes: 3).xml.replacing(core, with: "")
            .replacingOccurrences(of: "</object>\n</object>\n", with: "</object>\n")
            .replacingOccurrences(of: "</object>\n\n</object>", with: "</object>")
        let host = try Host(xml: Array(text.utf8), fallbackName: "bare")
        #expect(host.cores.map(\.processingUnits.list) == ["0", "1", "2"])
        #expect(host.cores.map(\.package) == [nil, nil, nil])
        #expect(host.packages.isEmpty)
    }

    @Test func `kinds of cores come with their rank and what is told of them`() throws {
        let kinds = """
            <cpukind cpuset="0x00000002" forced_efficiency="1"><info name="CoreType" value="IntelCore"/></cpukind>
            <cpukind cpuset="0x00000005" forced_efficiency="0"><info name="CoreType" value="IntelAtom"/></cpukind>
            </topology>
            """
        let text = TinyTopology(nodes: 3).xml.replacingOccurrences(of: "</topology>", with: kinds)
        let host = try Host(xml: Array(text.utf8), fallbackName: "hybrid")
        #expect(
            host.coreKinds == [
                CoreKind(efficiency: 0, cores: BitSet([0, 2]), details: ["CoreType": "IntelAtom"]),
                CoreKind(efficiency: 1, cores: BitSet([1]), details: ["CoreType": "IntelCore"]),
            ])
    }

    @Test func `the name is the export's, else the file's`() throws {
        try Inputs.withFolder { folder in
            let file = folder.appending(path: "rack7.xml")
            try Data(TinyTopology().xml.utf8).write(to: file)
            #expect(try Host(contentsOf: file.path).name == "rack7")
            var named = TinyTopology()
            named.more = "<info name=\"HostName\" value=\"node7\"/>"
            let text = named.xml
            let start = try #require(text.range(of: "gp_index=\"1\">"))
            let moved = text.replacingOccurrences(of: named.more, with: "")
            try Data(moved.replacingCharacters(in: start, with: "gp_index=\"1\">" + named.more).utf8).write(to: file)
            #expect(try Host(contentsOf: file.path).name == "node7")
        }
    }

    @Test func `a host survives being stored as JSON`() throws {
        for name in Inputs.sampleNames {
            let host = try Host(contentsOf: Inputs.samples.appending(path: name).path)
            #expect(try JSONDecoder().decode(Host.self, from: JSONEncoder().encode(host)) == host)
        }
    }

    @Test func `reading twice gives the same host`() throws {
        let path = Inputs.samples.appending(path: Inputs.sampleNames[0]).path
        #expect(try Host(contentsOf: path) == Host(contentsOf: path))
    }
}
