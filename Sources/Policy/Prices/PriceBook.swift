import Units

/// What things cost: rates per SKU and hour, in one currency.
public struct PriceBook: Sendable, Hashable, Codable {
    /// An ISO 4217 code: `EUR`.
    public let currency: String
    /// By SKU, then by their beginning.
    public let rates: [Rate]

    /// - Parameter rates: in any order; no two of one SKU at one instant.
    public init(currency: String, rates: [Rate]) {
        self.currency = currency
        self.rates = rates.sorted { ($0.sku, $0.from) < ($1.sku, $1.from) }
        let isApart = zip(self.rates, self.rates.dropFirst()).allSatisfy { $0.sku != $1.sku || $0.to <= $1.from }
        precondition(isApart, "whoever makes a price book sees to it that a SKU has one rate at a time")
    }

    /// The rates of a SKU in the order of time; the place of one, from 1, is its version.
    func versions(of sku: SKU) -> ArraySlice<Rate> {
        let first = firstIndex { $0.sku >= sku }
        return rates[first..<max(first, firstIndex { $0.sku > sku })]
    }

    /// The first rate that fulfils what all behind it fulfil too.
    private func firstIndex(where isBehind: (Rate) -> Bool) -> Int {
        var (low, high) = (0, rates.count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(rates[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// A stretch of time in which a SKU has one price.
public struct RatePiece: Sendable, Hashable, Codable {
    public var from: Timestamp
    /// The first instant behind it.
    public var to: Timestamp
    /// nil where the price book has no price for it.
    public var rate: AppliedRate?

    public init(from: Timestamp, to: Timestamp, rate: AppliedRate?) {
        self.from = from
        self.to = to
        self.rate = rate
    }
}

/// The price of a piece, and where in the price book it is from.
public struct AppliedRate: Sendable, Hashable, Codable {
    /// For one device, core, GiB or licence; without a class's multiplier.
    public var perHour: Price
    /// Counts the SKU's rates in the order of time, from 1.
    public var version: Int
    /// The name of the window whose price it is; nil for the rate's own.
    public var window: String?

    public init(perHour: Price, version: Int, window: String?) {
        self.perHour = perHour
        self.version = version
        self.window = window
    }
}
