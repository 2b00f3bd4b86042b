import Units

/// A price that has begun stays what it was: what was used has been charged by it.
extension PolicyCheck {
    /// Faults of everything that changes the past.
    mutating func begunRates(_ before: Policy, at now: Timestamp) {
        guard let old = before.priceBook else { return }
        let begun = old.rates.filter { $0.from <= now }
        guard !begun.isEmpty else { return }
        guard let book = policy.priceBook else {
            return add(
                .fault, [.key("priceBook")],
                "missing: \(begun.count) rates have begun; end them with `to` instead of taking them out")
        }
        if book.currency != old.currency {
            add(
                .fault, [.key("priceBook"), .key("currency")],
                "was \(old.currency), in which rates have begun: it can't be changed any more")
        }
        if policy.timeZone != before.timeZone, begun.contains(where: { !$0.windows.isEmpty }) {
            add(
                .fault, [.key("timeZone")],
                "was \(before.timeZone), and the windows of rates that have begun are in its time")
        }
        for rate in begun { compare(rate, in: book, at: now) }
        for rate in book.rates where rate.from < now { checkNew(rate, old) }
    }

    private mutating func compare(_ old: Rate, in book: PriceBook, at now: Timestamp) {
        guard let new = book.versions(of: old.sku).first(where: { $0.from == old.from }) else {
            return add(
                .fault, [.key("priceBook"), .key("rates")],
                "\(PolicyCheck.name(old)) has begun and is missing; end it with `to` instead of taking it out")
        }
        let place = self.place(of: new)
        if new.perHour != old.perHour {
            add(
                .fault, place + [.key("perHour")],
                "was \(old.perHour) when it began, and stays so; end it with `to`, and write a new rate behind it")
        }
        if new.windows != old.windows {
            add(
                .fault, place + [.key("windows")],
                "are others than when it began; end it with `to`, and write a new rate behind it")
        }
        if new.to != old.to, min(new.to, old.to) < now {
            let end = old.to < now ? "has ended at \(RFC3339.string(old.to)), and stays so" : "ends in the past"
            add(.fault, place + [.key("to")], "\(PolicyCheck.name(old)) \(end)")
        }
    }

    /// A rate for a time that is over had no price until now: what was used in it is rated belatedly.
    private mutating func checkNew(_ rate: Rate, _ old: PriceBook) {
        guard !old.versions(of: rate.sku).contains(where: { $0.from == rate.from }) else { return }
        add(
            .warning, place(of: rate) + [.key("from")],
            "is in the past: what was used since then had no price")
    }

    private static func name(_ rate: Rate) -> String {
        "the rate of \(rate.sku.description.quoted) from \(RFC3339.string(rate.from))"
    }
}
