import Policy
import Units

/// The one unit of work: who, what, how long, when.
///
/// Plans, copies of the engine and replies all hold the same reservations: copies share one value until one changes.
public struct Reservation: Sendable, Hashable {
    private var shared: Shared<Contents>

    private struct Contents: Sendable, Hashable {
        let id: ReservationID
        let owner: UserID
        var account: Account
        let priorityClass: ClassID
        let demand: Demand
        var kind: Kind
        var windowHost: Int
        var span: Span
        let notBefore: Timestamp?
        var after: [ReservationID]
        let sharedWith: [UserID]
        let hasCommand: Bool
        let isRequeued: Bool
        let submittedAt: Timestamp
        var firstForecast: Timestamp?
        var forecast: Timestamp?
        var isFirm: Bool
        var preemptions: Int
        var requeuedAt: Timestamp?
        var approval: Approval?
        var holds: [MonthAmount]
        var state: State
    }

    public init(
        id: ReservationID, owner: UserID, account: Account, priorityClass: ClassID, demand: Demand, kind: Kind,
        windowHost: Int = 0, span: Span, notBefore: Timestamp?, after: [ReservationID], sharedWith: [UserID],
        hasCommand: Bool, isRequeued: Bool = false, submittedAt: Timestamp, firstForecast: Timestamp?,
        forecast: Timestamp?, isFirm: Bool = false, preemptions: Int = 0, requeuedAt: Timestamp? = nil,
        approval: Approval? = nil, holds: [MonthAmount] = [], state: State
    ) {
        shared = Shared(
            Contents(
                id: id, owner: owner, account: account, priorityClass: priorityClass, demand: demand, kind: kind,
                windowHost: windowHost, span: span, notBefore: notBefore, after: after, sharedWith: sharedWith,
                hasCommand: hasCommand, isRequeued: isRequeued, submittedAt: submittedAt,
                firstForecast: firstForecast, forecast: forecast, isFirm: isFirm, preemptions: preemptions,
                requeuedAt: requeuedAt, approval: approval, holds: holds, state: state))
    }

    public var id: ReservationID { shared.value.id }
    public var owner: UserID { shared.value.owner }
    /// Who is charged: the department that held the user at submission, and at the start again.
    public var account: Account {
        get { shared.value.account }
        set { shared.value.account = newValue }
    }

    public var priorityClass: ClassID { shared.value.priorityClass }
    public var demand: Demand { shared.value.demand }
    public var kind: Kind {
        get { shared.value.kind }
        set { shared.value.kind = newValue }
    }

    /// Where the devices of a window are, by position in `Engine.hosts`; 0 for one that is queued.
    public var windowHost: Int {
        get { shared.value.windowHost }
        set { shared.value.windowHost = newValue }
    }

    /// How long it runs, extensions included.
    public var span: Span {
        get { shared.value.span }
        set { shared.value.span = newValue }
    }

    public var notBefore: Timestamp? { shared.value.notBefore }
    public var after: [ReservationID] {
        get { shared.value.after }
        set { shared.value.after = newValue }
    }

    public var sharedWith: [UserID] { shared.value.sharedWith }
    public var hasCommand: Bool { shared.value.hasCommand }
    /// It goes back into the queue where what it holds fails.
    public var isRequeued: Bool { shared.value.isRequeued }

    public var submittedAt: Timestamp { shared.value.submittedAt }
    /// What the owner was told at submission; nil for one that started at once.
    public var firstForecast: Timestamp? {
        get { shared.value.firstForecast }
        set { shared.value.firstForecast = newValue }
    }

    /// The planned start as last journaled.
    public var forecast: Timestamp? {
        get { shared.value.forecast }
        set { shared.value.forecast = newValue }
    }

    /// It has waited long enough: only a failure, a drain or a named change of policy may move its start.
    public var isFirm: Bool {
        get { shared.value.isFirm }
        set { shared.value.isFirm = newValue }
    }

    /// How often it had to give way.
    public var preemptions: Int {
        get { shared.value.preemptions }
        set { shared.value.preemptions = newValue }
    }

    /// Since when it waits again.
    public var requeuedAt: Timestamp? {
        get { shared.value.requeuedAt }
        set { shared.value.requeuedAt = newValue }
    }

    /// Whose yes it waits for; nil where it needs none, or has it.
    public var approval: Approval? {
        get { shared.value.approval }
        set { shared.value.approval = newValue }
    }

    /// What it holds of its department's budget, month by month; nothing where there is none, or no price.
    public var holds: [MonthAmount] {
        get { shared.value.holds }
        set { shared.value.holds = newValue }
    }

    public var state: State {
        get { shared.value.state }
        set { shared.value.state = newValue }
    }

    /// As soon as possible, or at a fixed time on devices that are set aside.
    public enum Kind: Sendable, Hashable, Codable {
        case queued
        case window(start: Timestamp, devices: DeviceSet)
    }

