import Units

extension PolicyDocument {
    static func priceBook(_ field: FieldValue, _ zone: Zone) -> PriceBook? {
        field.mapping { fields in
            let currency = fields.required("currency")?.currency()
            let rates = rates(fields.required("rates"), zone)
            return currency.map { PriceBook(currency: $0, rates: rates) }
        } ?? nil
    }

    private static func rates(_ field: FieldValue?, _ zone: Zone) -> [Rate] {
        var taken: [SKU: Overlaps<Timestamp>] = [:]
        return (field?.list(limit: Policy.Limits.rates) ?? []).compactMap { element in
            guard let rate = element.mapping({ rate($0, zone) }) ?? nil else { return nil }
            let what = "the rate of \(rate.sku.description.quoted)"
            let isAlone = taken[rate.sku, default: Overlaps()].check(element, [rate.from..<rate.to], what)
            return isAlone ? rate : nil
        }
    }

    private static func rate(_ fields: FieldReader, _ zone: Zone) -> Rate? {
        let sku = sku(fields.required("sku"))
        let from = fields.required("from")?.instant(zone)
        let end = fields.optional("to")
        let to = end.map { $0.instant(zone) } ?? .distantFuture
        let perHour = fields.required("perHour")?.price(in: Policy.Limits.price)
        let windows = windows(fields.optional("windows"), perHour)
        if let from, let to, to <= from { end?.fault("must be later than `from`") }
        guard let sku, let from, let to, let perHour, from < to else { return nil }
        return Rate(sku: sku, from: from, to: to, perHour: perHour, windows: windows)
    }

    private static func sku(_ field: FieldValue?) -> SKU? {
        guard let field, let text = field.text(limit: Policy.Limits.skuLength) else { return nil }
        if let sku = SKU(text) { return sku }
        field.fault("\(text.quoted) is nothing with a price: gpu:MODEL, cpu, memory or licence:NAME")
        return nil
    }

    // MARK: Windows

    /// - Parameter perHour: the rate's own price; nil where it could not be read.
    private static func windows(_ field: FieldValue?, _ perHour: Price?) -> [RateWindow] {
        var seen = Repetitions()
        var taken = Overlaps<Int>()
        return (field?.list(limit: Policy.Limits.windows) ?? []).compactMap { element in
            guard let window = element.mapping({ window($0, perHour, &seen) }) ?? nil else { return nil }
            return taken.check(element, window.minutesOfWeek, "the window") ? window : nil
        }
    }

    private static func window(
        _ fields: FieldReader, _ perHour: Price?, _ seen: inout Repetitions
    ) -> RateWindow? {
        let field = fields.required("name")
        let name = field == nil ? nil : name(field, orElse: nil)
        let isNew = field.flatMap { field in name.map { seen.check(field, $0) } } ?? false
        let days = fields.optional("days").map(days) ?? Weekday.allCases
        let from = timeOfDay(fields.required("from"), isEnd: false)
        let end = fields.required("to")
        let to = timeOfDay(end, isEnd: true)
        let price = price(fields, perHour)
        if let from, from == to { end?.fault("is `from` again; a whole day is 00:00 to 24:00") }
        guard let name, isNew, let from, let to, from != to, let price else { return nil }
        return RateWindow(name: name, days: days, from: from, to: to, perHour: price)
    }

    private static func timeOfDay(_ field: FieldValue?, isEnd: Bool) -> TimeOfDay? {
        guard let field, let time = field.timeOfDay() else { return nil }
        guard isEnd || time.minutes < TimeOfDay.minutesPerDay else {
            field.fault("`24:00` is a day's end, where nothing begins; write 00:00")
            return nil
        }
        return time
    }

    private static func days(_ field: FieldValue) -> [Weekday] {
        guard let elements = field.list(limit: Weekday.allCases.count) else { return [] }
        if elements.isEmpty { field.fault("is empty; leave it out for every day") }
        var seen = Repetitions()
        return elements.compactMap { element in
            element.choice(Weekday.self).flatMap { seen.check(element, $0.rawValue) ? $0 : nil }
        }.sorted { $0.index < $1.index }
    }

    /// A window's own price, or its part of the rate's.
    private static func price(_ fields: FieldReader, _ perHour: Price?) -> Price? {
        let (own, factor) = (fields.optional("perHour"), fields.optional("multiplier"))
        if (own == nil) == (factor == nil) {
            fields.fault("needs either `perHour` or `multiplier`\(own == nil ? "" : ", not both")")
        }
        let price = own?.price(in: Policy.Limits.price)
        guard let factor, let ratio = factor.ratio(in: Policy.Limits.multiplier), let perHour else { return price }
        guard let product = perHour.multiplied(by: ratio) else {
            factor.fault("\(perHour) times \(ratio) has more than 6 decimals; give the window its own `perHour`")
            return nil
        }
        return product
    }
}
