import Units

/// What the engine accepts at most.
public enum Limits {
    /// The shortest and longest reservation, in seconds, extensions included.
    public static let spanSeconds: ClosedRange<Int64> = 1...(366 * 86_400)
    /// How far ahead a window or a `notBefore` may lie.
    public static let horizon = Span.days(366)
    /// Waiting reservations, all users together.
    public static let waiting = 100_000
    /// Waiting reservations of one user.
    public static let waitingOfUser = 20_000
    /// Reservations that one may wait for.
    public static let after = 16
    /// Names of licences in one request.
    public static let licences = 32
    /// Licences of one name in one request.
    public static let licenceCount: ClosedRange<Int64> = 1...1_000_000
    /// Users that one may be shared with.
    public static let sharedWith = 32
    /// Segments of the plan that an admission looks at before it takes the plan's end.
    static let admissionSteps = 20_000
    /// Waiting reservations that are looked at, when something comes free, before the pass over all of them.
    static let quickPass = 64
    /// Ends that a report on fair share looks ahead to.
    static let reportSamples = 64
    /// Others that an explanation names for each thing in the way.
    static let explainedHolders = 16
    /// How long the plan expects what is ending to hold its devices still.
    static let expectedStop = Span.seconds(10)
    /// A forecast that moves later by more than this is journaled as a slip.
    static let slip = Span.minutes(1)
    /// Unions of quotas' devices in which what is kept is looked after.
    static let pools = 64
    /// Drains that are not over.
    public static let drains = 64
    /// Bytes of the reason of a drain.
    public static let drainReasonBytes = 256
    /// After so many preemptions a reservation is firm.
    static let preemptions = 2
    /// Reservations that a pass tries to take something back for.
    static let recallsTried = 64
    /// Running ones that are looked at, the cheapest first, for each of them.
    static let victims = 64
    /// Bounds of starts on hosts that an index keeps, all classes of shapes together; 24 bytes each, and as much again.
    static let indexedBounds = 1_500_000
    /// Binary digits of a span by which the index tells classes apart: with 1, one is twice as long at most.
    static let spanBits = 1
    /// How long a budget's months are remembered.
    static let budgetMemory = Span.days(400)
    /// Months that a cap on device-hours, or a budget, is planned in.
    static let months = 50
    /// Kinds of demand that are taken to be typical.
    static let typicalKinds = 16
    /// Choices of devices on one host that are scored; where there are more, they are chosen by a rule.
    static let deviceChoices = 20_000
    /// Choices of devices that are kept, and filters whose devices are; more are forgotten, and found again.
    static let choicesKept = 4096
    /// Alternatives that a refused window names.
    static let alternatives = 3
}

extension Engine {
    /// Grows when the same commands may be decided otherwise than before.
    public static let version = 6
}
