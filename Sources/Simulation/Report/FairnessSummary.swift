import Policy
import Units

/// What departments received beside what was theirs, over the times when somebody waited and more than one department
/// asked for something.
///
/// What was theirs is the weighted max-min share of all that was given out at each moment: each department gets as much
/// as it asks for, by running and waiting, or as its weight says where that is less, and what it leaves goes to the
/// others by their weights. A device counts 1 and a core 1/64, as in fair share without prices.
///
/// The index is that of Jain, Chiu and Hawe ("A Quantitative Measure of Fairness and Discrimination for Resource
/// Allocation in Shared Computer Systems", DEC-TR-301, 1984): (Σx)² ÷ (n · Σx²) over the n departments' x, which is
/// received ÷ entitled. It is 1 where all have the same part of what is theirs, and 1/n where one has all. What had no
/// entitlement, such as a department that the policy does not know, is left out of it.
public struct FairnessSummary: Sendable, Hashable, Codable {
    /// Of windows of time, their mean, each counted by how long there was something to share in it. Who waits long and
    /// then gets much is as badly off in each window as who gets too much.
    public var jainIndex: Double
    /// Of the least fair of the windows that had something to share for half of their time or more; nil without such.
    public var lowestJainIndex: Double?
    /// Over all windows together.
    public var overallJainIndex: Double
    public var windowSeconds: Double
    /// How long there was something to share.
    public var sharedSeconds: Double
    /// Those that asked for something then, in the order of their ids.
    public var departments: [DepartmentFairness]
}

/// One department's part of what was given out while there was something to share.
public struct DepartmentFairness: Sendable, Hashable, Codable {
    public var department: DepartmentID
    public var weight: Int
    public var entitledShare: Double
    public var receivedShare: Double
}

/// Sums up who holds what, window by window.
struct FairnessMeter {
    private let departments: [DepartmentID]
    private let weights: [Int]
    private let start: Timestamp
    private let window: Span
    private var windows: [Int: Tally] = [:]

    /// Over one window.
    private struct Tally {
        var seconds = 0.0
        var entitled: [Double]
        var received: [Double]

        init(departments: Int) {
            entitled = [Double](repeating: 0, count: departments)
            received = entitled
        }

        var jainIndex: Double? {
            let parts = zip(received, entitled).filter { $1 > 0 }.map { $0 / $1 }
            let squares = parts.reduce(0) { $0 + $1 * $1 }
            let sum = parts.reduce(0, +)
            return squares > 0 ? sum * sum / (Double(parts.count) * squares) : nil
        }

        mutating func add(_ other: Tally) {
            seconds += other.seconds
            for index in entitled.indices {
                entitled[index] += other.entitled[index]
                received[index] += other.received[index]
            }
        }
    }

    init(policy: Policy, departments: [DepartmentID], from start: Timestamp, until end: Timestamp, window: Span) {
        self.departments = departments
        let known = Dictionary(policy.departments.map { ($0.id, $0.weight) }) { first, _ in first }
        weights = departments.map { known[$0] ?? 0 }
        self.start = start
        let shortest = max(end - start, .zero).milliseconds / Int64(Limits.windows)
        self.window = max(window, Span(milliseconds: shortest + 1))
    }

    mutating func take(_ state: UseState, _ interval: Range<Timestamp>) {
        let asking = state.asked.indices.filter { state.asked[$0] > 0 }
        guard state.waitingCount > 0, asking.count > 1 else { return }
        let entitled = shares(of: state, asking)
        var now = max(interval.lowerBound, start)
        while now < interval.upperBound {
            let index = (now - start).milliseconds / window.milliseconds
            let end = min(start + Span(milliseconds: (index + 1) * window.milliseconds), interval.upperBound)
            let seconds = (end - now).inSeconds
            var tally = windows.removeValue(forKey: Int(index)) ?? Tally(departments: departments.count)
            tally.seconds += seconds
            for (place, entitlement) in zip(asking, entitled) {
                tally.entitled[place] += seconds * entitlement
                tally.received[place] += seconds * Double(state.held[place])
            }
            windows[Int(index)] = tally
            now = end
        }
    }

    /// nil where there never was anything to share.
    var summary: FairnessSummary? {
        let tallies = windows.sorted { $0.key < $1.key }.map(\.value)
        var all = Tally(departments: departments.count)
        for tally in tallies { all.add(tally) }
        let indexed = tallies.compactMap { tally in tally.jainIndex.map { (index: $0, seconds: tally.seconds) } }
        let time = indexed.reduce(0) { $0 + $1.seconds }
        guard let overall = all.jainIndex, time > 0 else { return nil }
        let entitled = max(all.entitled.reduce(0, +), .leastNonzeroMagnitude)
        let received = max(all.received.reduce(0, +), .leastNonzeroMagnitude)
        return FairnessSummary(
            jainIndex: indexed.reduce(0) { $0 + $1.index * $1.seconds } / time,
            lowestJainIndex: indexed.filter { $0.seconds * 2 >= window.inSeconds }.map(\.index).min(),
            overallJainIndex: overall, windowSeconds: window.inSeconds, sharedSeconds: all.seconds,
            departments: departments.indices.filter { all.entitled[$0] > 0 || all.received[$0] > 0 }.map {
                DepartmentFairness(
                    department: departments[$0], weight: weights[$0], entitledShare: all.entitled[$0] / entitled,
                    receivedShare: all.received[$0] / received)
            })
    }

    /// The weighted max-min shares of what is held, for those that ask: who asks for the least by its weight first.
    private func shares(of state: UseState, _ asking: [Int]) -> [Double] {
        var rest = Double(asking.reduce(0) { $0 + state.held[$1] })
        var weight = asking.reduce(0) { $0 + weights[$1] }
        var shares = [Double](repeating: 0, count: asking.count)
        let order = asking.indices.filter { weights[asking[$0]] > 0 }.sorted { left, right in
            let (mine, theirs) = (asking[left], asking[right])
            return state.asked[mine] * weights[theirs] < state.asked[theirs] * weights[mine]
        }
        for place in order {
            let department = asking[place]
            let level = rest * Double(weights[department]) / Double(weight)
            shares[place] = min(Double(state.asked[department]), level)
            rest -= shares[place]
            weight -= weights[department]
        }
        return shares
    }
}
