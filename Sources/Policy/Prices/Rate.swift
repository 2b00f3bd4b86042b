import Units

/// What a SKU costs from one instant to another. Once it has begun it never changes, except its end.
public struct Rate: Sendable, Hashable, Codable {
    public var sku: SKU
    public var from: Timestamp
    /// The first instant that it does not hold at; `distantFuture` where it has no end.
    public var to: Timestamp
    /// For one device, core, GiB or licence.
    public var perHour: Price
    /// Times of the week with another price; no two overlap.
    public var windows: [RateWindow]

    public init(sku: SKU, from: Timestamp, to: Timestamp = .distantFuture, perHour: Price, windows: [RateWindow] = []) {
        self.sku = sku
        self.from = from
        self.to = to
        self.perHour = perHour
        self.windows = windows
    }
}
