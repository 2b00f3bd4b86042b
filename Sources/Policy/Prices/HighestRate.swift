import Units

extension Policy {
    /// The most that a SKU costs at some instant of an interval; nil where it has no price in all of it.
    public func highestRate(_ sku: SKU, over interval: Range<Timestamp>) -> Price? {
        let rates = priceBook?.versions(of: sku) ?? []
        return rates.compactMap { rate -> Price? in
            let valid = (rate.from..<max(rate.to, rate.from)).clamped(to: interval)
            guard !valid.isEmpty else { return nil }
            if rate.windows.isEmpty { return rate.perHour }
            // After a week, and a day for clocks that are set, every window has been.
            let week = valid.lowerBound..<min(valid.upperBound, valid.lowerBound + .days(8))
            return self.rate(sku, over: week).compactMap { $0.rate?.perHour }.max()
        }.max()
    }
}
