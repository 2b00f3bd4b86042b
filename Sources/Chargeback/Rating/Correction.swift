public import Policy
public import Units

extension FinanceProposal.Correction {
    /// What corrects a record: its reversal, and its restatement in up to three pieces, of which those within the
    /// correction's interval have its price and the others the record's own. Windows of the week do not matter: within
    /// the interval the price is the one that the SKU should have had at each instant.
    ///
    /// Empty where nothing would cost anything else: another SKU or time, a reversal, the same price already, a record
    /// that costs nothing at any price. Credits are corrected as what they give back of. Who calls it leaves out what
    /// is reversed already; a restatement is corrected like any other record, and names its own record as original.
    ///
    /// - Parameters:
    ///   - proposal: the correction's number.
    ///   - first: the number of the first entry; the others' follow.
    ///   - day: see `Books.postingDay`.
    public func entries(
        for record: UsageRecord, proposal: Int64, from first: Int64, postedOn day: CivilDate
    ) -> [UsageRecord] {
        guard changes(record) else { return [] }
        var reversal = record
        reversal.number = first
        reversal.day = day
        reversal.quantity = -record.quantity
        reversal.original = record.number
        reversal.tariff.entry = .reversal
        reversal.tariff.correction = proposal
        reversal.tariff.original = record.period
        let (start, end) = (max(from, record.from), min(to, record.to))
        let pieces = [(record.from, start, false), (start, end, true), (end, record.to, false)].filter { $0.0 < $0.1 }
        return [reversal]
            + pieces.enumerated().map { index, piece in
                var entry = reversal
                entry.number = first + 1 + Int64(index)
                (entry.from, entry.to) = (piece.0, piece.1)
                entry.quantity = record.quantity(from: piece.0, to: piece.1)
                entry.tariff.entry = .restatement
                if piece.2 { entry.tariff.rate = rate }
                return entry
            }
    }

    /// Of no version of the price book.
    private var rate: AppliedRate {
        AppliedRate(perHour: perHour, version: AppliedRate.corrected, window: nil)
    }

    private func changes(_ record: UsageRecord) -> Bool {
        guard record.tariff.sku == sku, max(from, record.from) < min(to, record.to) else { return false }
        guard record.tariff.entry != .reversal, record.tariff.rate?.perHour != perHour else { return false }
        return record.tariff.isCharged
    }
}

extension AppliedRate {
    /// The version of a price that a correction made, and not the price book.
    public static let corrected = 0
}

extension Tariff {
    /// Whether it costs anything at some price.
    var isCharged: Bool { factor.thousandths != 0 && multiplier.thousandths != 0 && part.thousandths != 0 }
}

extension UsageRecord {
    /// What of the quantity is of a part of the interval. Of parts that follow each other, all together are the whole;
    /// each is exact, as a quantity is a number of units times milliseconds.
    func quantity(from start: Timestamp, to end: Timestamp) -> Int64 {
        let length = Int128((to - from).milliseconds)
        guard length > 0 else { return 0 }
        let before = Int128(quantity) * Int128((start - from).milliseconds) / length
        let upTo = Int128(quantity) * Int128((end - from).milliseconds) / length
        return Int64(upTo - before)
    }
}
