import Units

/// Who changes the policy when, and by whose word: a pure value that decides events and folds them into its ledger.
///
/// A proposal is a text and the version that it was written from; what is proposed is the difference of the two. So two
/// proposals that change different places both come to hold, in whichever order, and one that holds for a time is taken
/// back without what was changed meanwhile.
public struct ChangeControl: Sendable {
    public private(set) var ledger: PolicyLedger
    /// The text that holds now.
    public private(set) var current: PolicyText
    /// Every text that an open proposal needs, by digest.
    private var texts: [PolicyDigest: PolicyText]
    private let digest: @Sendable (PolicyText) -> PolicyDigest

    /// - Parameters:
    ///   - current: of the ledger's last version; of no version where it has none.
    ///   - texts: those of the open proposals and of the versions that they were made from, by digest.
    ///   - digest: gives a text's SHA-256 in hexadecimal.
    public init(
        ledger: PolicyLedger, current: PolicyText, texts: [PolicyDigest: PolicyText] = [:],
        digest: @escaping @Sendable (PolicyText) -> PolicyDigest
    ) {
        self.ledger = ledger
        self.current = current
        self.texts = texts
        self.digest = digest
    }

    /// Digests of the texts that `init` needs beside the current one.
    public static func neededTexts(of ledger: PolicyLedger) -> Set<PolicyDigest> {
        Set(
            ledger.proposals.filter { $0.nextDue != nil || $0.state == .pending }
                .flatMap { [$0.digest, ledger.versions[$0.base - 1].digest] }
                + (ledger.current.map { [$0.digest] } ?? []))
    }

    /// Who proposes, approves or rejects.
    public struct Author: Sendable, Hashable {
        public var user: UserID
        public var roles: Set<Role>
        public var manages: Set<DepartmentID>

        public init(user: UserID, roles: Set<Role>, manages: Set<DepartmentID> = []) {
            self.user = user
            self.roles = roles
            self.manages = manages
        }

        var isAdmin: Bool { roles.contains(.admin) }
    }

    /// What somebody proposes.
    public struct Draft: Sendable {
        public var text: PolicyText
        /// The version that the text was made from; nil: what holds now.
        public var base: Int?
        public var rollbackTo: Int?
        public var reason: String
        public var effective: Timestamp?
        public var until: Timestamp?
        public var isEmergency: Bool

        public init(
            text: PolicyText, base: Int? = nil, rollbackTo: Int? = nil, reason: String, effective: Timestamp? = nil,
            until: Timestamp? = nil, isEmergency: Bool = false
        ) {
            self.text = text
            self.base = base
            self.rollbackTo = rollbackTo
            self.reason = reason
            self.effective = effective
            self.until = until
            self.isEmergency = isEmergency
        }
    }

    /// What was decided, and the texts that have to be stored for it.
    public struct Outcome: Sendable {
        public var events: [PolicyEvent] = []
        public var texts: [PolicyDigest: PolicyText] = [:]
    }

    /// Takes the file's text as version 1, where there is no version yet.
    public mutating func take(_ text: PolicyText, at now: Timestamp) -> Outcome {
        var outcome = Outcome()
        guard ledger.versions.isEmpty else { return outcome }
        install(text, origin: .file, at: now, into: &outcome)
        return outcome
    }

    /// Decides whether the draft may be proposed, and whether it has to wait for somebody's word.
    /// - Parameter baseText: the text of `draft.base`.
    public mutating func propose(
        _ draft: Draft, from baseText: PolicyText, by author: Author, at now: Timestamp
    ) throws(PolicyRejection) -> Outcome {
        try checkTimes(draft, at: now)
        var outcome = Outcome()
        if ledger.versions.isEmpty { install(current, origin: .standard, at: now, into: &outcome) }
        guard let version = ledger.current else { return outcome }
        let base = draft.base ?? version.number
        let changes = baseText.changes(to: draft.text)
        guard !changes.isEmpty else { throw .changesNothing(version: base) }
        guard ledger.pending.count < Policy.Limits.pendingProposals else {
            throw .tooManyProposals(limit: Policy.Limits.pendingProposals)
        }
        guard ledger.proposals.count < Policy.Limits.proposals else {
            throw .tooManyProposals(limit: Policy.Limits.proposals)
        }
        let approvers = try approvers(of: changes, by: author, isEmergency: draft.isEmergency)
        let proposal = Proposal(
            number: ledger.proposals.count + 1, digest: digest(draft.text), base: base, rollbackTo: draft.rollbackTo,
            changes: Array(changes.prefix(Policy.Limits.listedChanges)), by: author.user, at: now,
            reason: draft.reason, effective: draft.effective, until: draft.until,
            emergencyUntil: draft.isEmergency ? now + Policy.Limits.emergency : nil,
            approvers: Role.allCases.filter { approvers.contains($0) },
            state: approvers.isEmpty || draft.isEmergency ? .approved : .pending)
        outcome.texts[proposal.digest] = draft.text
        texts[proposal.digest] = draft.text
        texts[ledger.versions[base - 1].digest] = baseText
        emit(.proposed(proposal: proposal), into: &outcome)
        advance(to: now, into: &outcome)
        return outcome
    }

