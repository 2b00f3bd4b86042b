import Synchronization

/// Where a walk is, for who waits for it; and which processes it is not to look into.
final class WalkPlace: Sendable {
    /// The process that is looked into, and since when, in nanoseconds of CLOCK_BOOTTIME.
    struct Stand: Sendable {
        var pid: Int32
        var since: Int64
    }

    private struct State {
        var stand: Stand?
        var isGivenUp = false
    }

    /// The same for each walk that comes after another.
    let avoided: AvoidedProcesses
    private let state = Mutex(State())
    private let now: @Sendable () -> Int64

    init(avoided: AvoidedProcesses = AvoidedProcesses(), now: @escaping @Sendable () -> Int64 = Clock.boottime) {
        self.avoided = avoided
        self.now = now
    }

    var stand: Stand? { state.withLock { $0.stand } }

    /// Goes on to a process; false where nobody waits for this walk any more.
    func come(to pid: Int32) -> Bool {
        let since = now()
        return state.withLock { state in
            state.stand = state.isGivenUp ? nil : Stand(pid: pid, since: since)
            return !state.isGivenUp
        }
    }

    func leave() { state.withLock { $0.stand = nil } }

    /// The place of a walk that takes over from this one, which ends where it stands as soon as it can.
    func takenOver() -> WalkPlace {
        state.withLock { $0.isGivenUp = true }
        return WalkPlace(avoided: avoided, now: now)
    }
}

/// Processes that a walk is stuck with, until they let it go. Each is this process and no later one of its number.
final class AvoidedProcesses: Sendable {
    /// What of a process is left out.
    enum Depth: Sendable {
        /// The list of its mappings, for which its memory has to hold still. Its open files are looked at.
        case mappings
        /// All of it: its open files have held a walk up too.
        case everything
    }

    private struct Entry: Sendable {
        var startTime: UInt64
        var depth: Depth
    }

    private let entries = Mutex<[Int32: Entry]>([:])

    var isFull: Bool { entries.withLock { $0.count >= TelemetryLimits.avoided } }

    /// A walk is stuck with it, perhaps once more.
    func add(_ pid: Int32, startTime: UInt64) {
        entries.withLock { entries in
            let isKnown = entries[pid]?.startTime == startTime
            entries[pid] = Entry(startTime: startTime, depth: isKnown ? .everything : .mappings)
        }
    }

    /// What of a process is left out; nil where it is to be looked into.
    /// - Parameter startTime: asked only of a number that is avoided.
    func depth(of pid: Int32, startTime: () -> UInt64?) -> Depth? {
        guard let entry = entries.withLock({ $0[pid] }), startTime() == entry.startTime else { return nil }
        return entry.depth
    }

    /// It has let a walk go.
    func free(_ pid: Int32) { entries.withLock { $0[pid] = nil } }

    /// Forgets those that have ended.
    func keep(_ pids: [Int32]) {
        entries.withLock { entries in
            if entries.isEmpty { return }
            let pids = Set(pids)
            entries = entries.filter { pids.contains($0.key) }
        }
    }
}
