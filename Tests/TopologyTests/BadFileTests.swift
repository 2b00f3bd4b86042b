import Foundation
import Testing
import Units

@testable import Topology

@Suite("Files that are no topology")
struct BadFileTests {
    @Test func `a missing file is named`() {
        let error = #expect(throws: TopologyError.self) { try Host(contentsOf: "/nowhere/host.xml") }
        #expect(error == TopologyError(file: "/nowhere/host.xml", reason: .missing))
        #expect(error?.description == "topology file /nowhere/host.xml: there is no such file")
    }

    @Test func `a folder, a pipe and a device are not read`() throws {
        try Inputs.withFolder { folder in
            let pipe = folder.appending(path: "pipe").path
            #expect(mkfifo(pipe, 0o600) == 0)
            for path in [folder.path, pipe, "/dev/zero"] {
                #expect(throws: TopologyError(file: path, reason: .notAFile)) { try Host(contentsOf: path) }
            }
        }
    }

    @Test func `a file beyond the limit is refused before it is read`() throws {
        try Inputs.withFolder { folder in
            let path = folder.appending(path: "large.xml").path
            #expect(FileManager.default.createFile(atPath: path, contents: nil))
            let size = Limits.fileBytes + 1
            #expect(truncate(path, off_t(size)) == 0)
            let reason = TopologyError.Reason.tooLarge(bytes: size, limit: Limits.fileBytes)
            #expect(throws: TopologyError(file: path, reason: reason)) { try Host(contentsOf: path) }
        }
    }

    @Test func `an empty file is said to be empty`() throws {
        try Inputs.withFolder { folder in
            let path = folder.appending(path: "empty.xml").path
            #expect(FileManager.default.createFile(atPath: path, contents: nil))
            #expect(throws: TopologyError(file: path, reason: .empty)) { try Host(contentsOf: path) }
        }
    }

