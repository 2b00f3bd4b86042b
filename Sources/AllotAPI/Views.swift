/// `POST /v1/quotes`: when it would start, changing nothing.
public struct QuoteView: Sendable, Hashable, Codable {
    /// The earliest start.
    public var start: DateTime
    public var end: DateTime
    /// The devices that it would get now; they may differ when it starts.
    public var devices: [String]
    public var cpus: Int
    public var memoryBytes: Int64
    /// Device-hours, as a decimal.
    public var deviceHours: String
    /// Core-hours, as a decimal.
    public var coreHours: String
    /// By the price book; absent where the policy has none. An estimate: what is used is charged.
    public var price: MoneyView?
    /// SKUs that have no price for some of the time; absent for none.
    public var unpriced: [String]?
    /// What it would hold of its department's budget, month by month; absent for nothing.
    public var holds: [BudgetHoldView]?
    /// Whose yes it would need before it can start; absent where it needs none.
    public var approver: ReservationView.Approver?

    public init(
        start: DateTime, end: DateTime, devices: [String], cpus: Int, memoryBytes: Int64, deviceHours: String,
        coreHours: String, price: MoneyView? = nil, unpriced: [String]? = nil,
        holds: [BudgetHoldView]? = nil, approver: ReservationView.Approver? = nil
    ) {
        self.start = start
        self.end = end
        self.devices = devices
        self.cpus = cpus
        self.memoryBytes = memoryBytes
        self.deviceHours = deviceHours
        self.coreHours = coreHours
        self.price = price
        self.unpriced = unpriced
        self.holds = holds
        self.approver = approver
    }
}

/// An amount of money.
public struct MoneyView: Sendable, Hashable, Codable {
    /// A decimal in the currency's unit.
    public var amount: String
    /// ISO 4217.
    public var currency: String

    public init(amount: String, currency: String) {
        self.amount = amount
        self.currency = currency
    }
}

/// `GET /v1/plan`: what is and will be held, by start. The items are reservations with a start: active or planned.
public struct PlanView: Sendable, Hashable, Codable {
    public var items: [Entry]
    public var nextCursor: String?
    /// Whether something has changed since the last pass over the queue; a new one is then under way.
    public var isProvisional: Bool

    public init(items: [Entry], nextCursor: String?, isProvisional: Bool) {
        self.items = items
        self.nextCursor = nextCursor
        self.isProvisional = isProvisional
    }

    /// One reservation on the calendar.
    public struct Entry: Sendable, Hashable, Codable {
        public var id: String
        public var state: ReservationView.State
        public var kind: ReservationView.Kind
        public var department: String
        /// *own*
        public var user: String?
        public var start: DateTime
        public var end: DateTime
        public var devices: [String]
        /// The part that it has of its one device; absent where devices are its own.
        public var gpuShare: String?
        public var cpus: Int

        public init(
            id: String, state: ReservationView.State, kind: ReservationView.Kind, department: String, user: String?,
            start: DateTime, end: DateTime, devices: [String], gpuShare: String? = nil, cpus: Int
        ) {
            self.id = id
            self.state = state
            self.kind = kind
            self.department = department
            self.user = user
            self.start = start
            self.end = end
            self.devices = devices
            self.gpuShare = gpuShare
            self.cpus = cpus
        }
    }
}

/// `POST /v1/reservations/{id}/attach`: the calling process is now inside the reservation.
public struct AttachView: Sendable, Hashable, Codable {
    public var id: String
    /// To be set before the command is executed.
    public var environment: [String: String]
    /// Processors (hardware threads) of the grant, as a list.
    public var processors: String
    /// NUMA nodes of the grant, as a list.
    public var memoryNodes: String
    /// Whether the kernel holds the process to them already; if not, the caller binds itself.
    public var isConfined: Bool
    public var endsAt: DateTime

    public init(
        id: String, environment: [String: String], processors: String, memoryNodes: String, isConfined: Bool,
        endsAt: DateTime
    ) {
        self.id = id
        self.environment = environment
        self.processors = processors
        self.memoryNodes = memoryNodes
        self.isConfined = isConfined
        self.endsAt = endsAt
    }
}

/// `GET /v1/health`.
public struct HealthView: Sendable, Hashable, Codable {
    public var status: Status
    public var version: String
    /// Engine time.
    public var time: DateTime
    public var clock: Clock
    /// The last row of the journal.
    public var journalSequence: Int64
    public var waiting: Int
    public var active: Int
    /// Milliseconds that the last pass over the queue took.
    public var lastPassMilliseconds: Int64?
    public var executor: String
    /// What is wrong, in words; empty when all is well.
    public var problems: [String]
    /// What is worth knowing and not wrong, in words: what is drained, what can not be measured.
    public var remarks: [String]

    public init(
        status: Status, version: String, time: DateTime, clock: Clock, journalSequence: Int64, waiting: Int,
        active: Int, lastPassMilliseconds: Int64?, executor: String, problems: [String], remarks: [String] = []
    ) {
        self.status = status
        self.version = version
        self.time = time
        self.clock = clock
        self.journalSequence = journalSequence
        self.waiting = waiting
        self.active = active
        self.lastPassMilliseconds = lastPassMilliseconds
        self.executor = executor
        self.problems = problems
        self.remarks = remarks
    }

    /// `degraded` where `problems` is not empty.
    public enum Status: String, Sendable, Codable, CaseIterable {
        case ok, degraded
    }

    /// How engine time and the wall clock stand to each other.
    public struct Clock: Sendable, Hashable, Codable {
        /// Wall clock minus engine time.
        public var differenceMilliseconds: Int64
        /// Whether the wall clock is set aside: it jumped, and nobody has confirmed it.
        public var isDisputed: Bool

        public init(differenceMilliseconds: Int64, isDisputed: Bool) {
            self.differenceMilliseconds = differenceMilliseconds
            self.isDisputed = isDisputed
        }
    }
}

/// One event of `GET /v1/events`: the `data` of a server-sent event, whose `id` is the sequence.
public struct EventView: Sendable, Hashable, Codable {
    public var sequence: Int64
    public var time: DateTime
    /// One of `APIWords.eventTypes`.
    public var type: String
    public var reservation: String?
    public var department: String?
    /// *own*
    public var user: String?
    /// Planned or actual start.
    public var start: DateTime?
    public var end: DateTime?
    /// Of an extension: the whole duration from then on.
    public var durationSeconds: Int64?
    public var devices: [String]?
    /// Why it slipped or ended.
    public var cause: String?
    /// Of a drain: why.
    public var reason: String?
    /// Of a budget's threshold: how much of the limit is reached; absent for who does not see that budget.
    public var percent: Int?

    public init(
        sequence: Int64, time: DateTime, type: String, reservation: String? = nil, department: String? = nil,
        user: String? = nil, start: DateTime? = nil, end: DateTime? = nil, durationSeconds: Int64? = nil,
        devices: [String]? = nil, cause: String? = nil, reason: String? = nil, percent: Int? = nil
    ) {
        self.sequence = sequence
        self.time = time
        self.type = type
        self.reservation = reservation
        self.department = department
        self.user = user
        self.start = start
        self.end = end
        self.durationSeconds = durationSeconds
        self.devices = devices
        self.cause = cause
        self.reason = reason
        self.percent = percent
    }
}