    /// Somebody else than the proposer says yes.
    public mutating func approve(
        _ number: Int, by author: Author, at now: Timestamp
    ) throws(PolicyRejection) -> Outcome {
        let proposal = try awaiting(number)
        guard proposal.by != author.user else { throw .ownProposal(number) }
        guard !author.roles.isDisjoint(with: proposal.approvers) else {
            throw .notPermitted(needed: Set(proposal.approvers))
        }
        var outcome = Outcome()
        emit(.approved(number: number, by: author.user, at: now), into: &outcome)
        advance(to: now, into: &outcome)
        return outcome
    }

    /// Somebody who could approve it says no, or its proposer takes it back.
    public mutating func reject(
        _ number: Int, reason: String, by author: Author, at now: Timestamp
    ) throws(PolicyRejection) -> Outcome {
        guard let proposal = ledger[number] else { throw .unknownProposal(number) }
        guard proposal.state == .pending || proposal.state == .approved else { throw .decided(number) }
        guard proposal.by == author.user || author.isAdmin || !author.roles.isDisjoint(with: proposal.approvers) else {
            throw .notPermitted(needed: Set(proposal.approvers).union([.admin]))
        }
        var outcome = Outcome()
        emit(.rejected(number: number, by: author.user, at: now, reason: reason), into: &outcome)
        return outcome
    }

    /// Does what is due: approved changes take effect, and those whose time is over lapse.
    public mutating func advance(to now: Timestamp) -> Outcome {
        var outcome = Outcome()
        advance(to: now, into: &outcome)
        return outcome
    }

    private mutating func advance(to now: Timestamp, into outcome: inout Outcome) {
        while let due = ledger.proposals.filter({ $0.nextDue.map { $0 <= now } ?? false })
            .min(by: { ($0.nextDue ?? now, $0.number) < ($1.nextDue ?? now, $1.number) })
        {
            switch due.state {
            case .approved where due.until.map({ $0 <= now }) ?? false, .pending:
                emit(.expired(number: due.number, at: now), into: &outcome)
            case .approved: takeEffect(due, at: now, into: &outcome)
            default: lapse(due, at: now, into: &outcome)
            }
        }
        let needed = ChangeControl.neededTexts(of: ledger)
        texts = texts.filter { needed.contains($0.key) }
    }

    private mutating func takeEffect(_ proposal: Proposal, at now: Timestamp, into outcome: inout Outcome) {
        merge(proposal, isBack: false, origin: .proposal(number: proposal.number), at: now, into: &outcome)
    }

    private mutating func lapse(_ proposal: Proposal, at now: Timestamp, into outcome: inout Outcome) {
        merge(proposal, isBack: true, origin: .lapse(number: proposal.number), at: now, into: &outcome)
    }

    private mutating func merge(
        _ proposal: Proposal, isBack: Bool, origin: PolicyVersion.Origin, at now: Timestamp,
        into outcome: inout Outcome
    ) {
        guard let base = texts[ledger.versions[proposal.base - 1].digest], let text = texts[proposal.digest] else {
            preconditionFailure("whoever makes a change control gives it the texts of open proposals")
        }
        let (from, to) = isBack ? (text, base) : (base, text)
        do throws(PolicyConflict) {
            install(try current.merging(from: from, to: to), origin: origin, at: now, into: &outcome)
        } catch {
            emit(.conflicted(number: proposal.number, at: now, paths: error.paths), into: &outcome)
        }
    }

    private mutating func install(
        _ text: PolicyText, origin: PolicyVersion.Origin, at now: Timestamp, into outcome: inout Outcome
    ) {
        let version = PolicyVersion(
            number: ledger.versions.count + 1, digest: digest(text), at: now, origin: origin)
        current = text
        outcome.texts[version.digest] = text
        texts[version.digest] = text
        switch origin {
        case .standard, .file: emit(.taken(version: version), into: &outcome)
        case .proposal, .lapse: emit(.changed(version: version), into: &outcome)
        }
    }

