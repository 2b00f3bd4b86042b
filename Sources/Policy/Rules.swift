public import Units

/// How a reservation that gives way is treated.
public struct PreemptionRules: Sendable, Hashable, Codable {
    /// What it may run before it has to give way.
    public var minimumRunTime: Span
    /// Between the warning and the end.
    public var grace: Span
    public var warningSignal: WarningSignal
    /// The most in an hour; an owner's reclaim of its nominal quota neither counts nor waits.
    public var perHour: Int
    /// What of its charge a run gets back that gave way.
    public var credit: Ratio

    public init(
        minimumRunTime: Span = .minutes(10), grace: Span = .minutes(1), warningSignal: WarningSignal = .user1,
        perHour: Int = 20, credit: Ratio = Ratio(thousandths: 0)
    ) {
        self.minimumRunTime = minimumRunTime
        self.grace = grace
        self.warningSignal = warningSignal
        self.perHour = perHour
        self.credit = credit
    }

    /// What tells a process that its end is near (signal(7)). One that does not handle it ends there and then.
    public enum WarningSignal: String, Sendable, Hashable, Codable, CaseIterable {
        case hangUp = "SIGHUP"
        case interrupt = "SIGINT"
        case terminate = "SIGTERM"
        case user1 = "SIGUSR1"
        case user2 = "SIGUSR2"
    }
}

/// How past use counts in fair shares.
public struct FairShareRules: Sendable, Hashable, Codable {
    /// After which use counts half.
    public var halfLife: Span

    public init(halfLife: Span = .days(7)) {
        self.halfLife = halfLife
    }
}
