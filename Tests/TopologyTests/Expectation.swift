import Units

@testable import Topology

/// What a file must give, worked out by hand from `lstopo -v` and the XML itself (docs/topology.md says how).
struct Expectation: Sendable {
    struct Machine: Sendable {
        var id: String
        var address: String
        var node: Int?
        var localCores: String
        var partition: Int?
    }

    var file: String
    var name: String
    /// Each package's cores; all have one model.
    var packages: [String]
    var processor: String?
    /// Bytes and cores of each NUMA node, numbered from 0.
    var nodes: [(bytes: Int64, cores: String)]
    /// Processors of the first and the last core.
    var firstCore: String
    var lastCore: String
    var processors: Int
    var kinds: [[String: String]] = []
    var vendor: Device.Vendor = .nvidia
    var model: String = ""
    var memory: Int64?
    var devices: [Machine] = []
    var linkKind: String?
    /// MB/s between devices by index; every other pair has none.
    var links: @Sendable (Int, Int) -> Int = { _, _ in 0 }

    /// How the host differs, line by line.
    func differences(from host: Host) -> [String] {
        var found: [String] = []
        func compare<Value: Equatable>(_ what: String, _ value: Value, _ expected: Value) {
            if value != expected { found.append("\(what): \(value), expected \(expected)") }
        }
        compare("name", host.name, name)
        compare("packages", host.packages.map(\.cores.list), packages)
        compare("models", Set(host.packages.map(\.model)), [processor])
        compare("nodes", host.numaNodes.map(\.osIndex), Array(nodes.indices))
        compare("node memory", host.numaNodes.map(\.memory.bytes), nodes.map(\.bytes))
        compare("node cores", host.numaNodes.map(\.cores.list), nodes.map(\.cores))
        for (index, node) in nodes.enumerated() {
            for core in BitSet(list: node.cores) ?? BitSet() {
                compare("node of core \(core)", host.cores[core].numaNode, index)
            }
        }
        for (index, cores) in packages.enumerated() {
            for core in BitSet(list: cores) ?? BitSet() {
                compare("package of core \(core)", host.cores[core].package, index)
            }
        }
        compare("first core", host.cores.first?.processingUnits.list, firstCore)
        compare("last core", host.cores.last?.processingUnits.list, lastCore)
        compare("processors", host.cores.reduce(0) { $0 + $1.processingUnits.count }, processors)
        compare("kinds", host.coreKinds.map(\.details), kinds)
        compare("kinds' cores", host.coreKinds.map(\.cores.count), kinds.map { _ in host.cores.count })
        compareDevices(host, compare)
        return found
    }

    private func compareDevices(_ host: Host, _ compare: (String, String, String) -> Void) {
        func text(_ values: [String?]) -> String { values.map { $0 ?? "none" }.joined(separator: " ") }
        compare("ids", text(host.devices.map(\.id.text)), text(devices.map(\.id)))
        compare("addresses", text(host.devices.map(\.pciAddress)), text(devices.map(\.address)))
        compare(
            "nodes", text(host.devices.map { $0.numaNode?.description }), text(devices.map { $0.node?.description }))
        compare("local cores", text(host.devices.map(\.localCores.list)), text(devices.map(\.localCores)))
        compare(
            "partitions", text(host.devices.map { $0.partition?.index.description }),
            text(devices.map { $0.partition?.description }))
        let whole = host.devices.map { $0.partition == nil ? $0.uuid ?? $0.pciAddress : $0.partition?.parent }
        compare("parents", text(whole), text(devices.map { $0.partition == nil ? $0.id : $0.address }))
        compare("vendors", text(host.devices.map(\.vendor.rawValue)), text(devices.map { _ in vendor.rawValue }))
        compare("models", text(host.devices.map(\.model)), text(devices.map { _ in model }))
        compare(
            "memory", text(host.devices.map { $0.memory?.bytes.description }),
            text(devices.map { _ in memory?.description }))
        compare("link kind", text([host.links.kind]), text([linkKind]))
        let expected = devices.indices.map { row in devices.indices.map { row == $0 ? 0 : links(row, $0) } }
        compare("links", "\(host.links.bandwidth)", "\(expected)")
    }
}