    private mutating func emit(_ event: PolicyEvent, into outcome: inout Outcome) {
        do {
            try ledger.apply(event)
        } catch {
            preconditionFailure("change control emits only what fits its ledger")
        }
        outcome.events.append(event)
    }

    private func awaiting(_ number: Int) throws(PolicyRejection) -> Proposal {
        guard let proposal = ledger[number] else { throw .unknownProposal(number) }
        if proposal.isEmergency, proposal.approvedBy == nil, case .inEffect = proposal.state { return proposal }
        guard proposal.state == .pending else { throw .decided(number) }
        return proposal
    }

    private func checkTimes(_ draft: Draft, at now: Timestamp) throws(PolicyRejection) {
        if draft.isEmergency, draft.effective != nil { throw .emergencyWithTime }
        if let effective = draft.effective {
            guard effective >= now else { throw .time(field: "effective", effective, from: now) }
            guard effective <= now + Policy.Limits.changeHorizon else {
                throw .beyondHorizon(field: "effective", effective, limit: now + Policy.Limits.changeHorizon)
            }
        }
        if let until = draft.until {
            guard until > draft.effective ?? now else {
                throw .time(field: "until", until, from: draft.effective ?? now)
            }
            guard until <= now + Policy.Limits.changeHorizon else {
                throw .beyondHorizon(field: "until", until, limit: now + Policy.Limits.changeHorizon)
            }
        }
    }

    /// Who has to agree; empty where nobody has to. Decided by the policy that holds, not by the one that is proposed.
    private func approvers(
        of changes: [PolicyChange], by author: Author, isEmergency: Bool
    ) throws(PolicyRejection) -> Set<Role> {
        let areas = Set(changes.map(\.area))
        let rules = current.policy.approvals.changes
        let isMoney = areas.isSubset(of: Policy.moneyAreas)
        let isOwn = changes.allSatisfy { $0.department.map { author.manages.contains($0) } ?? false }
        guard author.isAdmin || isMoney && author.roles.contains(.finance) || isOwn else {
            throw .notPermitted(needed: isMoney ? [.admin, .finance] : [.admin])
        }
        if isEmergency, !author.isAdmin { throw .notPermitted(needed: [.admin]) }
        if isOwn, areas.isSubset(of: rules.managers) { return [] }
        // A manager who is no admin always needs one, whatever admins may do alone.
        guard !author.isAdmin || !areas.isDisjoint(with: current.policy.secondPersonAreas) else { return [] }
        return isMoney ? [.admin, .finance] : [.admin]
    }
}

extension Policy {
    /// What finance proposes and approves.
    public static let moneyAreas: Set<PolicyArea> = [.prices, .budgets]

    /// What of the policy is changed with a second person's word only: where the text does not say it, everything, if
    /// it names admins beside the superuser, and nothing otherwise.
    public var secondPersonAreas: Set<PolicyArea> {
        approvals.changes.secondPerson ?? (roles.admin.isEmpty ? [] : Set(PolicyArea.allCases))
    }
}

/// Why a change of the policy was refused, with the numbers. Nothing has changed when one is thrown.
public enum PolicyRejection: Error, Sendable, Hashable {
    /// The text says what the version says that it was made from.
    case changesNothing(version: Int)
    case tooManyProposals(limit: Int)
    case unknownProposal(Int)
    case unknownVersion(Int, newest: Int)
    /// Nobody approves an own proposal.
    case ownProposal(Int)
    /// It no longer waits for anybody's word.
    case decided(Int)
    case notPermitted(needed: Set<Role>)
    /// An emergency does not wait for a time.
    case emergencyWithTime
    /// The field is not later than what it has to be behind.
    case time(field: String, Timestamp, from: Timestamp)
    case beyondHorizon(field: String, Timestamp, limit: Timestamp)
}

extension Policy.Limits {
    /// Proposals that wait for somebody's word.
    public static let pendingProposals = 64
    /// Proposals altogether: their list is kept whole.
    public static let proposals = 10_000
    /// Changes of one proposal that are listed.
    public static let listedChanges = 1000
    /// How far ahead a change may take effect or lapse.
    public static let changeHorizon = Span.days(366)
    /// After which an emergency change lapses that nobody else has approved.
    public static let emergency = Span.hours(24)
}
