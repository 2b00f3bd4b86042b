/// The policy as it holds, or held. `GET /v1/policy`.
public struct PolicyView: Sendable, Hashable, Codable {
    /// 0 where none was taken yet: everybody is in one department.
    public var version: Int
    /// Since when, or from when to when, it holds.
    public var since: DateTime?
    public var origin: String
    /// The proposal that made it, or that lapsed.
    public var proposal: Int?
    /// The text.
    public var text: String
    /// Where the daemon's file says something else; nil where it does not, or is not there.
    public var fileDifferences: [String]?

    public init(
        version: Int, since: DateTime?, origin: String, proposal: Int?, text: String, fileDifferences: [String]? = nil
    ) {
        self.version = version
        self.since = since
        self.origin = origin
        self.proposal = proposal
        self.text = text
        self.fileDifferences = fileDifferences
    }
}

/// A version of the policy. In `GET /v1/policy/versions`.
public struct PolicyVersionView: Sendable, Hashable, Codable {
    public var version: Int
    public var since: DateTime
    public var origin: String
    public var proposal: Int?
    /// Who proposed it; absent for the file's.
    public var by: String?
    public var approvedBy: String?
    public var reason: String?
    /// It took effect without a second person's word, and has not got it.
    public var isEmergency: Bool
    /// How many places differ from the version before; absent for the first.
    public var changes: Int?

    public init(
        version: Int, since: DateTime, origin: String, proposal: Int?, by: String?, approvedBy: String?,
        reason: String?, isEmergency: Bool, changes: Int?
    ) {
        self.version = version
        self.since = since
        self.origin = origin
        self.proposal = proposal
        self.by = by
        self.approvedBy = approvedBy
        self.reason = reason
        self.isEmergency = isEmergency
        self.changes = changes
    }
}

/// A change of the policy, from its proposal to its end. In `GET /v1/policy/proposals`.
public struct ProposalView: Sendable, Hashable, Codable {
    public var number: Int
    public var state: State
    /// The version that it was made from.
    public var base: Int
    /// The version whose text it brings back.
    public var rollbackTo: Int?
    public var by: String
    public var at: DateTime
    public var reason: String
    public var effective: DateTime?
    public var until: DateTime?
    /// When an emergency change lapses unless it is approved.
    public var emergencyUntil: DateTime?
    /// The roles of which one has to say yes; empty where nobody has to.
    public var approvers: [String]
    public var approvedBy: String?
    public var approvedAt: DateTime?
    /// The version that it made.
    public var version: Int?
    /// When it was rejected, lapsed, expired or failed.
    public var endedAt: DateTime?
    public var rejectedBy: String?
    /// Places that others have changed in another way meanwhile.
    public var conflicts: [String]?
    public var changes: [Change]
    /// What would come of it; of one proposal that is still open, not in a list.
    public var impact: ImpactView?

    public init(
        number: Int, state: State, base: Int, rollbackTo: Int? = nil, by: String, at: DateTime, reason: String,
        effective: DateTime? = nil, until: DateTime? = nil, emergencyUntil: DateTime? = nil, approvers: [String],
        changes: [Change]
    ) {
        self.number = number
        self.state = state
        self.base = base
        self.rollbackTo = rollbackTo
        self.by = by
        self.at = at
        self.reason = reason
        self.effective = effective
        self.until = until
        self.emergencyUntil = emergencyUntil
        self.approvers = approvers
        self.changes = changes
    }

    /// What has become of it.
    public enum State: String, Sendable, Hashable, Codable, CaseIterable {
        case pending, approved, inEffect, rejected, lapsed, expired, conflicted
    }

    /// One place that differs.
    public struct Change: Sendable, Hashable, Codable {
        public var path: String
        public var before: String?
        public var after: String?

        public init(path: String, before: String?, after: String?) {
            self.path = path
            self.before = before
            self.after = after
        }
    }
}

/// What a policy would bring about, seen on a copy. `POST /v1/policy/impact`, and with a proposal.
public struct ImpactView: Sendable, Hashable, Codable {
    /// Waiting reservations that would start earlier, and later; the first of them.
    public var earlier: [Shift]
    public var later: [Shift]
    /// How many more of either there are.
    public var omitted: Int
    /// Windows that could not be held any more.
    public var brokenWindows: [String]
    /// Running ones that would have to give something back, and would not under the policy that holds.
    public var reclaimed: [String]
    /// What last month's use costs, at next month's prices.
    public var cost: Cost?
    /// What is doubtful about the policy on this host, each with its place.
    public var warnings: [String]

    public init(
        earlier: [Shift], later: [Shift], omitted: Int, brokenWindows: [String], reclaimed: [String], cost: Cost?,
        warnings: [String]
    ) {
        self.earlier = earlier
        self.later = later
        self.omitted = omitted
        self.brokenWindows = brokenWindows
        self.reclaimed = reclaimed
        self.cost = cost
        self.warnings = warnings
    }

    /// A waiting reservation whose start would move.
    public struct Shift: Sendable, Hashable, Codable {
        public var id: String
        public var department: String
        /// Absent where it had none.
        public var from: DateTime?
        /// Absent where it would have none.
        public var to: DateTime?

        public init(id: String, department: String, from: DateTime?, to: DateTime?) {
            self.id = id
            self.department = department
            self.from = from
            self.to = to
        }
    }

    /// The use of the last calendar month, at the prices of the next one.
    public struct Cost: Sendable, Hashable, Codable {
        public var from: DateTime
        public var until: DateTime
        /// Reservations that it is made of; of more only the newest count.
        public var reservations: Int
        public var before: MoneyView?
        public var after: MoneyView?

        public init(from: DateTime, until: DateTime, reservations: Int, before: MoneyView?, after: MoneyView?) {
            self.from = from
            self.until = until
            self.reservations = reservations
            self.before = before
            self.after = after
        }
    }
}

/// `POST /v1/policy/proposals/{number}/approve` and `/reject`.
public struct DecisionRequest: Sendable, Hashable, Codable {
    public var reason: String?

    public init(reason: String? = nil) {
        self.reason = reason
    }
}

/// What goes with a proposed text: the query of `POST /v1/policy/proposals`.
public struct ProposalQuery: Sendable, Hashable {
    public var reason: String
    /// The version that the text was made from; nil: the one that holds.
    public var base: Int?
    /// The version whose text is proposed; then no text is sent.
    public var version: Int?
    public var effective: DateTime?
    public var until: DateTime?
    public var emergency: Bool

    public init(
        reason: String, base: Int? = nil, version: Int? = nil, effective: DateTime? = nil, until: DateTime? = nil,
        emergency: Bool = false
    ) {
        self.reason = reason
        self.base = base
        self.version = version
        self.effective = effective
        self.until = until
        self.emergency = emergency
    }
}
