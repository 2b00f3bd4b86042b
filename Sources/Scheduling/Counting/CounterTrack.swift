import Units

/// How much of one counter is in use over time: stretches of one amount, the last without end.
struct CounterTrack: Sendable {
    /// By rising start; never empty.
    private(set) var stretches: [Stretch]

    struct Stretch: Sendable {
        var start: Timestamp
        var used: Int
    }

    /// Nothing is in use from `start` on.
    init(from start: Timestamp) {
        stretches = [Stretch(start: start, used: 0)]
    }

    /// Whether nothing is in use, ever.
    var isIdle: Bool { stretches.count == 1 && stretches[0].used == 0 }

    /// Changes what is in use over `[from, until)` by what `amount` says of each stretch. What is before the first
    /// stretch is past and left out.
    mutating func change(from: Timestamp, until: Timestamp, by amount: (Stretch) -> Int) {
        let from = max(from, stretches[0].start)
        guard from < until else { return }
        let first = split(at: from)
        let last = until == .distantFuture ? stretches.count : split(at: until)
        for index in first..<last { stretches[index].used += amount(stretches[index]) }
    }

    /// The first stretch of `[from, until)` that has no room.
    /// - Returns: when it begins and ends; nil where all have room.
    func firstStretch(
        from: Timestamp, until: Timestamp, where isFull: (Stretch) -> Bool
    ) -> (start: Timestamp, end: Timestamp)? {
        var index = position(at: from)
        while index < stretches.count, stretches[index].start < until {
            if isFull(stretches[index]) {
                let end = index + 1 < stretches.count ? stretches[index + 1].start : .distantFuture
                return (max(stretches[index].start, from), end)
            }
            index += 1
        }
        return nil
    }

    /// What is in use at a time.
    func used(at time: Timestamp) -> Int { stretches[position(at: time)].used }

    /// The stretch that holds `time`; the first for an earlier one.
    private func position(at time: Timestamp) -> Int {
        var low = 0
        var high = stretches.count
        while low + 1 < high {
            let middle = (low + high) / 2
            if stretches[middle].start <= time { low = middle } else { high = middle }
        }
        return low
    }

    /// Makes a stretch start at `time`, which is not before the first, and gives its index.
    private mutating func split(at time: Timestamp) -> Int {
        let index = position(at: time)
        if stretches[index].start == time { return index }
        stretches.insert(Stretch(start: time, used: stretches[index].used), at: index + 1)
        return index + 1
    }
}
