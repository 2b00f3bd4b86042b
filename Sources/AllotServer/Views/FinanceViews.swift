import AllotAPI
import Chargeback
import Policy
import Storage
import Units

/// Makes the views of adjustments and corrections.
struct FinanceViews: Sendable {
    var names: [UserID: String] = [:]
    /// Why they were proposed, and rejected, by their numbers.
    var reasons: [Int64: String] = [:]
    var rejections: [Int64: String] = [:]
    /// nil without a price book.
    var currency: String?

    static func id(_ number: Int64) -> String { "f-\(number)" }

    /// What the books know of a proposal: what waits, and the last that were decided.
    enum Entry {
        case pending(FinanceProposal)
        case decided(DecidedProposal)

        var proposal: FinanceProposal {
            switch self {
            case .pending(let proposal): proposal
            case .decided(let decision): decision.proposal
            }
        }

        var users: [UserID] {
            if case .decided(let decision) = self, let other = decision.by { return [proposal.by, other] }
            return [proposal.by]
        }
    }

    func view(_ entry: Entry, differences: [CorrectionPreview.Difference]? = nil) -> FinanceProposalView {
        let proposal = entry.proposal
        var view = FinanceProposalView(
            id: FinanceViews.id(proposal.number), state: .pending, currency: currency, by: name(proposal.by),
            at: DateTime(proposal.at), reason: reasons[proposal.number],
            differences: differences?.map { FinanceProposalView.Difference($0) })
        switch proposal.what {
        case .adjustment(let adjustment):
            view.adjustment = AdjustmentRequest(
                department: adjustment.department.text, team: adjustment.team?.text,
                amount: adjustment.amount.description, period: adjustment.period.description)
        case .correction(let correction):
            view.correction = CorrectionRequest(
                sku: correction.sku.description, from: DateTime(correction.from), to: DateTime(correction.to),
                perHour: correction.perHour.description)
        }
        if case .decided(let decision) = entry {
            view.state = decision.isApplied ? .applied : .rejected
            view.decidedBy = decision.by.map { name($0) }
            view.decidedAt = DateTime(decision.at)
            view.rejectionReason = rejections[proposal.number]
        }
        return view
    }

    private func name(_ user: UserID) -> String { names[user] ?? user.description }
}

extension FinanceProposalView.Difference {
    fileprivate init(_ difference: CorrectionPreview.Difference) {
        self.init(
            department: difference.department.text, exact: difference.exact.description,
            amount: difference.rounded?.description ?? difference.exact.description)
    }
}

extension Books {
    /// A proposal that waits, or one of the last that were decided.
    func entry(_ number: Int64) -> FinanceViews.Entry? {
        if let proposal = pending.first(where: { $0.number == number }) { return .pending(proposal) }
        return decided.last { $0.proposal.number == number }.map { .decided($0) }
    }

    /// All that are known, the oldest first.
    var entries: [FinanceViews.Entry] {
        (pending.map { .pending($0) } + decided.map { .decided($0) }).sorted {
            $0.proposal.number < $1.proposal.number
        }
    }
}