    @Test func `a file that may not be read says so`() throws {
        // A loop of links can't be opened by anyone, root included.
        try Inputs.withFolder { folder in
            let path = folder.appending(path: "loop.xml").path
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: path)
            let error = #expect(throws: TopologyError.self) { try Host(contentsOf: path) }
            guard case .unreadable = error?.reason else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    static let texts: [(String, TopologyError.Reason)] = [
        ("hello", .notXML(line: 1)),
        ("{\"topology\": 1}\n", .notXML(line: 1)),
        ("\n\nhello <topology/>", .notXML(line: 3)),
        ("\u{1F}\u{8B}\u{8}compressed", .notXML(line: 1)),
        ("<topology>\0</topology>", .notXML(line: 1)),
        ("<topology version=2.0></topology>", .notXML(line: 1)),
        ("<topology><object></topology>", .notXML(line: 1)),
        ("<topology/><topology/>", .notXML(line: 1)),
        ("<topology/>more", .notXML(line: 1)),
        ("</topology>", .notXML(line: 1)),
        ("<topology a=\"1\"b=\"2\"/>", .notXML(line: 1)),
        ("<!DOCTYPE topology [<!ENTITY a \"b\">]><topology>&a;</topology>", .notXML(line: 1)),
        ("   \n", .truncated(line: 2)),
        ("<", .truncated(line: 1)),
        ("<?xml version", .truncated(line: 1)),
        ("<?xml version=\"1.0\"?>\n<topology version=\"2.0\">\n", .truncated(line: 3)),
        ("<topology version=\"2.0\"", .truncated(line: 1)),
        ("<topology><!-- never ends", .truncated(line: 1)),
        ("<html><body>Not found</body></html>", .notATopology(element: "html")),
        ("<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>", .notATopology(element: "svg")),
        ("<topology version=\"2.0\"></topology>", .noCPU),
        ("<topology version=\"2.0\"><object type=\"Machine\" os_index=\"0\"/></topology>", .noCPU),
        (
            "<topology version=\"2.0\"><object type=\"PU\" os_index=\"0\"/></topology>",
            .refused("its contents make no topology")
        ),
    ]

    @Test("each kind of wrong text gets its reason", arguments: texts)
    func text(_ text: String, _ reason: TopologyError.Reason) {
        let error = #expect(throws: TopologyError.Reason.self) { try Host(xml: Array(text.utf8), fallbackName: "bad") }
        guard case .refused = reason else {
            #expect(error == reason)
            return
        }
        guard case .refused = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `elements without end are refused at a limit`() {
        let text = String(repeating: "<object>", count: Limits.elementDepth)
        let reason = TopologyError.Reason.beyondLimit(
            what: "the depth of its elements", found: UInt64(Limits.elementDepth + 1),
            limit: UInt64(Limits.elementDepth))
        #expect(throws: reason) { try Host(xml: Array("<topology>\(text)".utf8), fallbackName: "deep") }
    }

    @Test("a version that this hwloc does not know is told", arguments: ["3.0", "9.1"])
    func version(_ version: String) {
        #expect(throws: TopologyError.Reason.version(version, hwloc: 2)) { try TinyTopology(version: version).host() }
    }

    @Test func `what makes hwloc abort gives an error and not the end of the process`() throws {
        let good = TinyTopology().xml
        let bad = good.replacingOccurrences(of: "cpuset=\"0x00000001\"", with: "cpuset=\"0x00000001,,,,,,,,,-,\"")
        #expect(bad != good)
        for text in [bad, good.replacingOccurrences(of: "cpuset=\"0x00000001\"", with: "cpuset=\",,\"")] {
            let error = #expect(throws: TopologyError.Reason.self) {
                try Host(xml: Array(text.utf8), fallbackName: "abort")
            }
            guard case .refused = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
    }

    @Test func `more devices than a host may have are counted in the refusal`() throws {
        var topology = TinyTopology()
        topology.functions = (0...DeviceSet.limit).map { number in
            .init(address: "\(PCIAddress.hex(number / 100, 4)):\(PCIAddress.hex(number % 100, 2)):00.0")
        }
        let reason = TopologyError.Reason.tooManyDevices(count: DeviceSet.limit + 1, limit: DeviceSet.limit)
        #expect(throws: reason) { try topology.host() }
        topology.functions.removeLast()
        #expect(try topology.host().devices.count == DeviceSet.limit)
    }

    @Test func `memory beyond any machine is refused, so that sums hold`() {
        let reason = TopologyError.Reason.beyondLimit(
            what: "the memory of NUMA node 0, in bytes,", found: .max, limit: Limits.nodeMemoryBytes)
        #expect(throws: reason) { try TinyTopology(memory: .max).host() }
    }

    @Test func `a processor number beyond the limit is refused`() {
        let reason = TopologyError.Reason.beyondLimit(
            what: "a processor's number", found: UInt64(BitSet.limit), limit: UInt64(BitSet.limit - 1))
        #expect(throws: reason) { try TinyTopology(firstProcessor: BitSet.limit).host() }
    }

    @Test("no sample is read when cut short, wherever that is", arguments: Inputs.sampleNames)
    func truncation(_ name: String) throws {
        let whole = try Data(contentsOf: Inputs.samples.appending(path: name))
        try DamagedFiles.expectTruncationsRefused(Array(whole), cuts: 40)
    }

    @Test("damaged bytes never end the process", arguments: Inputs.sampleNames)
    func damage(_ name: String) throws {
        let whole = try Data(contentsOf: Inputs.samples.appending(path: name))
        DamagedFiles.expectSurvived(Array(whole), rounds: 40, seed: 1)
    }

    @Test func `damaged bytes of a small export with a matrix never end the process`() {
        var topology = TinyTopology(nodes: 2)
        topology.functions = [.init(address: "0000:01:00.0"), .init(address: "0000:02:00.0", node: 1)]
        topology.matrices = [
            .init(name: "NVLinkBandwidth", objects: ["0000:01:00.0", "0000:02:00.0"], values: [0, 5, 5, 0])
        ]
        DamagedFiles.expectSurvived(Array(topology.xml.utf8), rounds: 300, seed: 3)
    }
}
