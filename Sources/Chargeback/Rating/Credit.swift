public import Units

/// What is given back of a use: for a failure, or because it gave way.
public enum Credit {
    /// The credit of what of a record lies within an interval; empty where that costs nothing, or is no use.
    ///
    /// A restatement of use is credited at its own price. Who calls it leaves out what is reversed.
    ///
    /// - Parameters:
    ///   - part: how much of the charge.
    ///   - number: the entry's.
    ///   - day: see `Books.postingDay`.
    public static func entries(
        for record: UsageRecord, within interval: Range<Timestamp>, part: Ratio, number: Int64,
        postedOn day: CivilDate
    ) -> [UsageRecord] {
        let (start, end) = (max(interval.lowerBound, record.from), min(interval.upperBound, record.to))
        guard start < end, record.quantity > 0, record.tariff.isCharged, part.thousandths > 0 else { return [] }
        switch record.tariff.entry {
        case .usage, .restatement: break
        case .credit, .reversal: return []
        }
        var entry = record
        entry.number = number
        entry.day = day
        (entry.from, entry.to) = (start, end)
        entry.quantity = -record.quantity(from: start, to: end)
        entry.original = record.number
        entry.tariff.entry = .credit
        entry.tariff.part = part
        entry.tariff.correction = nil
        entry.tariff.original = nil
        return [entry]
    }
}
