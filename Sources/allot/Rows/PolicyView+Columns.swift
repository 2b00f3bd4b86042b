import AllotAPI

extension PolicyView: CardDisplayable {
    static let columns: [Column<PolicyView>] = [
        .exact("version") { "\($0.version)" },
        .exact("since") { Exact.time($0.since) },
        .exact("origin") { $0.origin },
        .exact("proposal") { Exact.text($0.proposal) },
        .exact("text") { $0.text },
    ]

    func card(_ style: Style) -> [CardLine] { [] }

    func drawing(_ style: Style) -> String? { text }
}

extension PolicyVersionView: ListDisplayable {
    static let columns: [Column<PolicyVersionView>] = [
        .text("VERSION", "version", right: true) { "\($0.version)" },
        .time("SINCE", "since") { $0.since },
        .text("ORIGIN", "origin", tint: { $0.isEmergency ? .bad : nil }) { row in
            switch row.proposal {
            case nil: row.origin
            case let number?: "\(row.isEmergency ? "emergency" : row.origin) \(number)"
            }
        },
        .text("BY", "by", shrinksTo: 6) { $0.by ?? "" },
        .text("APPROVED BY", "approvedBy", importance: 5, shrinksTo: 6) { $0.approvedBy ?? "" },
        .text("CHANGES", "changes", right: true, importance: 3) { Exact.text($0.changes) },
        .text("REASON", "reason", importance: 8, shrinksTo: 10) { $0.reason ?? "" },
        .exact("isEmergency") { Exact.text($0.isEmergency) },
    ]
}

extension ProposalView: CardDisplayable {
    static let columns: [Column<ProposalView>] = [
        .text("PROPOSAL", "number", right: true) { "\($0.number)" },
        .text("STATE", "state", tint: { $0.tint }) { $0.state.rawValue },
        .text("BY", "by", shrinksTo: 6) { $0.by },
        .time("AT", "at") { $0.at },
        .time("EFFECTIVE", "effective") { $0.effective },
        .time("UNTIL", "until") { $0.until ?? ($0.approvedBy == nil ? $0.emergencyUntil : nil) },
        .text("APPROVED BY", "approvedBy", importance: 5, shrinksTo: 6) { $0.approvedBy ?? "" },
        .text("CHANGES", "changes", right: true, importance: 3) { "\($0.changes.count)" },
        .text("REASON", "reason", importance: 8, shrinksTo: 10) { $0.reason },
        .exact("version") { Exact.text($0.version) },
        .exact("base") { "\($0.base)" },
        .exact("rollbackTo") { Exact.text($0.rollbackTo) },
    ]

    fileprivate var tint: Tint? {
        switch state {
        case .inEffect: .good
        case .pending, .approved: .waiting
        case .conflicted: .bad
        case .rejected, .lapsed, .expired: nil
        }
    }

    func card(_ style: Style) -> [CardLine] {
        [CardLine("Proposal", "\(number), made from version \(base)"), CardLine("State", stateText(style), tint: tint)]
            + CardLine.present([
                ("Back to", rollbackTo.map { "version \($0)" }),
                ("By", "\(by), \(style.time(at))"),
                ("Reason", reason),
                ("Effective", effective.map { style.relativeTime($0) }),
                ("Until", until.map { style.relativeTime($0) }),
                (
                    "Emergency",
                    emergencyUntil.map {
                        approvedBy == nil ? "lapses \(style.relativeTime($0)) unless somebody approves it" : "approved"
                    }
                ),
                ("Approved by", approvedBy.map { name in approvedAt.map { "\(name), \(style.time($0))" } ?? name }),
                ("Conflicts", conflicts.map { $0.joined(separator: ", ") }),
            ])
            + changes.map { CardLine("Change", $0.text) } + (impact?.card(style) ?? [])
    }

    private func stateText(_ style: Style) -> String {
        switch state {
        case .pending: "waits for \(approvers.isEmpty ? "somebody" : approvers.joined(separator: " or "))"
        case .approved: "approved" + (effective == nil ? "" : ", takes effect at its time")
        case .inEffect: "in effect" + (version.map { " as version \($0)" } ?? "")
        case .rejected: "rejected" + (rejectedBy.map { " by \($0)" } ?? "")
        case .lapsed: "lapsed" + (endedAt.map { ", \(style.time($0))" } ?? "")
        case .expired: "nobody agreed in time"
        case .conflicted: "others have changed the same since"
        }
    }
}

extension ProposalView.Change {
    /// `path: 4 → 6`.
    var text: String {
        switch (before, after) {
        case (nil, let after?): "\(path): + \(after)"
        case (let before?, nil): "\(path): - \(before)"
        default: "\(path): \(before ?? "") → \(after ?? "")"
        }
    }
}

extension ImpactView: CardDisplayable {
    static let columns: [Column<ImpactView>] = [
        .exact("earlier") { "\($0.earlier.count)" },
        .exact("later") { "\($0.later.count)" },
        .exact("omitted") { "\($0.omitted)" },
        .exact("brokenWindows") { Exact.list($0.brokenWindows) },
        .exact("reclaimed") { Exact.list($0.reclaimed) },
        .exact("costBefore") { $0.cost?.before?.amount ?? "" },
        .exact("costAfter") { $0.cost?.after?.amount ?? "" },
        .exact("warnings") { Exact.list($0.warnings) },
    ]

    func card(_ style: Style) -> [CardLine] {
        var lines = [
            CardLine("Earlier", earlier.isEmpty ? "nothing that waits" : list(earlier, style)),
            CardLine("Later", later.isEmpty ? "nothing that waits" : list(later, style)),
        ]
        if omitted > 0 { lines.append(CardLine("And", "\(omitted) more")) }
        lines.append(
            CardLine(
                "Windows", brokenWindows.isEmpty ? "all are held" : "broken: \(brokenWindows.joined(separator: ", "))",
                tint: brokenWindows.isEmpty ? nil : .bad))
        lines.append(
            CardLine(
                "Reclaimed", reclaimed.isEmpty ? "nothing that runs" : reclaimed.joined(separator: ", "),
                tint: reclaimed.isEmpty ? nil : .bad))
        if let cost {
            let amount = { (money: MoneyView?) in money.map { "\($0.amount) \($0.currency)" } ?? "without a price" }
            lines.append(
                CardLine("Next month", "\(amount(cost.before)) → \(amount(cost.after)) at last month's use"))
        }
        return lines + warnings.map { CardLine("Warning", $0, tint: .waiting) }
    }

    private func list(_ shifts: [Shift], _ style: Style) -> String {
        let shown = shifts.prefix(5).map { shift in
            let from = shift.from.map { style.time($0) } ?? "never"
            return "\(shift.id) (\(from) → \(shift.to.map { style.time($0) } ?? "never"))"
        }
        return shown.joined(separator: ", ") + (shifts.count > 5 ? ", and \(shifts.count - 5) more" : "")
    }
}
