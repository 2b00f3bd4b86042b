import AllotAPI
import Units

extension ReservationView: CardDisplayable {
    static let columns: [Column<ReservationView>] = shownColumns + exactColumns

    private static let shownColumns: [Column<ReservationView>] = [
        .text("ID", "id") { $0.id },
        .text("STATE", "state", tint: { $0.tint }) { $0.state.rawValue },
        .text("GPUS", "gpus", right: true) { GPUCount.text($0.gpus, share: $0.gpuShare) },
        .text("MODEL", "model", importance: 2, shrinksTo: 8) { $0.model ?? "" },
        .text("CPUS", "cpus", right: true, importance: 5) { String($0.cpus) },
        .shown("MEMORY", "memoryBytes", right: true, importance: 3, csv: { "\($0.memoryBytes)" }) { row, _ in
            Style.memory(row.memoryBytes)
        },
        .shown("FOR", "durationSeconds", right: true, importance: 6, csv: { "\($0.durationSeconds)" }) { row, _ in
            Style.duration(seconds: row.durationSeconds)
        },
        .time("START", "start") { $0.start },
        .time("END", "end", importance: 7) { $0.end },
        .text("USER", "user", importance: 8, shrinksTo: 6) { $0.user ?? "" },
        .text("DEPARTMENT", "department", importance: 4, shrinksTo: 6) { $0.department },
        .text("CLASS", "class", importance: 1, shrinksTo: 6) { $0.class },
    ]

    private static let exactColumns: [Column<ReservationView>] = [
        .exact("kind") { $0.kind.rawValue },
        .exact("together") { $0.together.rawValue },
        .exact("submittedAt") { Exact.time($0.submittedAt) },
        .exact("notBefore") { Exact.time($0.notBefore) },
        .exact("after") { Exact.list($0.after) },
        .exact("plannedStart") { Exact.time($0.plannedStart) },
        .exact("firstForecast") { Exact.time($0.firstForecast) },
        .exact("ahead") { Exact.text($0.ahead) },
        .exact("isFirm") { Exact.text($0.isFirm) },
        .exact("isBorrowed") { Exact.text($0.isBorrowed) },
        .exact("licences") { Exact.pairs($0.licences?.mapValues { String($0) }) },
        .exact("approvalUntil") { Exact.time($0.approvalUntil) },
        .exact("approver") { $0.approver?.rawValue ?? "" },
        .exact("startedAt") { Exact.time($0.startedAt) },
        .exact("endsAt") { Exact.time($0.endsAt) },
        .exact("endedAt") { Exact.time($0.endedAt) },
        .exact("endReason") { $0.endReason?.rawValue ?? "" },
        .exact("exitCode") { Exact.text($0.exitCode) },
        .exact("gaveWayTo") { $0.gaveWayTo ?? "" },
        .exact("requeue") { Exact.text($0.requeue) },
        .exact("preemptions") { Exact.text($0.preemptions) },
        .exact("requeuedAt") { Exact.time($0.requeuedAt) },
        .exact("devices") { Exact.list($0.devices) },
        .exact("cores") { $0.cores ?? "" },
        .exact("numaNodes") { $0.numaNodes ?? "" },
        .exact("team") { $0.team ?? "" },
        .exact("uid") { Exact.text($0.uid) },
        .exact("shareWith") { Exact.list($0.shareWith) },
        .exact("tags") { Exact.pairs($0.tags) },
        .exact("command") { Exact.list($0.command) },
    ]

    /// When it started, or is planned to.
    var start: DateTime? { startedAt ?? plannedStart }

    /// When it ended, or will.
    var end: DateTime? {
        if let known = endedAt ?? endsAt { return known }
        guard state != .ended, let start else { return nil }
        return DateTime(start.timestamp + Span(seconds: durationSeconds))
    }

    var tint: Tint {
        switch state {
        case .waiting, .awaitingApproval: .waiting
        case .active: .good
        case .ending, .ended: .faint
        }
    }
}
