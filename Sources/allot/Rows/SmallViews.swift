import AllotAPI
import Units

extension QuoteView: CardDisplayable {
    static let columns: [Column<QuoteView>] = [
        .exact("start") { Exact.time($0.start) },
        .exact("end") { Exact.time($0.end) },
        .exact("devices") { Exact.list($0.devices) },
        .exact("cpus") { "\($0.cpus)" },
        .exact("memoryBytes") { "\($0.memoryBytes)" },
        .exact("deviceHours") { $0.deviceHours },
        .exact("coreHours") { $0.coreHours },
        .exact("price") { $0.price?.amount ?? "" },
        .exact("currency") { $0.price?.currency ?? "" },
        .exact("unpriced") { Exact.list($0.unpriced) },
        .exact("holds") { Exact.list($0.holds?.map { "\($0.period)=\($0.amount)" }) },
        .exact("approver") { $0.approver?.rawValue ?? "" },
    ]

    func card(_ style: Style) -> [CardLine] {
        let isNow = start.timestamp - style.now < .minutes(1)
        return CardLine.present([
            ("Earliest start", isNow ? "now" : style.relativeTime(start)),
            ("End", style.time(end)),
            ("Devices", devices.isEmpty ? nil : devices.joined(separator: ", ")),
            ("Cores", "\(cpus)"),
            ("Memory", Style.memory(memoryBytes)),
            (
                "Use",
                devices.isEmpty ? "\(coreHours) core-hours" : "\(deviceHours) device-hours, \(coreHours) core-hours"
            ),
            ("Price", price.map { "about \($0.amount) \($0.currency)" }),
            ("Without a price", unpriced.map { $0.joined(separator: ", ") }),
            ("Holds of the budget", holds.map { $0.map(\.text).joined(separator: "; ") }),
            ("Needs the yes of", approver.map(ReservationView.text)),
        ])
    }
}

extension HealthView: CardDisplayable {
    static let columns: [Column<HealthView>] = [
        .exact("status") { $0.status.rawValue },
        .exact("version") { $0.version },
        .exact("time") { Exact.time($0.time) },
        .exact("clockDifferenceMilliseconds") { "\($0.clock.differenceMilliseconds)" },
        .exact("clockIsDisputed") { "\($0.clock.isDisputed)" },
        .exact("journalSequence") { "\($0.journalSequence)" },
        .exact("waiting") { "\($0.waiting)" },
        .exact("active") { "\($0.active)" },
        .exact("lastPassMilliseconds") { Exact.text($0.lastPassMilliseconds) },
        .exact("executor") { $0.executor },
        .exact("problems") { $0.problems.joined(separator: "; ") },
        .exact("remarks") { $0.remarks.joined(separator: "; ") },
    ]

    func card(_ style: Style) -> [CardLine] {
        let difference = "\(clock.differenceMilliseconds) ms from the system's clock"
        let disputed = clock.isDisputed ? "; the system's clock jumped and is set aside" : ""
        return [CardLine("Status", status.rawValue, tint: status == .ok ? .good : .bad)]
            + problems.map { CardLine("Problem", $0, tint: .bad) }
            + remarks.map { CardLine("Remark", $0) }
            + CardLine.present([
                ("Version", version),
                ("Time", "\(style.time(time)), \(difference)\(disputed)"),
                ("Active", "\(active)"), ("Waiting", "\(waiting)"),
                ("Last pass", lastPassMilliseconds.map { "\($0) ms" }),
                ("Journal", "row \(journalSequence)"),
                ("Executor", executor),
            ])
    }
}

extension PlanView.Entry: ListDisplayable {
    static let columns: [Column<PlanView.Entry>] = [
        .time("START", "start") { $0.start },
        .time("END", "end") { $0.end },
        .text("ID", "id") { $0.id },
        .text("STATE", "state", tint: { $0.state == .active ? .good : .waiting }) { $0.state.rawValue },
        .text("KIND", "kind", importance: 1) { $0.kind.rawValue },
        .text("DEPARTMENT", "department", importance: 3, shrinksTo: 6) { $0.department },
        .text("USER", "user", importance: 2, shrinksTo: 6) { $0.user ?? "" },
        .text("GPUS", "gpus", right: true) { GPUCount.text($0.devices.count, share: $0.gpuShare) },
        .text("CPUS", "cpus", right: true, importance: 4) { "\($0.cpus)" },
        .text("DEVICES", "devices", importance: 0, shrinksTo: 12) { Exact.list($0.devices) },
    ]
}

extension EventView: ListDisplayable {
    static let columns: [Column<EventView>] = [
        .time("TIME", "time") { $0.time },
        .text("SEQUENCE", "sequence", right: true) { "\($0.sequence)" },
        .text("TYPE", "type") { $0.type },
        .text("RESERVATION", "reservation") { $0.reservation ?? "" },
        .text("DEPARTMENT", "department") { $0.department ?? "" },
        .text("USER", "user") { $0.user ?? "" },
        .time("START", "start") { $0.start },
        .time("END", "end") { $0.end },
        .text("CAUSE", "cause") { $0.cause ?? "" },
        .text("REASON", "reason", importance: 1, shrinksTo: 10) { $0.reason ?? "" },
        .exact("durationSeconds") { Exact.text($0.durationSeconds) },
        .exact("devices") { Exact.list($0.devices) },
    ]
}
