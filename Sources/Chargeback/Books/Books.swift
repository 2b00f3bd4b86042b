public import Units

/// The finance proposals and what became of them, the adjustments of open periods, and which periods are closed: a pure
/// value, folded from events. Reasons and documents lie elsewhere: what is here is small.
public struct Books: Sendable, Hashable, Codable {
    /// The number of the next proposal.
    public private(set) var nextProposal: Int64 = 1
    /// What waits for a second person, by number.
    public private(set) var pending: [FinanceProposal] = []
    /// The last that were decided, in the order of their ends; at most `Limits.decided`.
    public private(set) var decided: [DecidedProposal] = []
    /// What is posted to periods that are still open, by number.
    public private(set) var adjustments: [PostedAdjustment] = []
    /// Oldest first, without a gap.
    public private(set) var closed: [ClosedPeriod] = []
    /// The number of the next export.
    public private(set) var nextExport: Int64 = 1

    public init() {}

    /// The event does not fit the books.
    public struct Misfit: Error {}

    public func isClosed(_ period: Period) -> Bool { closed.last.map { period <= $0.period } ?? false }

    /// Folds one event in, with the meaning that it has for ever.
    /// - Returns: the proposal that holds from now on by it: a correction, whose entries are still to be made, or an
    ///   adjustment, which is posted.
    /// - Throws: `Misfit` where the event does not fit, and nothing has changed.
    @discardableResult
    public mutating func apply(_ event: BooksEvent) throws(Misfit) -> FinanceProposal? {
        switch event {
        case .proposed(let proposal, let needsSecond):
            guard proposal.number == nextProposal, canHold(proposal) else { throw Misfit() }
            nextProposal += 1
            if needsSecond {
                pending.append(proposal)
                return nil
            }
            return hold(proposal, approvedBy: nil, at: proposal.at)
        case .approved(let number, let user, let at):
            guard let index = pending.firstIndex(where: { $0.number == number }) else { throw Misfit() }
            guard canHold(pending[index]), pending[index].by != user else { throw Misfit() }
            return hold(pending.remove(at: index), approvedBy: user, at: at)
        case .rejected(let number, let user, let at):
            guard let index = pending.firstIndex(where: { $0.number == number }) else { throw Misfit() }
            keep(DecidedProposal(proposal: pending.remove(at: index), isApplied: false, by: user, at: at))
            return nil
        case .closed(let period):
            guard closed.last.map({ $0.period.next == period.period }) ?? true else { throw Misfit() }
            guard !pending.contains(where: { $0.isPosted(upTo: period.period) }) else { throw Misfit() }
            closed.append(period)
            adjustments.removeAll { $0.adjustment.period <= period.period }
            return nil
        case .exported(let note):
            guard note.number == nextExport else { throw Misfit() }
            nextExport += 1
            return nil
        }
    }

    /// What holds changes no closed period.
    private func canHold(_ proposal: FinanceProposal) -> Bool {
        switch proposal.what {
        case .adjustment(let adjustment): !isClosed(adjustment.period)
        case .correction: true
        }
    }

    private mutating func hold(_ proposal: FinanceProposal, approvedBy: UserID?, at: Timestamp) -> FinanceProposal {
        if case .adjustment(let adjustment) = proposal.what {
            let posted = PostedAdjustment(
                number: proposal.number, adjustment: adjustment, by: proposal.by, approvedBy: approvedBy, at: at)
            let last = adjustments.lastIndex { $0.number < posted.number } ?? -1
            adjustments.insert(posted, at: last + 1)
        }
        keep(DecidedProposal(proposal: proposal, isApplied: true, by: approvedBy, at: at))
        return proposal
    }

    private mutating func keep(_ decision: DecidedProposal) {
        decided.append(decision)
        if decided.count > Limits.decided { decided.removeFirst(decided.count - Limits.decided) }
    }
}

extension FinanceProposal {
    /// Whether it is an adjustment of that period or of one before.
    func isPosted(upTo period: Period) -> Bool {
        if case .adjustment(let adjustment) = what { adjustment.period <= period } else { false }
    }
}

/// An adjustment that holds, and whose word it has.
public struct PostedAdjustment: Sendable, Hashable, Codable {
    /// The proposal's.
    public var number: Int64
    public var adjustment: FinanceProposal.Adjustment
    public var by: UserID
    /// nil where nobody else had to agree.
    public var approvedBy: UserID?
    public var at: Timestamp

    public init(
        number: Int64, adjustment: FinanceProposal.Adjustment, by: UserID, approvedBy: UserID?, at: Timestamp
    ) {
        self.number = number
        self.adjustment = adjustment
        self.by = by
        self.approvedBy = approvedBy
        self.at = at
    }
}

/// A proposal that nobody waits for any more.
public struct DecidedProposal: Sendable, Hashable, Codable {
    public var proposal: FinanceProposal
    /// Otherwise it was rejected.
    public var isApplied: Bool
    /// Who decided; nil where nobody else had to.
    public var by: UserID?
    public var at: Timestamp

    public init(proposal: FinanceProposal, isApplied: Bool, by: UserID?, at: Timestamp) {
        self.proposal = proposal
        self.isApplied = isApplied
        self.by = by
        self.at = at
    }
}
