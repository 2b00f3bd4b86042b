import Policy
import Scheduling
import Storage
import Units

extension UsageLedger {
    /// As the rows of its projection tell it.
    init(halfLife: Span, rows: [UsageRow]) {
        let entries = rows.map { row in
            (
                UsageKey(account: Account(department: row.department, team: row.team), user: row.user),
                Entry(amount: UInt64(max(row.amount, 0)), at: row.at)
            )
        }
        self.init(halfLife: halfLife, entries: Dictionary(entries) { first, _ in first })
    }

    /// A user's row; nil for one who has used nothing.
    func row(of key: UsageKey) -> UsageRow? {
        entries[key].map { entry in
            UsageRow(
                department: key.account.department, team: key.account.team, user: key.user,
                amount: Int64(clamping: entry.amount), at: entry.at)
        }
    }
}
