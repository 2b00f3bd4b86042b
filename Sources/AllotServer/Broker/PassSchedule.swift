/// When passes over the queue run: one at a time, and no more than a tenth of the time, however often things change.
struct PassSchedule: Sendable {
    private(set) var lastMilliseconds: Int64?
    /// How long the next pass holds back, so that what comes meanwhile is taken in too.
    private(set) var pause = Duration.zero
    private var isUnderWay = false
    private var endedAt: ContinuousClock.Instant?

    /// Whether a pass may begin now; it has begun then.
    mutating func begin() -> Bool {
        guard !isUnderWay else { return false }
        isUnderWay = true
        let rest = Duration.milliseconds(9 * (lastMilliseconds ?? 0))
        let since = endedAt.map { ContinuousClock.now - $0 } ?? rest
        pause = max(.zero, rest - since)
        return true
    }

    mutating func end(took: Duration) {
        isUnderWay = false
        endedAt = .now
        let (seconds, attoseconds) = took.components
        lastMilliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
