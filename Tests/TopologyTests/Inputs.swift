import Foundation
import Topology
import Units

/// Foundation has a type of this name too.
typealias Host = Topology.Host

/// Where the tests' inputs lie.
enum Inputs {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let samples = root.appending(path: "Config/topologies")
    static let sampleNames = ["server-8gpu-nvswitch.xml", "workstation-2gpu.xml", "cpu-only.xml"]

    /// Real machines' exports, which are not part of the project.
    static let corpus: URL = {
        let named = ProcessInfo.processInfo.environment["ALLOT_CORPUS"].map { URL(filePath: $0) }
        return (named ?? root.appending(path: "../shared/data").standardized).appending(path: "topologies")
    }()
    static let hasCorpus = FileManager.default.fileExists(atPath: corpus.path)
    static var corpusNames: [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: corpus.path)
        return (names ?? []).filter { $0.hasSuffix(".xml") }.sorted()
    }

    /// A folder of its own for one test; removed when `body` ends.
    static func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "allot-topology-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }
}

/// What any `Host` must hold to, whatever it was read from; the first fault in words, nil for none.
func fault(in host: Host) -> String? {
    let cores = host.cores.indices
    for (index, core) in host.cores.enumerated() {
        if core.index != index { return "core \(index) says it is \(core.index)" }
        if core.processingUnits.isEmpty { return "core \(index) has no processor" }
        if let node = core.numaNode, !host.numaNodes.contains(where: { $0.osIndex == node }) {
            return "core \(index) is on an unknown node"
        }
        if let package = core.package, !host.packages.indices.contains(package) {
            return "core \(index) is in an unknown package"
        }
    }
    if host.cores.isEmpty { return "no cores" }
    let processors = host.cores.reduce(BitSet()) { $0.union($1.processingUnits) }
    if processors.count != host.cores.reduce(0, { $0 + $1.processingUnits.count }) { return "a processor in two cores" }
    for set in host.packages.map(\.cores) + host.numaNodes.map(\.cores) + host.devices.map(\.localCores)
    where set.contains(where: { !cores.contains($0) }) {
        return "a set names an unknown core"
    }
    let nodes = host.numaNodes.map(\.osIndex)
    if nodes != nodes.sorted() || Set(nodes).count != nodes.count { return "nodes not rising" }
    if host.memory < .zero { return "negative memory" }
    if Set(host.devices.map(\.id)).count != host.devices.count { return "an id twice" }
    if host.devices.contains(where: { $0.id.text.isEmpty || $0.model.isEmpty }) { return "a device without a name" }
    if host.devices.count > DeviceSet.limit { return "too many devices" }
    let rows = host.links.bandwidth
    if rows.count != host.devices.count || rows.contains(where: { $0.count != rows.count }) {
        return "link matrix not square"
    }
    if rows.indices.contains(where: { rows[$0][$0] != 0 }) { return "a link to itself" }
    return nil
}
