import AllotAPI
import Units

/// The machine as a tree: packages, their NUMA nodes, and the devices near them.
struct HostTree: CardDisplayable {
    let host: HostView

    static let columns = HostView.columns.map { $0.of { (outer: HostTree) in outer.host } }

    init(from decoder: any Decoder) throws {
        host = try HostView(from: decoder)
    }

    func card(_ style: Style) -> [CardLine] { host.card(style) }

    func drawing(_ style: Style) -> String? {
        var text = style.tinted(DisplayText.printable(host.name), .strong)
        text += "  \(host.cores) cores, \(host.processingUnits) threads, \(Style.memory(host.memoryBytes))\n"
        draw(nodes(style), before: "", style: style, into: &text)
        return text
    }

    private struct Node {
        let text: String
        var children: [Node] = []
    }

    private func nodes(_ style: Style) -> [Node] {
        var shown: Set<Int> = []
        var nodes: [Node] = []
        for package in host.packages {
            let cores = BitSet(list: package.cores) ?? BitSet()
            let near = host.numaNodes.filter { node in
                guard let own = BitSet(list: node.cores), !own.isEmpty else { return false }
                return !own.isDisjoint(with: cores) && shown.insert(node.index).inserted
            }
            let model = package.model.map { "  \($0)" } ?? ""
            nodes.append(
                Node(
                    text: DisplayText.printable("package \(package.index)\(model)  cores \(package.cores)"),
                    children: near.map { numaNode($0, style) }))
        }
        nodes += host.numaNodes.filter { !shown.contains($0.index) }.map { numaNode($0, style) }
        let known = Set(host.numaNodes.map(\.index))
        nodes += host.devices.filter { $0.numaNode.map { !known.contains($0) } ?? true }.map { device($0, style) }
        return nodes
    }

    private func numaNode(_ node: HostView.NUMANode, _ style: Style) -> Node {
        let cores = node.cores.isEmpty ? "no cores" : "cores \(node.cores)"
        return Node(
            text: DisplayText.printable("NUMA \(node.index)  \(Style.memory(node.memoryBytes))  \(cores)"),
            children: host.devices.filter { $0.numaNode == node.index }.map { device($0, style) })
    }

    private func device(_ device: DeviceView, _ style: Style) -> Node {
        var text = "gpu \(device.index)  \(device.model)"
        if let memory = device.memoryBytes { text += "  \(Style.memory(memory))" }
        if let profile = device.partitionProfile { text += "  \(profile) of \(device.partitionOf ?? "?")" }
        for (kind, links) in Dictionary(grouping: device.links, by: \.kind).sorted(by: { $0.key < $1.key }) {
            text += "  \(kind) to \(BitSet(links.map(\.device).filter { (0..<BitSet.limit).contains($0) }).list)"
        }
        let holders = device.holders
        let state = holders.isEmpty ? nil : "\(device.state) by \(holders) until \(style.time(device.until))"
        let isFree = device.state == .free
        return Node(
            text: DisplayText.printable(text) + "  "
                + style.tinted(DisplayText.printable(state ?? device.state.rawValue), isFree ? .good : .waiting))
    }

    private func draw(_ nodes: [Node], before: String, style: Style, into text: inout String) {
        let marks = style.isUnicode ? ["├─ ", "└─ ", "│  "] : ["|- ", "`- ", "|  "]
        for (index, node) in nodes.enumerated() {
            let isLast = index == nodes.count - 1
            text += "\(before)\(marks[isLast ? 1 : 0])\(node.text)\n"
            draw(node.children, before: before + (isLast ? "   " : marks[2]), style: style, into: &text)
        }
    }
}
