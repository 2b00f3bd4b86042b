import AllotAPI

extension FinanceProposalView: CardDisplayable {
    static let columns: [Column<FinanceProposalView>] = [
        .text("PROPOSAL", "id") { $0.id },
        .text("STATE", "state", tint: { $0.tint }) { $0.state.rawValue },
        .shown("WHAT", "kind", shrinksTo: 16, csv: { $0.adjustment == nil ? "correction" : "adjustment" }) { row, _ in
            row.what
        },
        .exact("department") { $0.adjustment?.department ?? "" },
        .exact("team") { $0.adjustment?.team ?? "" },
        .exact("amount") { $0.adjustment?.amount ?? "" },
        .exact("period") { $0.adjustment?.period ?? "" },
        .exact("sku") { $0.correction?.sku ?? "" },
        .exact("from") { Exact.time($0.correction?.from) },
        .exact("to") { Exact.time($0.correction?.to) },
        .exact("perHour") { $0.correction?.perHour ?? "" },
        .exact("currency") { $0.currency ?? "" },
        .text("BY", "by", shrinksTo: 6) { $0.by },
        .time("AT", "at", importance: 4) { $0.at },
        .text("DECIDED BY", "decidedBy", importance: 5, shrinksTo: 6) { $0.decidedBy ?? "" },
        .exact("decidedAt") { Exact.time($0.decidedAt) },
        .text("REASON", "reason", importance: 8, shrinksTo: 10) { $0.reason ?? "" },
        .exact("rejectionReason") { $0.rejectionReason ?? "" },
    ]

    fileprivate var tint: Tint? {
        switch state {
        case .applied: .good
        case .pending: .waiting
        case .rejected: nil
        }
    }

    /// `-120.50 EUR for vision in 2026-11`, `cpu at 0.04 an hour`.
    fileprivate var what: String {
        if let adjustment {
            let team = adjustment.team.map { "/\($0)" } ?? ""
            return "\(money(adjustment.amount)) for \(adjustment.department)\(team)"
                + (adjustment.period.map { " in \($0)" } ?? "")
        }
        return correction.map { "\($0.sku) at \(money($0.perHour)) an hour" } ?? Style.none
    }

    private func money(_ amount: String) -> String { amount + (currency.map { " \($0)" } ?? "") }

    func card(_ style: Style) -> [CardLine] {
        [
            CardLine("Proposal", id),
            CardLine("State", state == .pending ? "waits for a second person" : state.rawValue, tint: tint),
            CardLine(adjustment == nil ? "Correction" : "Adjustment", what),
        ]
            + CardLine.present([
                ("Price from", correction.map { "\(style.time($0.from)) until \(style.time($0.to))" }),
                ("By", "\(by), \(style.time(at))"), ("Reason", reason),
                (
                    state == .rejected ? "Rejected by" : "Approved by",
                    decidedBy.map { name in decidedAt.map { "\(name), \(style.time($0))" } ?? name }
                ), ("Because", rejectionReason),
            ])
            + (differences ?? []).map { difference in
                let sign = difference.amount.hasPrefix("-") || Decimals.isZero(difference.amount) ? "" : "+"
                return CardLine("Difference", "\(difference.department): \(sign)\(money(difference.amount))")
            }
    }
}

extension PeriodView: CardDisplayable {
    static let columns: [Column<PeriodView>] = [
        .text("PERIOD", "period") { $0.period },
        .text("STATE", "state", tint: { $0.state == .closed ? .good : .waiting }) { $0.state.rawValue },
        .text("INVOICES", "invoices", right: true, importance: 1) { "\($0.invoices)" },
        .shown("TOTAL", "total", right: true, csv: { $0.total }) { row, _ in Decimals.rounded(row.total) },
        .text("CURRENCY", "currency", importance: 3) { $0.currency ?? "" },
        .time("CLOSED", "closedAt", importance: 4) { $0.closedAt },
        .text("BY", "closedBy", importance: 2, shrinksTo: 6) { $0.closedBy ?? "" },
        .shown("IN THE WAY", "hindrances", shrinksTo: 12, csv: { Exact.list($0.inTheWay) }) { row, _ in
            row.state == .closed ? Style.none : row.inTheWay.isEmpty ? "nothing" : row.inTheWay.joined(separator: "; ")
        },
        .exact("from") { Exact.time($0.from) },
        .exact("to") { Exact.time($0.to) },
    ]

    /// What has to be done before it can be closed.
    private var inTheWay: [String] {
        guard let hindrances else { return [] }
        var texts: [String] = []
        if hindrances.isUnderWay { texts.append("it is not over") }
        if let earlier = hindrances.earlier { texts.append("\(earlier) is open") }
        texts += hindrances.unrated.map { "\($0.sku) without a price for \($0.hours) h" }
        if !hindrances.unsettled.isEmpty {
            texts.append("not written down: \(hindrances.unsettled.joined(separator: ", "))")
        }
        if !hindrances.pending.isEmpty { texts.append("waiting: \(hindrances.pending.joined(separator: ", "))") }
        return texts
    }

    func card(_ style: Style) -> [CardLine] {
        [
            CardLine("Period", "\(period): \(style.time(from)) until \(style.time(to))"),
            CardLine("State", state.rawValue, tint: state == .closed ? .good : .waiting),
            CardLine("Invoices", "\(invoices)"),
            CardLine("Total", Decimals.rounded(total) + (currency.map { " \($0)" } ?? "")),
        ]
            + CardLine.present([
                ("Closed", closedAt.map { time in "\(style.time(time))" + (closedBy.map { " by \($0)" } ?? "") })
            ]) + inTheWay.map { CardLine("In the way", $0, tint: .waiting) }
    }
}
