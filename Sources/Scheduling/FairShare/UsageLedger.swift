import Policy
import Units

/// What everybody has used, weighted by its cost and fading with time: the memory of fair share.
///
/// Each entry is brought forward only when it is touched (lazy decay): it holds what was left at its own time.
public struct UsageLedger: Sendable, Hashable {
    /// By whom.
    public private(set) var entries: [UsageKey: Entry]
    /// How long it takes for use to count half.
    public private(set) var halfLife: Span

    /// What was left at a time, in millionths of the weight's unit (an hour of one device, where nothing has a price).
    public struct Entry: Sendable, Hashable {
        public var amount: UInt64
        public var at: Timestamp

        public init(amount: UInt64, at: Timestamp) {
            self.amount = amount
            self.at = at
        }
    }

    public init(halfLife: Span = .days(7), entries: [UsageKey: Entry] = [:]) {
        self.halfLife = halfLife
        self.entries = entries
    }

    /// What is left at a time, which is not before the entry's own.
    public func amount(of key: UsageKey, at time: Timestamp) -> UInt64 {
        guard let entry = entries[key] else { return 0 }
        return Decay(halfLife: halfLife).remainder(of: entry.amount, after: time - entry.at)
    }

    /// Adds use at a steady rate, in millionths of the unit an hour.
    mutating func accrue(_ rate: Int64, from start: Timestamp, to end: Timestamp, by key: UsageKey) {
        let decay = Decay(halfLife: halfLife)
        // An end that is confirmed late may lie before what was accrued since: then that is the later time.
        let time = max(end, entries[key]?.at ?? end)
        let (sum, isOver) = amount(of: key, at: time)
            .addingReportingOverflow(decay.accrued(rate: rate, from: start, to: end, at: time))
        let total = isOver ? UsageLedger.most : min(sum, UsageLedger.most)
        if total > 0 { entries[key] = Entry(amount: total, at: time) }
    }

    /// What is stored has to fit an Int64.
    private static let most = UInt64(Int64.max)

    /// Goes on with another half-life from `time`: what is left by then fades by the new one.
    mutating func change(halfLife new: Span, at time: Timestamp) {
        for (key, entry) in entries where entry.at < time {
            entries[key] = Entry(amount: amount(of: key, at: time), at: time)
        }
        halfLife = new
    }
}

extension Reservation {
    /// Whose use it is.
    var usageKey: UsageKey { UsageKey(account: account, user: owner) }
}

/// Whose use it is.
public struct UsageKey: Sendable, Hashable {
    public var account: Account
    public var user: UserID

    public init(account: Account, user: UserID) {
        self.account = account
        self.user = user
    }
}
