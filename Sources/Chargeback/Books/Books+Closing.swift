import Policy
public import Units

extension Books {
    /// What is known of a period's use when somebody wants to close it.
    public struct Standing: Sendable, Hashable {
        /// See `PeriodStatement.unrated`.
        public var unrated: [Unrated]
        /// Reservations whose use before the period's end is not written down.
        public var unsettled: [ReservationID]

        public init(unrated: [Unrated], unsettled: [ReservationID]) {
            self.unrated = unrated
            self.unsettled = unsettled
        }
    }

    /// What keeps an open period from being closed, other than its time; empty where nothing does.
    public func hindrances(of period: Period, standing: Standing, at moment: Moment) -> [Hindrance] {
        let end = period.range(in: moment.zone).upperBound
        var hindrances = Hindrance.unrated(standing.unrated)
        if moment.settledUntil < end || !standing.unsettled.isEmpty {
            let first = standing.unsettled.sorted().prefix(Limits.listed)
            hindrances.append(.unsettled(until: moment.settledUntil, reservations: Array(first)))
        }
        let waiting = pending.filter { $0.isAbout(period, until: end) }.map(\.number)
        if !waiting.isEmpty { hindrances.append(.pending(Array(waiting.prefix(Limits.listed)))) }
        return hindrances
    }

    /// Whether the period may be closed now.
    public func checkClosing(
        _ period: Period, standing: Standing, at moment: Moment
    ) throws(BooksRefusal) {
        let earliest = earliestOpen(at: moment)
        guard !isClosed(period) else { throw .closed(period, earliestOpen: earliest) }
        guard period >= earliest else { throw .beforeFirst(period, first: earliest) }
        let end = period.range(in: moment.zone).upperBound
        guard end <= moment.now else { throw .notOver(period, ends: end) }
        guard period == earliest else { throw .earlierIsOpen(period, earliestOpen: earliest) }
        let hindrances = hindrances(of: period, standing: standing, at: moment)
        guard hindrances.isEmpty else { throw .hindered(period, hindrances) }
    }

    /// Closes the period with the invoices that were sealed for it.
    public func close(
        _ period: Period, with invoices: [ClosedPeriod.Seal], versions: Invoice.Versions, by user: UserID,
        standing: Standing, at moment: Moment
    ) throws(BooksRefusal) -> BooksEvent {
        try checkClosing(period, standing: standing, at: moment)
        return .closed(
            ClosedPeriod(period: period, by: user, at: moment.now, versions: versions, invoices: invoices))
    }
}

extension FinanceProposal {
    /// Whether a period's invoices may come to something else by it. What a correction says of periods that are closed
    /// is posted to the earliest open one, so all that begins before the period's end is about it.
    fileprivate func isAbout(_ period: Period, until end: Timestamp) -> Bool {
        switch what {
        case .adjustment(let adjustment): adjustment.period <= period
        case .correction(let correction): correction.from < end
        }
    }
}

extension Hindrance {
    /// By SKU, all departments together.
    fileprivate static func unrated(_ list: [Unrated]) -> [Hindrance] {
        var sums: [SKU: Int64] = [:]
        for entry in list { sums[entry.sku, default: 0].add(entry.quantity) }
        return sums.sorted { $0.key < $1.key }.prefix(Books.Limits.listed)
            .map { .unrated($0.key, quantity: $0.value) }
    }
}

extension Int64 {
    /// Held at the ends, for what is only shown.
    fileprivate mutating func add(_ other: Int64) {
        let (sum, isOver) = addingReportingOverflow(other)
        self = isOver ? (self < 0 ? .min : .max) : sum
    }
}
