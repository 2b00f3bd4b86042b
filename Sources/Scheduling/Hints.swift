import Units

/// Lower bounds of starts, learnt from searches: while a profile only fills up, a reservation of a shape that was
/// looked for before, and runs as long or longer, starts no earlier than the one before it did.
struct Hints: Sendable {
    private var index = HostIndex()
    /// By shape: for each power of two of the span, the span and the start of a search that began at the plan's start.
    private var starts: [Shape: [Int: Hint]] = [:]

    private struct Hint {
        var span: Span
        var start: Timestamp
    }

    /// The best place for a shape from `bound` on.
    /// - Parameter floor: the time; no search that follows begins before it.
    mutating func earliest(
        _ shape: Shape, span: Span, from bound: Timestamp, floor: Timestamp, in profile: Profile, steps: Int = .max
    ) -> Fit {
        // What each host has free bounds the start by itself, where there is an index; what is counted does not.
        let isIndexed = profile.free.count > 1
        // A share that may ride on a device of its department's, where the quota has no other, starts earlier when the
        // profile has filled up so.
        let isRiding = shape.share != nil && shape.counted.quotas != nil
        let isLearning = (!isIndexed || !shape.counted.isEmpty) && !isRiding
        let hint = isLearning ? self.bound(shape, span: span) ?? bound : bound
        let fit =
            isIndexed
            ? place(shape, span: span, from: max(bound, hint), floor: floor, in: profile, steps: steps)
            : profile.earliestAtHome(shape, span: span, from: max(bound, hint), steps: steps)
        if isLearning, bound <= floor { learn(shape, span: span, start: fit.start) }
        return fit
    }

    private mutating func place(
        _ shape: Shape, span: Span, from bound: Timestamp, floor: Timestamp, in profile: Profile, steps: Int
    ) -> Fit {
        let bound = profile.counters.room(for: shape.counted, span: span, from: bound)
        let search = HostSearch(shape: shape, span: span, floor: floor, bound: bound, steps: steps)
        return index.best(search, in: profile) ?? profile.earliestAtHome(shape, span: span, from: bound)
    }

    /// The earliest start worth a look.
    private func bound(_ shape: Shape, span: Span) -> Timestamp? {
        guard let buckets = starts[shape] else { return nil }
        return buckets.values.lazy.filter { $0.span <= span }.map(\.start).max()
    }

    /// Learns that a search from the plan's start found `start`.
    private mutating func learn(_ shape: Shape, span: Span, start: Timestamp) {
        let bucket = Int64.bitWidth - max(span.milliseconds, 1).leadingZeroBitCount
        if starts.count > Hints.shapes { starts.removeAll(keepingCapacity: true) }
        starts[shape, default: [:]][bucket] = Hint(span: span, start: start)
    }

    /// More shapes than this are forgotten, and learnt again.
    private static let shapes = 4096
}
