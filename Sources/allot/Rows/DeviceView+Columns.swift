import AllotAPI

extension DeviceView: ListDisplayable {
    static let columns: [Column<DeviceView>] = [
        .text("INDEX", "index", right: true) { "\($0.index)" },
        .text("MODEL", "model", shrinksTo: 12) { $0.model },
        .shown("MEMORY", "memoryBytes", right: true, importance: 6, csv: { Exact.text($0.memoryBytes) }) { row, _ in
            Style.memory(row.memoryBytes)
        },
        .text("NUMA", "numaNode", right: true, importance: 5) { Exact.text($0.numaNode) },
        .text("STATE", "state", tint: { $0.state == .free ? .good : $0.state == .failed ? .bad : .waiting }) {
            $0.state.rawValue
        },
        .text(
            "HEALTH", "health", importance: 9,
            tint: { $0.health == .healthy ? .good : $0.health == .failed ? .bad : .waiting }
        ) {
            $0.health.rawValue
        },
        .text("RESERVATION", "reservation", importance: 8) { $0.holders },
        .text("DEPARTMENT", "department", importance: 4, shrinksTo: 6) { $0.department ?? "" },
        .time("UNTIL", "until", importance: 7) { $0.until },
        .text("PCI", "pciAddress", importance: 2) { $0.pciAddress },
        .text("ID", "id", importance: 1) { $0.id },
        .exact("healthReason") { $0.healthReason ?? "" },
        .exact("drainsFrom") { Exact.time($0.drainsFrom) },
        .exact("shares") { row in
            Exact.list((row.shares ?? []).map { "\($0.reservation):\($0.gpuShare)" })
        },
        .exact("vendor") { $0.vendor },
        .exact("localCores") { $0.localCores },
        .exact("files") { Exact.list($0.files) },
        .exact("partitionOf") { $0.partitionOf ?? "" },
        .exact("partitionProfile") { $0.partitionProfile ?? "" },
        .exact("links") { row in
            Exact.list(row.links.map { "\($0.device):\($0.kind):\($0.bandwidth)" })
        },
    ]
}

extension DeviceView {
    /// Who holds it: one reservation, or those that share it.
    var holders: String {
        reservation ?? (shares ?? []).map { "\($0.reservation) (\($0.gpuShare))" }.joined(separator: " ")
    }
}
