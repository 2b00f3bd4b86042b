import AllotAPI

extension FairShareView.Standing: ListDisplayable {
    static let columns: [Column<FairShareView.Standing>] = [
        .shown("WHO", "level", csv: { $0.level.rawValue }) { row, _ in row.label },
        .exact("department") { $0.department },
        .exact("team") { $0.team ?? "" },
        .exact("user") { $0.user ?? "" },
        .text("WEIGHT", "weight", right: true, importance: 1) { "\($0.weight)" },
        .shown("SHARE", "share", right: true, csv: { $0.share }) { row, _ in FairShareView.percent(row.share) },
        .shown("USED", "usage", right: true, importance: 3, csv: { $0.usage }) { row, _ in
            FairShareView.short(row.usage)
        },
        .shown("OF ALL", "usageShare", right: true, csv: { $0.usageShare }) { row, _ in
            FairShareView.percent(row.usageShare)
        },
        .shown("FAIRNESS", "levelFairness", right: true, importance: 2, csv: { $0.levelFairness ?? "" }) { row, _ in
            row.levelFairness.map(FairShareView.short) ?? "unused"
        },
        .text("RANK", "rank", right: true) { "\($0.rank)" },
        .exact("fairshare") { $0.fairshare ?? "" },
        .exact("behind") { $0.behind ?? "" },
        .shown("WHY", "overtakes", importance: 4, shrinksTo: 12, csv: { Exact.time($0.overtakes) }) { row, style in
            row.why(style)
        },
    ]

    /// Its name, further to the right the lower it stands in the tree.
    fileprivate var label: String {
        switch level {
        case .department: department
        case .team: "  \(team ?? "(no team)")"
        case .user: "    \(user ?? "")"
        }
    }

    /// Why it stands where it does, and when that changes.
    fileprivate func why(_ style: Style) -> String {
        guard let behind else { return "served next" }
        guard let overtakes else {
            return levelFairness == nil
                ? "level with \(behind): neither has used anything"
                : "behind \(behind), which has used less of its share; stays so until one of them uses more"
        }
        return
            "behind \(behind), which has used less of its share; before it from \(style.time(overtakes)), if nothing "
            + "else changes"
    }
}

extension FairShareView {
    /// `0.416667` as `41.7 %`.
    fileprivate static func percent(_ part: String) -> String {
        guard let value = Double(part) else { return part }
        let tenths = Int((value * 1000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }

    /// A decimal with two places.
    fileprivate static func short(_ decimal: String) -> String {
        guard let point = decimal.firstIndex(of: ".") else { return decimal }
        return String(decimal[..<point]) + String(decimal[point...].prefix(3))
    }
}
