import Units

/// The versions of the policy and the proposals that led to them, folded from events. Texts are named by their SHA-256
/// and lie elsewhere: what is here is small, and enough to say what holds since when by whose word.
public struct PolicyLedger: Sendable, Hashable, Codable {
    /// From version 1 on, without gaps; empty before a policy was first taken.
    public private(set) var versions: [PolicyVersion] = []
    /// From proposal 1 on, without gaps.
    public private(set) var proposals: [Proposal] = []

    public init() {}

    /// What holds now; nil before a policy was first taken.
    public var current: PolicyVersion? { versions.last }

    /// The event does not fit the ledger.
    public struct Misfit: Error {}

    /// The proposal of that number; nil where there is none.
    public subscript(number: Int) -> Proposal? {
        proposals.indices.contains(number - 1) ? proposals[number - 1] : nil
    }

    /// Proposals that wait for somebody's word.
    public var pending: [Proposal] { proposals.filter { $0.state == .pending } }

    /// When something next happens by itself: an approved change takes effect, or one that holds for a time lapses.
    public var nextDue: Timestamp? { proposals.compactMap(\.nextDue).min() }

    /// Folds one event in, with the meaning that it has for ever.
    /// - Throws: `Misfit` where the event does not fit, and nothing has changed.
    public mutating func apply(_ event: PolicyEvent) throws(Misfit) {
        switch event {
        case .taken(let version), .changed(let version):
            guard version.number == versions.count + 1 else { throw Misfit() }
            switch version.origin {
            case .standard, .file: break
            case .proposal(let number):
                try update(number) { $0.state = .inEffect(version: version.number) }
            case .lapse(let number):
                try update(number) { $0.state = .lapsed(at: version.at) }
            }
            versions.append(version)
        case .proposed(let proposal):
            guard proposal.number == proposals.count + 1 else { throw Misfit() }
            proposals.append(proposal)
        case .approved(let number, let user, let at):
            try update(number) { proposal in
                proposal.approvedBy = user
                proposal.approvedAt = at
                if proposal.state == .pending { proposal.state = .approved }
            }
        case .rejected(let number, let user, let at, _):
            try update(number) { $0.state = .rejected(by: user, at: at) }
        case .conflicted(let number, let at, let paths):
            try update(number) { $0.state = .conflicted(at: at, paths: paths) }
        case .expired(let number, let at):
            try update(number) { $0.state = .expired(at: at) }
        }
    }

    private mutating func update(_ number: Int, _ body: (inout Proposal) -> Void) throws(Misfit) {
        guard proposals.indices.contains(number - 1) else { throw Misfit() }
        body(&proposals[number - 1])
    }
}

/// The SHA-256 of a policy's text, in hexadecimal: its name in the store.
public struct PolicyDigest: TextIdentifier {
    public let text: String
    public init(_ text: String) { self.text = text }
}

/// A policy that holds, or held, from a time on.
public struct PolicyVersion: Sendable, Hashable, Codable {
    /// From 1 on.
    public var number: Int
    public var digest: PolicyDigest
    public var at: Timestamp
    public var origin: Origin

    public init(number: Int, digest: PolicyDigest, at: Timestamp, origin: Origin) {
        self.number = number
        self.digest = digest
        self.at = at
        self.origin = origin
    }

    /// Where a version came from.
    public enum Origin: Sendable, Hashable, Codable {
        /// What held without a file, written down when the first change was proposed.
        case standard
        /// The file of the first start.
        case file
        case proposal(number: Int)
        /// A proposal's time was over: what it had changed is as it was before.
        case lapse(number: Int)
    }
}

/// A change of the policy, from somebody's proposal to its end.
public struct Proposal: Sendable, Hashable, Codable {
    /// From 1 on.
    public var number: Int
    /// The text that is proposed.
    public var digest: PolicyDigest
    /// The version that it changes: what it leaves alone there is not its business, whatever others change meanwhile.
    public var base: Int
    /// The version whose text it brings back, for a rollback.
    public var rollbackTo: Int?
    public var changes: [PolicyChange]
    public var by: UserID
    public var at: Timestamp
    public var reason: String
    /// nil: as soon as it is approved.
    public var effective: Timestamp?
    /// When it lapses by itself; nil: never.
    public var until: Timestamp?
    /// It took effect without a second person's word.
    public var isEmergency: Bool { emergencyUntil != nil }
    /// When it lapses unless a second person has said yes; nil for what is no emergency.
    public var emergencyUntil: Timestamp?
    /// Who may approve it: nobody has to where this is empty.
    public var approvers: [Role]
    public var approvedBy: UserID?
    public var approvedAt: Timestamp?
    public var state: State

    public init(
        number: Int, digest: PolicyDigest, base: Int, rollbackTo: Int? = nil, changes: [PolicyChange], by: UserID,
        at: Timestamp, reason: String, effective: Timestamp? = nil, until: Timestamp? = nil,
        emergencyUntil: Timestamp? = nil,
        approvers: [Role], state: State
    ) {
        self.number = number
        self.digest = digest
        self.base = base
        self.rollbackTo = rollbackTo
        self.changes = changes
        self.by = by
        self.at = at
        self.reason = reason
        self.effective = effective
        self.until = until
        self.emergencyUntil = emergencyUntil
        self.approvers = approvers
        self.state = state
    }

    /// What has become of it.
    public enum State: Sendable, Hashable, Codable {
        /// Somebody's word is needed.
        case pending
        /// It takes effect at its time.
        case approved
        case inEffect(version: Int)
        case rejected(by: UserID, at: Timestamp)
        /// Its time was over.
        case lapsed(at: Timestamp)
        /// Nobody had agreed when its time was over.
        case expired(at: Timestamp)
        /// Others have changed the same since it was proposed.
        case conflicted(at: Timestamp, paths: [String])
    }

    /// When something next happens to it by itself.
    var nextDue: Timestamp? {
        switch state {
        case .approved: effective ?? Timestamp(milliseconds: 0)
        case .inEffect: [until, approvedBy == nil ? emergencyUntil : nil].compactMap(\.self).min()
        // What nobody has approved in time is no longer to be approved.
        case .pending: until
        case .rejected, .lapsed, .expired, .conflicted: nil
        }
    }

    /// Whether it still may come to something.
    public var isOpen: Bool {
        switch state {
        case .pending, .approved, .inEffect: true
        case .rejected, .lapsed, .expired, .conflicted: false
        }
    }
}

/// What was decided about the policy. Journaled, and folded by `PolicyLedger.apply` for ever with the same meaning.
public enum PolicyEvent: Sendable, Hashable, Codable {
    /// The file's text at the first start with one, or what held without.
    case taken(version: PolicyVersion)
    case proposed(proposal: Proposal)
    /// By nobody where the rules ask for no second person.
    case approved(number: Int, by: UserID?, at: Timestamp)
    case rejected(number: Int, by: UserID, at: Timestamp, reason: String)
    /// It could not take effect, or not lapse: others have changed the same places since.
    case conflicted(number: Int, at: Timestamp, paths: [String])
    /// Nobody had agreed when its time was over.
    case expired(number: Int, at: Timestamp)
    /// Another version holds from now on.
    case changed(version: PolicyVersion)

    /// Its name in the journal and on the event stream.
    public var kind: String {
        switch self {
        case .taken: "policy.taken"
        case .proposed: "policy.proposed"
        case .approved: "policy.approved"
        case .rejected: "policy.rejected"
        case .conflicted: "policy.conflicted"
        case .expired: "policy.expired"
        case .changed(let version):
            if case .lapse = version.origin { "policy.lapsed" } else { "policy.changed" }
        }
    }
}
