import Units

extension Policy {
    /// What a SKU costs over an interval: the fewest pieces that have one price each and cover it completely, in
    /// order. Without a price book all of it has none.
    /// - Parameter interval: at most `Limits.rated` long.
    public func rate(_ sku: SKU, over interval: Range<Timestamp>) -> [RatePiece] {
        precondition(interval.upperBound - interval.lowerBound <= Limits.rated, "what is rated has an end in sight")
        var pieces: [RatePiece] = []
        var start = interval.lowerBound
        for (index, rate) in (priceBook?.versions(of: sku) ?? []).enumerated() {
            let valid = (rate.from..<max(rate.to, rate.from)).clamped(to: start..<interval.upperBound)
            if valid.isEmpty { continue }
            pieces.append(start..<valid.lowerBound, nil)
            rate.append(to: &pieces, over: valid, version: index + 1, timeZone)
            start = valid.upperBound
        }
        pieces.append(start..<interval.upperBound, nil)
        return pieces
    }

    /// What a SKU costs at an instant, windows aside: what it weighs in fair shares. nil where it has no price.
    public func listRate(_ sku: SKU, at time: Timestamp) -> Price? {
        priceBook?.versions(of: sku).first { $0.from <= time && time < $0.to }?.perHour
    }
}

extension Rate {
    /// Appends the pieces of an interval within the rate's time. Where clocks are set, pieces are cut, so that within
    /// each the wall's time runs evenly; those of one price then grow together again.
    fileprivate func append(
        to pieces: inout [RatePiece], over interval: Range<Timestamp>, version: Int, _ zone: Zone
    ) {
        if windows.isEmpty {
            return pieces.append(interval, AppliedRate(perHour: perHour, version: version, window: nil))
        }
        let cuts = Set(windows.flatMap { [$0.from, $0.to] }.map { Span.minutes(Int64($0.minutes)) }).sorted()
        for stretch in zone.stretches(of: interval) {
            var start = stretch.range.lowerBound
            while start < stretch.range.upperBound {
                let local = LocalTime(start, offset: stretch.offset)
                let cut = cuts.first { $0 > local.sinceMidnight } ?? .days(1)
                let end = min(start + (cut - local.sinceMidnight), stretch.range.upperBound)
                pieces.append(start..<end, applied(at: local, version: version))
                start = end
            }
        }
    }

    private func applied(at time: LocalTime, version: Int) -> AppliedRate {
        let window = windows.first { $0.holds(at: time) }
        return AppliedRate(perHour: window?.perHour ?? perHour, version: version, window: window?.name)
    }
}

extension RateWindow {
    fileprivate func holds(at time: LocalTime) -> Bool {
        let minute = time.minuteOfWeek
        return minutesOfWeek.contains { $0.contains(minute) }
    }
}

extension [RatePiece] {
    /// Appends an interval, as part of the last piece where that has the same price; an empty one is left out.
    fileprivate mutating func append(_ interval: Range<Timestamp>, _ rate: AppliedRate?) {
        if interval.isEmpty { return }
        if let last, last.rate == rate {
            self[count - 1].to = interval.upperBound
        } else {
            append(RatePiece(from: interval.lowerBound, to: interval.upperBound, rate: rate))
        }
    }
}
