import AllotAPI

extension BudgetView: ListDisplayable {
    static let columns: [Column<BudgetView>] = [
        .text("DEPARTMENT", "department", shrinksTo: 8) { $0.department },
        .text("PERIOD", "period") { $0.period },
        .text("LIMIT", "limit", right: true) { $0.limit },
        .text("HELD", "held", right: true, importance: 3) { $0.held },
        .text("POSTED", "posted", right: true, importance: 4) { $0.posted },
        .text("AVAILABLE", "available", right: true, tint: { $0.isUsedUp ? .bad : .good }) { $0.available },
        .text("FORECAST", "forecast", right: true, importance: 2) { $0.forecast },
        .text("CURRENCY", "currency", importance: 5) { $0.currency ?? "" },
        .text("LIMIT IS", "isHard", importance: 1) { $0.isHard ? "hard" : "soft" },
        .exact("announcedPercent") { Exact.text($0.announcedPercent) },
        .exact("from") { Exact.time($0.from) },
        .exact("until") { Exact.time($0.until) },
    ]

    /// Nothing is left.
    private var isUsedUp: Bool { available.hasPrefix("-") || available.allSatisfy { $0 == "0" || $0 == "." } }
}

extension BudgetHoldView {
    /// `12.00 of 500.00 EUR in 2026-11`.
    var text: String { "\(amount) of \(available)\(currency.map { " \($0)" } ?? "") in \(period)" }
}