    /// The life cycle: waiting → active → ending → ended; waiting → ended by cancel.
    public enum State: Sendable, Hashable, Codable {
        case waiting
        case active(Active)
        /// Over for its owner; its devices are held until the executor has confirmed that nothing of it runs.
        case ending(Active, Ending)
        case ended(Ended)
    }

    /// A yes that it waits for, and is not started without.
    public struct Approval: Sendable, Hashable, Codable {
        /// Without one it ends then.
        public var until: Timestamp
        public var approver: RequestRule.Approver

        public init(until: Timestamp, approver: RequestRule.Approver) {
            self.until = until
            self.approver = approver
        }
    }

    /// What it holds, and for how long.
    public struct Active: Sendable, Hashable, Codable {
        public var grant: Grant
        public var startedAt: Timestamp
        public var endsAt: Timestamp
        /// What an hour of it counts in fair share, in millionths of an hour of one device, or of the currency's unit.
        public var weight: Int64
        /// It began beyond its department's nominal quota, or on what is another's, and has to give it back.
        public var isBorrowed: Bool

        public init(
            grant: Grant, startedAt: Timestamp, endsAt: Timestamp, weight: Int64 = 0, isBorrowed: Bool = false
        ) {
            self.grant = grant
            self.startedAt = startedAt
            self.endsAt = endsAt
            self.weight = weight
            self.isBorrowed = isBorrowed
        }
    }

    /// Since when, and why, it is over for its owner.
    public struct Ending: Sendable, Hashable, Codable {
        public var at: Timestamp
        public var reason: EndReason
        /// What it had of devices, month by month, where the policy has a cap on that.
        public var deviceTime: [Month]
        /// What is posted to its department's budget, where that has one.
        public var posts: [MonthAmount]

        public init(
            at: Timestamp, reason: EndReason, deviceTime: [Month] = [], posts: [MonthAmount] = []
        ) {
            self.at = at
            self.reason = reason
            self.deviceTime = deviceTime
            self.posts = posts
        }

        /// Device time in one calendar month of the policy's zone.
        public struct Month: Sendable, Hashable, Codable {
            /// The month's first instant.
            public var start: Timestamp
            /// Thousandths of a device times milliseconds.
            public var amount: Int64

            public init(start: Timestamp, amount: Int64) {
                self.start = start
                self.amount = amount
            }
        }
    }

    /// How it came to its end.
    public struct Ended: Sendable, Hashable, Codable {
        /// nil for one that never started.
        public var active: Active?
        /// When its owner's use ended: what is charged ends here.
        public var at: Timestamp
        public var reason: EndReason

        public init(active: Active?, at: Timestamp, reason: EndReason) {
            self.active = active
            self.at = at
            self.reason = reason
        }
    }
}

/// Why a reservation ended.
public enum EndReason: Sendable, Hashable, Codable {
    /// Its time was over.
    case expired
    /// Its owner, or an admin, gave it up while it waited or ran.
    case cancelled(by: UserID)
    /// Its owner returned the rest of its time.
    case released(by: UserID)
    /// Its command ended; the shell's convention for signals (128 + number).
    case commandEnded(exitCode: Int32)
    /// It had to give way to another: to an owner's claim to its nominal quota, or to a higher rank.
    case preempted(by: ReservationID, isReclaim: Bool)
    /// What it held has failed.
    case deviceFailed
    /// What its window was to have is drained, and nothing else was free at its time.
    case drained
    /// The daemon could not make it hold: the executor's message is in the daemon's log.
    case failed
    /// The machine was started anew while its command ran.
    case restarted
    /// Its department's budget is used up, and the policy stops what runs then.
    case budget
    /// It waited for somebody's yes, and there was none in time.
    case notApproved
    /// An approver said no.
    case rejected(by: UserID)
    /// Its devices did next to nothing for longer than the policy lets them.
    case idle
    /// Nothing was run in it within the time that the policy gives.
    case noShow
    /// Its window passed while the daemon was down, or while what was before it would not end.
    case missed
}

/// The exact devices, cores and NUMA nodes that a reservation holds while active.
public struct Grant: Sendable, Hashable, Codable {
    /// By position in `Engine.hosts`.
    public var host: Int
    /// By index in `Host.devices`.
    public var devices: DeviceSet
    /// By index in `Host.cores`.
    public var cores: BitSet
    /// By OS index: where its memory comes from.
    public var numaNodes: BitSet
    public var memory: ByteCount

    public init(host: Int = 0, devices: DeviceSet, cores: BitSet, numaNodes: BitSet, memory: ByteCount) {
        self.host = host
        self.devices = devices
        self.cores = cores
        self.numaNodes = numaNodes
        self.memory = memory
    }
}
