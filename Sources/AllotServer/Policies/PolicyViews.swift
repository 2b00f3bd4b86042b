import AllotAPI
import Policy
import Units

/// Makes versions' and proposals' views.
struct PolicyViews: Sendable {
    let ledger: PolicyLedger
    /// Names of the users that come up; a user without one is shown by uid.
    var names: [UserID: String] = [:]

    /// Everybody who has proposed, approved or rejected something.
    static func users(of ledger: PolicyLedger) -> Set<UserID> {
        Set(
            ledger.proposals.flatMap { proposal -> [UserID] in
                var users = [proposal.by] + (proposal.approvedBy.map { [$0] } ?? [])
                if case .rejected(let user, _) = proposal.state { users.append(user) }
                return users
            })
    }

    func version(_ version: PolicyVersion) -> PolicyVersionView {
        let proposal = proposal(of: version).flatMap { ledger[$0] }
        return PolicyVersionView(
            version: version.number, since: DateTime(version.at), origin: PolicyViews.word(version.origin),
            proposal: proposal?.number, by: proposal.map { name($0.by) },
            approvedBy: proposal?.approvedBy.map { name($0) }, reason: proposal?.reason,
            isEmergency: proposal.map { $0.isEmergency && $0.approvedBy == nil } ?? false,
            changes: proposal?.changes.count)
    }

    func view(_ version: PolicyVersion?, text: String, fileDifferences: [String]) -> PolicyView {
        PolicyView(
            version: version?.number ?? 0, since: version.map { DateTime($0.at) },
            origin: version.map { PolicyViews.word($0.origin) } ?? "default",
            proposal: version.flatMap { proposal(of: $0) }, text: text,
            fileDifferences: fileDifferences.isEmpty ? nil : Array(fileDifferences.prefix(100)))
    }

    func proposal(_ proposal: Proposal) -> ProposalView {
        var view = ProposalView(
            number: proposal.number, state: .pending, base: proposal.base, rollbackTo: proposal.rollbackTo,
            by: name(proposal.by), at: DateTime(proposal.at), reason: proposal.reason,
            effective: proposal.effective.map { DateTime($0) }, until: proposal.until.map { DateTime($0) },
            emergencyUntil: proposal.emergencyUntil.map { DateTime($0) },
            approvers: proposal.approvers.map(\.rawValue).sorted(),
            changes: proposal.changes.map {
                ProposalView.Change(path: $0.path, before: $0.before, after: $0.after)
            })
        view.approvedBy = proposal.approvedBy.map { name($0) }
        view.approvedAt = proposal.approvedAt.map { DateTime($0) }
        view.version =
            ledger.versions.first { version in
                if case .proposal(proposal.number) = version.origin { true } else { false }
            }?.number
        show(proposal.state, in: &view)
        return view
    }

    private func show(_ state: Proposal.State, in view: inout ProposalView) {
        switch state {
        case .pending: view.state = .pending
        case .approved: view.state = .approved
        case .inEffect: view.state = .inEffect
        case .rejected(let user, let at):
            view.state = .rejected
            view.rejectedBy = name(user)
            view.endedAt = DateTime(at)
        case .lapsed(let at):
            view.state = .lapsed
            view.endedAt = DateTime(at)
        case .expired(let at):
            view.state = .expired
            view.endedAt = DateTime(at)
        case .conflicted(let at, let paths):
            view.state = .conflicted
            view.endedAt = DateTime(at)
            view.conflicts = paths
        }
    }

    private func proposal(of version: PolicyVersion) -> Int? {
        switch version.origin {
        case .standard, .file: nil
        case .proposal(let number), .lapse(let number): number
        }
    }

    private func name(_ user: UserID) -> String { names[user] ?? user.description }

    private static func word(_ origin: PolicyVersion.Origin) -> String {
        switch origin {
        case .standard: "default"
        case .file: "file"
        case .proposal: "proposal"
        case .lapse: "lapse"
        }
    }
}
