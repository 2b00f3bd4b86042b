/// A reservation as the API shows it. Of another's, the fields marked *own* are absent.
public struct ReservationView: Sendable, Hashable, Codable {
    public var id: String
    public var state: State
    public var kind: Kind
    public var department: String
    public var gpus: Int
    /// The part that it has of its one device: `0.5`; absent where devices are its own.
    public var gpuShare: String?
    /// The least memory of each device, or of the share of it, where that was asked for.
    public var gpuMemoryBytes: Int64?
    public var model: String?
    public var together: ReservationRequest.Together
    public var cpus: Int
    public var memoryBytes: Int64
    /// How many of each licence, by name; absent for none.
    public var licences: [String: Int]?
    public var durationSeconds: Int64
    public var submittedAt: DateTime
    public var notBefore: DateTime?
    public var after: [String]?
    /// While waiting: when it is planned to start.
    public var plannedStart: DateTime?
    /// What was told at submission; absent for one that started at once.
    public var firstForecast: DateTime?
    /// While waiting: how many waiting reservations are planned before it.
    public var ahead: Int?
    /// While waiting: true where nothing but a failure, a drain or a named change of policy may move the start; absent
    /// otherwise.
    public var isFirm: Bool?
    /// Since it started: true where it began beyond what is its department's own; absent otherwise.
    public var isBorrowed: Bool?
    /// While it waits for a yes: without one it ends then.
    public var approvalUntil: DateTime?
    /// While it waits for a yes: whose.
    public var approver: Approver?
    public var startedAt: DateTime?
    /// While active: when its time is over.
    public var endsAt: DateTime?
    public var endedAt: DateTime?
    public var endReason: EndReason?
    /// The command's exit code, 128 + number for a signal.
    public var exitCode: Int32?
    /// Where it had to give way: the reservation that it gave way to.
    public var gaveWayTo: String?
    /// True where it goes back into the queue when what it holds fails; absent otherwise.
    public var requeue: Bool?
    /// How often it had to give way; absent for never.
    public var preemptions: Int?
    /// Since when it waits again, or waited before it started anew.
    public var requeuedAt: DateTime?
    /// Ids of the devices that it holds, held, or has set aside.
    public var devices: [String]?
    /// Cores that it holds, by index in `Host.cores`, as a list: `0-7,16`.
    public var cores: String?
    /// NUMA nodes that its memory comes from, as a list.
    public var numaNodes: String?
    /// *own*
    public var team: String?
    public var `class`: String
    /// *own*: the user's name, else the uid.
    public var user: String?
    /// *own*
    public var uid: UInt32?
    /// *own*: while active: true once its end has been announced, until that is moved; absent otherwise.
    public var endsSoon: Bool?
    /// *own*: while active: how it is not used, as its owner was told; absent otherwise.
    public var unused: Unused?
    /// *own*: since when.
    public var unusedSince: DateTime?
    /// *own*: when it is released for that, unless it is used, or extended with a reason; absent where it is not.
    public var releaseAt: DateTime?
    /// *own*
    public var shareWith: [String]?
    /// *own*
    public var tags: [String: String]?
    /// *own*; deleted when it has ended.
    public var command: [String]?
    /// *own*, where it is asked for by its id: options of `docker run` for a container inside it; absent while it holds
    /// nothing, and where slices are not what holds it.
    public var dockerOptions: [String]?

    public init(
        id: String, state: State, kind: Kind, department: String, gpus: Int, model: String?,
        together: ReservationRequest.Together, cpus: Int, memoryBytes: Int64, durationSeconds: Int64,
        submittedAt: DateTime, class: String
    ) {
        self.id = id
        self.state = state
        self.kind = kind
        self.department = department
        self.gpus = gpus
        self.model = model
        self.together = together
        self.cpus = cpus
        self.memoryBytes = memoryBytes
        self.durationSeconds = durationSeconds
        self.submittedAt = submittedAt
        self.class = `class`
    }

    /// Where in its life it is.
    public enum State: String, Sendable, Codable, CaseIterable {
        case waiting, active, ending, ended
        /// It waits for somebody's yes, and for nothing else before that.
        case awaitingApproval
    }

    /// As soon as possible, or at a fixed time.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        case queued, window
    }

    /// Whose yes it takes: a manager of the department, or an admin; or an admin alone.
    public enum Approver: String, Sendable, Codable, CaseIterable {
        case manager, admin
    }

    /// How a reservation is not used: its devices do next to nothing, or nothing was ever run in it.
    public enum Unused: String, Sendable, Codable, CaseIterable {
        case idle, noShow
    }

    /// Why it is over.
    public enum EndReason: String, Sendable, Codable, CaseIterable {
        case expired, cancelled, released, commandEnded, failed, missed, deviceFailed, drained, preempted, reclaimed,
            budget, notApproved, rejected, idle, noShow, restarted
    }
}

/// A page of a list.
public struct Page<Item: Sendable & Codable>: Sendable, Codable {
    public var items: [Item]
    /// Hand it back as `cursor` for the next page; absent at the end.
    public var nextCursor: String?

    public init(items: [Item], nextCursor: String? = nil) {
        self.items = items
        self.nextCursor = nextCursor
    }
}
