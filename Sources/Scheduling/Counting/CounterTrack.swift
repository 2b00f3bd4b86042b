import Units

/// How much of one counter is in use over time.
typealias CounterTrack = StepFunction<Int>

extension StepFunction<Int> {
    /// Nothing is in use from `start` on.
    init(from start: Timestamp) { self.init(from: start, 0) }

    /// Whether nothing is in use, ever.
    var isIdle: Bool { count == 1 && self[0].value == 0 }

    /// The first stretch of `[from, until)` that has no room.
    /// - Returns: when it begins and ends; nil where all have room.
    func firstStretch(from: Timestamp, until: Timestamp, where isFull: (Step) -> Bool) -> (
        start: Timestamp, end: Timestamp
    )? {
        firstIndex(from: from, until: until, where: isFull).map { (max(self[$0].start, from), end(of: $0)) }
    }

    /// What is in use at a time.
    func used(at time: Timestamp) -> Int { self[index(at: time)].value }
}
