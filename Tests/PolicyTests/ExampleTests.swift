import Foundation
import Policy
import Testing
import Topology
import Units

/// The example on machines that it was not written for.
@Suite struct ExampleTests {
    private static let samples = files(root.appending(path: "Config/topologies"))
    /// Real machines' exports, which are not part of the project. The one that is refused has a test of its own.
    private static let corpus = files(
        (ProcessInfo.processInfo.environment["ALLOT_CORPUS"].map { URL(filePath: $0) }
            ?? root.appending(path: "../shared/data").standardized).appending(path: "topologies")
    ).filter { !$0.contains("refused") }

    @Test func `on the machine that it is for the example promises nothing that is not there`() throws {
        let findings = try findings("\(ExampleTests.root.path)/Config/topologies/server-8gpu-nvswitch.xml")
        // It says what to do with small devices, should there be some.
        #expect(findings.map(\.path) == ["departments[1].quotas[1].model", "shareable[0].model"])
        #expect(findings.allSatisfy { $0.message.hasPrefix("`NVIDIA L4` is no model of this machine") })
    }

    @Test(arguments: ExampleTests.samples)
    func `the example loads on every sample machine, and names what has no price`(path: String) throws {
        try expectLoads(path)
    }

    @Test(.enabled(if: !ExampleTests.corpus.isEmpty, "no corpus: set ALLOT_CORPUS to its folder"), arguments: corpus)
    func `the example loads on every real machine, and names what has no price`(path: String) throws {
        try expectLoads(path)
    }

    @Test func `the example has every field that the schema has`() throws {
        let example = try repositoryText("Config/policy.example.yaml")
        for key in try Policy.read(yaml: wholePolicy, name: "p").canonicalText.matches(of: /([a-zA-Z]+):/) {
            // Users are keys too, and two fields that say the same as another beside them.
            guard key.1 != "ada", !["gpu", "licence"].contains(key.1) else { continue }
            #expect(example.contains("\(key.1):"), "\(key.1)")
        }
    }

    private func expectLoads(_ path: String) throws {
        let findings = try findings(path)
        #expect(findings.allSatisfy { $0.severity == .warning })
        let host = try Topology.Host(contentsOf: path)
        let priced = "NVIDIA H100 80GB HBM3"
        for model in Set(host.devices.map(\.model)) where model != priced {
            let named = findings.contains { $0.message.hasPrefix("`gpu:\(model)` has no price now") }
            #expect(named, "\(model)")
        }
        #expect(!findings.contains { $0.message.contains("`cpu`") || $0.message.contains("`gpu:\(priced)`") })
    }

    private func findings(_ path: String) throws -> [PolicyFinding] {
        let text = try repositoryText("Config/policy.example.yaml")
        let host = try Topology.Host(contentsOf: path)
        let islands = host.links.islands
        let inventory = Inventory(
            devices: host.devices.enumerated().map { index, device in
                let island = islands.firstIndex { $0.contains(index) && $0.count > 1 }
                return Inventory.Device(model: device.model, numaNode: device.numaNode, island: island)
            })
        let noon = try #require(RFC3339.timestamp("2026-11-02T12:00:00Z"))
        return try PolicyText(yaml: Array(text.utf8), name: "policy.example.yaml").check(
            inventory: inventory, before: nil, now: noon, isKnown: { _ in nil })
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func files(_ folder: URL) -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        return (names ?? []).filter { $0.hasSuffix(".xml") }.sorted().map { folder.appending(path: $0).path }
    }
}
