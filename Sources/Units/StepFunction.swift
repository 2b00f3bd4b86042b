/// A value over time: steps of one value each, by rising start, the last without end.
public struct StepFunction<Value> {
    /// Never empty.
    @usableFromInline var steps: [Step]

    /// From its start up to the start of the next one.
    public struct Step {
        public let start: Timestamp
        public var value: Value

        @inlinable init(start: Timestamp, value: Value) {
            self.start = start
            self.value = value
        }
    }

    /// One value from `start` on.
    @inlinable public init(from start: Timestamp, _ value: Value) {
        steps = [Step(start: start, value: value)]
    }

    /// The first time that it has a value for.
    @inlinable public var start: Timestamp { steps[0].start }

    /// Of steps.
    @inlinable public var count: Int { steps.count }

    /// A step, in the order of their starts.
    @inlinable public subscript(index: Int) -> Step { _read { yield steps[index] } }

    /// When a step is over; `distantFuture` for the last.
    @inlinable public func end(of index: Int) -> Timestamp {
        index + 1 < steps.count ? steps[index + 1].start : .distantFuture
    }

    /// The step that holds `time`; the first for an earlier one.
    @inlinable public func index(at time: Timestamp) -> Int {
        var low = 0
        var high = steps.count
        while low + 1 < high {
            let middle = (low + high) / 2
            if steps[middle].start <= time { low = middle } else { high = middle }
        }
        return low
    }

    /// Edits the values of `[from, until)`, each with the start of its step. What is before the first step is past and
    /// left out.
    @inlinable public mutating func change(
        from: Timestamp, until: Timestamp, _ edit: (Timestamp, inout Value) -> Void
    ) {
        let from = max(from, start)
        guard from < until else { return }
        let first = split(at: from)
        let last = until == .distantFuture ? steps.count : split(at: until)
        for index in first..<last { edit(steps[index].start, &steps[index].value) }
    }

    /// The first step of `[from, until)` whose value is such; nil where none is.
    @inlinable public func firstIndex(
        from: Timestamp, until: Timestamp, where matches: (Step) -> Bool
    ) -> Int? {
        var index = index(at: from)
        while index < steps.count, steps[index].start < until {
            if matches(steps[index]) { return index }
            index += 1
        }
        return nil
    }

    /// Drops the steps that are over by `time`.
    @inlinable public mutating func forget(before time: Timestamp) {
        steps.removeFirst(index(at: time))
    }

    /// Makes a step start at `time`, which is not before the first, and gives its index.
    @inlinable mutating func split(at time: Timestamp) -> Int {
        let index = index(at: time)
        if steps[index].start == time { return index }
        steps.insert(Step(start: time, value: steps[index].value), at: index + 1)
        return index + 1
    }
}

extension StepFunction: Sendable where Value: Sendable {}
extension StepFunction.Step: Sendable where Value: Sendable {}

extension StepFunction where Value: Equatable {
    /// Where a step that begins at one of these times has the value of the one before it, makes one of the two.
    @inlinable public mutating func join(at times: Timestamp...) {
        for time in times {
            let index = index(at: time)
            if index > 0, steps[index].start == time, steps[index].value == steps[index - 1].value {
                steps.remove(at: index)
            }
        }
    }
}
