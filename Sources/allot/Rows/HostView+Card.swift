import AllotAPI

extension HostView: CardDisplayable {
    static let columns: [Column<HostView>] = [
        .exact("name") { $0.name },
        .exact("packages") { "\($0.packages.count)" },
        .exact("numaNodes") { "\($0.numaNodes.count)" },
        .exact("cores") { "\($0.cores)" },
        .exact("processingUnits") { "\($0.processingUnits)" },
        .exact("memoryBytes") { "\($0.memoryBytes)" },
        .exact("devices") { "\($0.devices.count)" },
    ]

    func card(_ style: Style) -> [CardLine] {
        let models = Dictionary(grouping: packages.compactMap(\.model)) { $0 }.sorted { $0.key < $1.key }
        let kinds = Dictionary(grouping: devices) { device in
            device.memoryBytes.map { "\(device.model) (\(Style.memory($0)))" } ?? device.model
        }.sorted { $0.key < $1.key }
        let free = devices.count { $0.state == .free }
        return [CardLine("Host", name, tint: .strong)]
            + CardLine.present([
                ("Processors", models.isEmpty ? nil : models.map { "\($1.count) × \($0)" }.joined(separator: ", ")),
                ("Cores", "\(cores), \(processingUnits) hardware threads"),
                (
                    "Memory",
                    "\(Style.memory(memoryBytes)) in \(numaNodes.count) NUMA node\(numaNodes.count == 1 ? "" : "s")"
                ),
                ("Core kinds", coreKinds.count > 1 ? coreKinds.map(\.cores).joined(separator: " / ") : nil),
                ("Devices", kinds.isEmpty ? "none" : kinds.map { "\($1.count) × \($0)" }.joined(separator: ", ")),
                ("Free", devices.isEmpty ? nil : "\(free) of \(devices.count)"),
                ("Links", linkSummary),
            ])
    }

    /// How many pairs of devices are joined by what.
    private var linkSummary: String? {
        let pairs = devices.flatMap { device in device.links.filter { $0.device > device.index } }
        guard !pairs.isEmpty else { return nil }
        return Dictionary(grouping: pairs, by: \.kind).sorted { $0.key < $1.key }
            .map { "\($1.count) pair\($1.count == 1 ? "" : "s") over \($0)" }.joined(separator: ", ")
    }
}
