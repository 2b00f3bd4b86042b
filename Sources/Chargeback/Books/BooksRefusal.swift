public import Policy
public import Units

/// Why the books take something not, with the numbers. Nothing has changed when one is thrown.
public enum BooksRefusal: Error, Sendable, Hashable {
    /// Nothing is posted to a closed period.
    case closed(Period, earliestOpen: Period)
    /// Nothing was metered so early.
    case beforeFirst(Period, first: Period)
    /// It has not begun.
    case ahead(Period, current: Period)
    /// A period is closed when it is over.
    case notOver(Period, ends: Timestamp)
    /// Periods are closed one after the other.
    case earlierIsOpen(Period, earliestOpen: Period)
    /// What has to be settled before the period is closed.
    case hindered(Period, [Hindrance])
    /// An adjustment is some amount.
    case zeroAmount
    /// Amounts are whole hundredths.
    case hundredths(Amount)
    /// Either way.
    case amount(Amount, limit: Amount)
    case tooManyAdjustments(limit: Int)
    case price(Price, limit: Price)
    case emptyInterval(from: Timestamp, to: Timestamp)
    /// What is not metered yet is not corrected: the price book is for that.
    case correctionAhead(to: Timestamp, settledUntil: Timestamp)
    case correctionSpan(Span, limit: Span)
    case tooManyPending(limit: Int)
    case unknownProposal(Int64)
    /// It waits for nobody any more.
    case decided(Int64)
    /// Nobody approves an own proposal.
    case ownProposal(Int64)
}

/// What keeps a period from being closed.
public enum Hindrance: Sendable, Hashable {
    /// Use without a price, in all departments, in the SKU's quantities times milliseconds.
    case unrated(SKU, quantity: Int64)
    /// The meter has not come to the period's end, or reservations have used something that it has not written down.
    /// - Parameters:
    ///   - until: up to where all is written down.
    ///   - reservations: the first of them.
    case unsettled(until: Timestamp, reservations: [ReservationID])
    /// Proposals about it that nobody has decided.
    case pending([Int64])
}
