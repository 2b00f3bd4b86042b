import AllotAPI

extension AuditEntryView: ListDisplayable {
    static let columns: [Column<AuditEntryView>] = [
        .time("TIME", "time") { $0.time },
        .text("OUTCOME", "outcome", tint: { $0.outcome == .denied ? .bad : nil }) { $0.outcome.rawValue },
        .shown("WHO", "user", shrinksTo: 8, csv: { $0.user ?? "" }) { row, _ in
            row.user ?? row.uid.map { "uid \($0)" } ?? "the daemon"
        },
        .exact("uid") { Exact.text($0.uid) },
        .text("ACTION", "action", shrinksTo: 12) { $0.action },
        .text("ON", "reservation") { $0.reservation ?? "" },
        .shown("WHAT", "operation", importance: 4, shrinksTo: 12, csv: { $0.operation ?? "" }) { row, _ in row.what },
        .text("REASON", "reason", importance: 3, shrinksTo: 8) { $0.reason ?? "" },
        .text("ACCOUNTS", "accounts", importance: 1, shrinksTo: 8) { Exact.list($0.accounts) },
        .text("ROLES", "roles", importance: 2) { Exact.list($0.roles) },
        .text("PID", "pid", right: true, importance: 0) { Exact.text($0.pid) },
        .text("PROGRAM", "executable", importance: 0, shrinksTo: 10) { $0.executable ?? "" },
        .exact("groups") { Exact.list($0.groups) },
        .exact("manages") { Exact.list($0.manages) },
        .exact("problem") { $0.problem ?? "" },
        .exact("needed") { Exact.list($0.needed) },
        .exact("count") { Exact.text($0.count) },
        .exact("changes") { Exact.pairs($0.changes) },
        .exact("sequence") { "\($0.sequence)" },
        .exact("caller") { Exact.text($0.caller) },
    ]

    /// What it was about, in a few words.
    private var what: String {
        guard outcome == .denied else { return operation ?? money }
        let times = (count ?? 1) > 1 ? " (\(count ?? 1) times)" : ""
        let why =
            needed.map { "needs \($0.joined(separator: " or "))" } ?? problem.map { String($0.dropFirst(10)) } ?? ""
        return "\(operation ?? ""): \(why)\(times)"
    }

    /// What was decided about money, as the journal has it; empty for all else.
    private var money: String {
        ["finance.", "period.", "export."].contains(where: action.hasPrefix) ? Exact.pairs(changes) : ""
    }
}

extension AuditVerificationView: CardDisplayable {
    static let columns: [Column<AuditVerificationView>] = [
        .exact("status") { $0.status.rawValue },
        .exact("faults") { $0.faults.joined(separator: "; ") },
        .exact("anchor") { $0.anchor ?? "" },
        .exact("events") { "\($0.events)" },
        .exact("reservations") { "\($0.reservations)" },
        .exact("compared") { "\($0.compared)" },
        .exact("confirmed") { "\($0.confirmed)" },
        .exact("ofEarlierEpochs") { "\($0.ofEarlierEpochs)" },
        .exact("anchoredSequence") { Exact.text($0.anchoredSequence) },
        .exact("anchoredTime") { Exact.time($0.anchoredTime) },
        .exact("unanchored") { "\($0.unanchored)" },
        .exact("sources") { $0.sources.joined(separator: "; ") },
        .exact("notes") { $0.notes.joined(separator: "; ") },
        .exact("restores") { "\($0.restores.count)" },
    ]

    func card(_ style: Style) -> [CardLine] {
        let anchored = anchoredSequence.map { sequence -> String in
            let time = anchoredTime.map { ", \(style.time($0))" } ?? ""
            return "up to row \(sequence)\(time); \(unanchored) rows behind it are not"
        }
        let earlier = ofEarlierEpochs > 0 ? ", \(ofEarlierEpochs) of what a restore replaced" : ""
        return [CardLine("Status", status.rawValue, tint: status == .verified ? .good : .bad)]
            + faults.map { CardLine("Fault", $0, tint: .bad) }
            + CardLine.present([
                ("Rows", "\(events) events, \(reservations) reservations"),
                ("Anchors", "\(confirmed) of \(compared) confirmed\(earlier)"),
                ("Anchored", anchored ?? "nothing"),
                ("From", sources.isEmpty ? nil : sources.joined(separator: ", ")),
            ])
            + restores.map { restore in
                CardLine(
                    "Restored",
                    "\(style.time(restore.time)) at row \(restore.sequence): epoch \(restore.epoch), by "
                        + "uid \(restore.uid.map { String($0) } ?? "?"), then r-\(restore.nextReservation)",
                    tint: nil)
            }
            + notes.map { CardLine("Note", $0, tint: nil) }
            + CardLine.present([("Anchor", anchor)])
    }
}
