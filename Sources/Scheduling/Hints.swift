import Units

/// Lower bounds of starts, learnt from searches: while a profile only fills up, a reservation of a shape that was
/// looked for before, and runs as long or longer, starts no earlier than the one before it did.
struct Hints: Sendable {
    /// By shape: for each power of two of the span, the span and the start of a search that began at the plan's start.
    private var starts: [Shape: [Int: Hint]] = [:]

    private struct Hint {
        var span: Span
        var start: Timestamp
    }

    /// The earliest start worth a look.
    func bound(_ shape: Shape, span: Span) -> Timestamp? {
        guard let buckets = starts[shape] else { return nil }
        return buckets.values.lazy.filter { $0.span <= span }.map(\.start).max()
    }

    /// Learns that a search from the plan's start found `start`.
    mutating func learn(_ shape: Shape, span: Span, start: Timestamp) {
        let bucket = Int64.bitWidth - max(span.milliseconds, 1).leadingZeroBitCount
        if starts.count > Hints.shapes { starts.removeAll(keepingCapacity: true) }
        starts[shape, default: [:]][bucket] = Hint(span: span, start: start)
    }

    /// More shapes than this are forgotten, and learnt again.
    private static let shapes = 4096
}
