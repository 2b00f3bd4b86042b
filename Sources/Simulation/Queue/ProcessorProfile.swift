import Units

/// How many processors are free over time.
typealias ProcessorProfile = StepFunction<Int>

extension StepFunction<Int> {
    init(free: Int) { self.init(from: Timestamp(milliseconds: .min), free) }

    /// Gives processors back over `[from, until)`, or takes them where the number is negative.
    mutating func add(_ processors: Int, from: Timestamp, until: Timestamp) {
        change(from: from, until: until) { $1 += processors }
        join(at: until, from)
    }

    /// The first time from `bound` on at which so many stay free for `span`.
    func earliest(_ processors: Int, span: Span, from bound: Timestamp) -> Timestamp {
        var start = bound
        var index = index(at: bound)
        while index + 1 < count {
            if self[index].value < processors {
                start = end(of: index)
            } else if end(of: index) >= start + span {
                return start
            }
            index += 1
        }
        return start
    }
}
