public import Policy
public import Units

extension Books {
    /// When the books are asked, and where months are.
    public struct Moment: Sendable, Hashable {
        public var now: Timestamp
        public var zone: Zone
        /// The period in which metering began: the first that is invoiced.
        public var began: Period
        /// Up to where all use is written down in records.
        public var settledUntil: Timestamp

        public init(now: Timestamp, zone: Zone, began: Period, settledUntil: Timestamp) {
            self.now = now
            self.zone = zone
            self.began = began
            self.settledUntil = settledUntil
        }

        public var today: CivilDate { zone.date(at: now) }
        public var current: Period { Period(of: today) }
    }

    /// The one that is closed next.
    public func earliestOpen(at moment: Moment) -> Period { closed.last?.period.next ?? moment.began }

    /// Everything that is open, oldest first: up to the current one.
    public func openPeriods(at moment: Moment) -> [Period] {
        var periods: [Period] = []
        var period = earliestOpen(at: moment)
        while period <= moment.current {
            periods.append(period)
            period = period.next
        }
        return periods
    }

    /// The day that an entry about another is posted to, so that no closed period changes: the other's own where that
    /// is still open. Otherwise today, or the last day of the earliest open period where that is over already.
    public func postingDay(of day: CivilDate, at moment: Moment) -> CivilDate {
        let period = earliestOpen(at: moment)
        if Period(of: day) >= period { return day }
        let last = CivilDate(daysSinceEpoch: period.next.first.daysSinceEpoch - 1)
        return max(min(moment.today, last), period.first)
    }

    /// Decides whether finance may propose it, and whether it needs a second person: a correction always does, an
    /// adjustment of more than a limit. Departments, teams and SKUs are looked at by who knows them.
    /// - Parameter limit: of adjustments that one person makes.
    public func propose(
        _ what: FinanceProposal.What, by user: UserID, secondPersonAbove limit: Amount, at moment: Moment
    ) throws(BooksRefusal) -> BooksEvent {
        let needsSecond: Bool
        switch what {
        case .adjustment(let adjustment):
            try check(adjustment, at: moment)
            needsSecond = adjustment.amount.microunits.magnitude > limit.microunits.magnitude
        case .correction(let correction):
            try Books.check(correction, at: moment)
            needsSecond = true
        }
        guard pending.count < Limits.pending else { throw .tooManyPending(limit: Limits.pending) }
        let proposal = FinanceProposal(number: nextProposal, what: what, by: user, at: moment.now)
        return .proposed(proposal, needsSecond: needsSecond)
    }

    /// Somebody else than the proposer says yes.
    public func approve(_ number: Int64, by user: UserID, at moment: Moment) throws(BooksRefusal) -> BooksEvent {
        let proposal = try awaiting(number)
        guard proposal.by != user else { throw .ownProposal(number) }
        if case .adjustment(let adjustment) = proposal.what { try checkOpen(adjustment.period, at: moment) }
        return .approved(number, by: user, at: moment.now)
    }

    /// Somebody says no, or the proposer takes it back.
    public func reject(_ number: Int64, by user: UserID, at moment: Moment) throws(BooksRefusal) -> BooksEvent {
        .rejected(try awaiting(number).number, by: user, at: moment.now)
    }

    private func awaiting(_ number: Int64) throws(BooksRefusal) -> FinanceProposal {
        if let proposal = pending.first(where: { $0.number == number }) { return proposal }
        throw (1..<nextProposal).contains(number) ? .decided(number) : .unknownProposal(number)
    }

    private func check(_ adjustment: FinanceProposal.Adjustment, at moment: Moment) throws(BooksRefusal) {
        let amount = adjustment.amount
        guard amount != .zero else { throw .zeroAmount }
        guard amount.microunits % 10_000 == 0 else { throw .hundredths(amount) }
        guard amount.microunits.magnitude <= Limits.adjustment.microunits.magnitude else {
            throw .amount(amount, limit: Limits.adjustment)
        }
        try checkOpen(adjustment.period, at: moment)
        // Those that wait count too: each may be posted.
        guard adjustments.count + pending.count < Limits.adjustments else {
            throw .tooManyAdjustments(limit: Limits.adjustments)
        }
    }

    private func checkOpen(_ period: Period, at moment: Moment) throws(BooksRefusal) {
        let earliest = earliestOpen(at: moment)
        guard !isClosed(period) else { throw .closed(period, earliestOpen: earliest) }
        guard period >= earliest else { throw .beforeFirst(period, first: earliest) }
        guard period <= moment.current else { throw .ahead(period, current: moment.current) }
    }

    private static func check(
        _ correction: FinanceProposal.Correction, at moment: Moment
    ) throws(BooksRefusal) {
        let (from, to) = (correction.from, correction.to)
        guard from < to else { throw .emptyInterval(from: from, to: to) }
        // Records that are written later would have the price that is to be corrected.
        let settled = min(moment.settledUntil, moment.now)
        guard to <= settled else { throw .correctionAhead(to: to, settledUntil: settled) }
        guard to - from <= Limits.correctionSpan else {
            throw .correctionSpan(to - from, limit: Limits.correctionSpan)
        }
        guard Policy.Limits.price.contains(correction.perHour) else {
            throw .price(correction.perHour, limit: Policy.Limits.price.upperBound)
        }
    }
}
