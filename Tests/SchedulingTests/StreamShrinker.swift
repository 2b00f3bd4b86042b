/// Makes a stream that fails as small as it gets: the steps by delta debugging, ddmin of Zeller and Hildebrandt
/// ("Simplifying and Isolating Failure-Inducing Input", IEEE TSE 28(2), 2002), then the values of what is left.
///
/// What it gives has failed itself: nothing is kept that was not played.
struct StreamShrinker {
    /// The most plays.
    let limit: Int
    /// Whether a stream fails in the same way as the first one.
    private let fails: (CommandStream) -> Bool
    private(set) var plays = 0
    /// Streams that do not fail.
    private var passed: Set<CommandStream> = []

    init(limit: Int = 400, fails: @escaping (CommandStream) -> Bool) {
        self.limit = limit
        self.fails = fails
    }

    /// A smaller stream that fails too; the same one where there is none, or where it does not fail.
    mutating func shrink(_ stream: CommandStream) -> CommandStream {
        var best = stream
        var before: CommandStream?
        while before != best {
            before = best
            dropSteps(&best)
            simplify(&best)
        }
        return best
    }

    /// ddmin, less the look at each part alone, which is the same as leaving out the other where there are two.
    private mutating func dropSteps(_ best: inout CommandStream) {
        var parts = 2
        while best.steps.count >= 2, plays < limit {
            let size = (best.steps.count + parts - 1) / parts
            var found: CommandStream?
            // From the end: what comes after a failure has no part in it.
            for start in stride(from: 0, to: best.steps.count, by: size).reversed() where found == nil {
                var fewer = best
                fewer.steps.removeSubrange(start..<min(start + size, best.steps.count))
                if isFailing(fewer) { found = fewer }
            }
            if let found {
                best = found
                parts = max(parts - 1, 2)
            } else if size == 1 {
                return
            } else {
                parts = min(2 * parts, best.steps.count)
            }
        }
    }

    /// Puts simpler values in the place of those that are there, one after the other, where it fails with them.
    private mutating func simplify(_ best: inout CommandStream) {
        var position = 0
        while plays < limit, let simpler = best.simpler.dropFirst(position).first(where: { _ in true }) {
            if isFailing(simpler) { best = simpler } else { position += 1 }
        }
    }

    private mutating func isFailing(_ stream: CommandStream) -> Bool {
        guard plays < limit, !passed.contains(stream) else { return false }
        plays += 1
        if fails(stream) { return true }
        passed.insert(stream)
        return false
    }
}
