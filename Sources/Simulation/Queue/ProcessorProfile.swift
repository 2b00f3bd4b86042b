import Units

/// How many processors are free over time: steps of constant height, the last without end.
struct ProcessorProfile {
    private var steps: [(start: Timestamp, free: Int)]

    init(free: Int) {
        steps = [(Timestamp(milliseconds: .min), free)]
    }

    /// Gives processors back over `[from, until)`, or takes them where the number is negative.
    mutating func add(_ processors: Int, from: Timestamp, until: Timestamp) {
        let first = split(at: from)
        let last = split(at: until)
        for index in first..<last { steps[index].free += processors }
        // A step that is like the one before it is none.
        for index in [last, first] where index > 0 && steps[index].free == steps[index - 1].free {
            steps.remove(at: index)
        }
    }

    /// The first time from `bound` on at which so many stay free for `span`.
    func earliest(_ processors: Int, span: Span, from bound: Timestamp) -> Timestamp {
        var start = bound
        var index = step(at: bound)
        while index < steps.count {
            if index + 1 < steps.count, steps[index].free < processors {
                start = steps[index + 1].start
            } else if index + 1 == steps.count || steps[index + 1].start >= start + span {
                return start
            }
            index += 1
        }
        return start
    }

    mutating func forget(before time: Timestamp) {
        steps.removeFirst(step(at: time))
    }

    /// The step that holds `time`; the first for an earlier one.
    private func step(at time: Timestamp) -> Int {
        var low = 0
        var high = steps.count
        while low + 1 < high {
            let middle = (low + high) / 2
            if steps[middle].start <= time { low = middle } else { high = middle }
        }
        return low
    }

    /// Makes a step start at `time` and gives its index.
    private mutating func split(at time: Timestamp) -> Int {
        let index = step(at: time)
        if steps[index].start == time { return index }
        steps.insert((time, steps[index].free), at: index + 1)
        return index + 1
    }
}
