import AllotAPI

extension DrainView: ListDisplayable {
    static let columns: [Column<DrainView>] = [
        .text("WHAT", "devices", shrinksTo: 12) { $0.isHost ? "host" : $0.devices.joined(separator: " ") },
        .text("STATE", "hasFailed", tint: { $0.hasFailed ? .bad : .waiting }) { $0.hasFailed ? "failed" : "drained" },
        .time("FROM", "from") { $0.from },
        .time("UNTIL", "until") { $0.until },
        .text("STILL RUNS", "running", importance: 7) { $0.running.map(\.id).joined(separator: " ") },
        .text("REASON", "reason", importance: 8, shrinksTo: 10) { $0.reason },
        .exact("isHost") { Exact.text($0.isHost) },
    ]
}
