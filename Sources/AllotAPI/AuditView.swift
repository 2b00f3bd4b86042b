/// `GET /v1/audit`: one row of the journal as an audit reads it.
public struct AuditEntryView: Sendable, Hashable, Codable {
    /// Its row in the journal.
    public var sequence: Int64
    /// Engine time.
    public var time: DateTime
    public var outcome: Outcome
    /// The kind of row: `reservation.submitted`, `access.denied`.
    public var action: String
    /// Of what was denied, or done without further rows: the operation's id.
    public var operation: String?
    /// By the kernel's word; absent for what the daemon did by itself.
    public var uid: UInt32?
    /// Absent where it is erased.
    public var user: String?
    public var groups: [String]?
    /// Departments, and teams as `department/team`.
    public var accounts: [String]?
    public var roles: [String]?
    public var manages: [String]?
    public var pid: Int64?
    /// A path; in brackets what the process calls itself. Absent where it is erased or was not to be seen.
    public var executable: String?
    public var reservation: String?
    public var reason: String?
    /// Of what was denied: the problem's type.
    public var problem: String?
    /// Of what was denied: the roles of which one was needed.
    public var needed: [String]?
    /// Of what was denied: how many refusals the row stands for.
    public var count: Int64?
    /// The row's other fields, as text.
    public var changes: [String: String]
    /// The row that says who it was.
    public var caller: Int64?

    public init(sequence: Int64, time: DateTime, outcome: Outcome, action: String) {
        self.sequence = sequence
        self.time = time
        self.outcome = outcome
        self.action = action
        changes = [:]
    }

    /// What became of a command.
    public enum Outcome: String, Sendable, Codable, CaseIterable {
        case accepted, denied
    }
}

/// What an audit asks for; nil for any.
public struct AuditQuery: Sendable, Hashable {
    /// A name or a uid.
    public var user: String?
    public var action: String?
    public var reservation: String?
    public var outcome: AuditEntryView.Outcome?
    public var from: DateTime?
    /// Exclusive.
    public var until: DateTime?

    public init(
        user: String? = nil, action: String? = nil, reservation: String? = nil,
        outcome: AuditEntryView.Outcome? = nil, from: DateTime? = nil, until: DateTime? = nil
    ) {
        self.user = user
        self.action = action
        self.reservation = reservation
        self.outcome = outcome
        self.from = from
        self.until = until
    }
}

/// `POST /v1/audit/verify`: anchors that were kept elsewhere.
public struct AuditVerifyRequest: Sendable, Hashable, Codable {
    /// Lines that the daemon wrote as anchors, or `1042:9f86…` alone.
    public var anchors: [String]?

    public init(anchors: [String]? = nil) {
        self.anchors = anchors
    }
}

/// What a verification of the journal found.
public struct AuditVerificationView: Sendable, Hashable, Codable {
    public var status: Status
    /// What is wrong, in words; empty where all is right.
    public var faults: [String]
    /// The journal's end: an anchor to be kept elsewhere. Absent where the chain is broken.
    public var anchor: String?
    public var events: Int64
    public var reservations: Int
    /// Anchors that were compared.
    public var compared: Int
    /// Those that the journal has as they were written.
    public var confirmed: Int
    /// Those of what a restored backup took the place of.
    public var ofEarlierEpochs: Int
    /// Up to which row the journal is anchored: that of the newest anchor that was confirmed.
    public var anchoredSequence: Int64?
    public var anchoredTime: DateTime?
    /// Rows behind that: nothing outside vouches for them as yet.
    public var unanchored: Int64
    /// Where the anchors came from.
    public var sources: [String]
    /// What is not shown, in words.
    public var notes: [String]
    public var restores: [Restore]

    public init(status: Status, faults: [String]) {
        self.status = status
        self.faults = faults
        events = 0
        reservations = 0
        compared = 0
        confirmed = 0
        ofEarlierEpochs = 0
        unanchored = 0
        sources = []
        notes = []
        restores = []
    }

    /// The outcome.
    public enum Status: String, Sendable, Codable, CaseIterable {
        case verified, failed
    }

    /// A backup that was put in the database's place.
    public struct Restore: Sendable, Hashable, Codable {
        /// Its row in the journal.
        public var sequence: Int64
        public var time: DateTime
        /// The epoch that it began; what was before the first is epoch 1.
        public var epoch: Int64
        /// Who did it.
        public var uid: UInt32?
        /// The backup's end.
        public var backup: String
        /// The end of what was there before; absent where that could not be read.
        public var replaced: String?
        /// Reservations were numbered on from here.
        public var nextReservation: Int64

        public init(
            sequence: Int64, time: DateTime, epoch: Int64, uid: UInt32?, backup: String, replaced: String?,
            nextReservation: Int64
        ) {
            self.sequence = sequence
            self.time = time
            self.epoch = epoch
            self.uid = uid
            self.backup = backup
            self.replaced = replaced
            self.nextReservation = nextReservation
        }
    }
}
