import Policy
import Scheduling
import Topology
import Units

/// What a scheduler made of a workload, in the measures of the literature. Times are in seconds, shares from 0 to 1.
///
/// Only reservations that started count in what is said of waits; a reservation that was refused, or given up while it
/// waited, counts where its number is named.
public struct SimulationReport: Sendable, Hashable, Codable {
    /// What decided: the name of a policy, or of a scheduler.
    public var name: String
    public var submitted: Int
    public var refused: Int
    public var started: Int
    /// Of the workload's source, what could not be replayed.
    public var leftOut: Int
    /// From the first submission to the last end.
    public var makespanSeconds: Double
    public var wait: WaitSummary
    /// Slowdowns of each, bounded.
    public var boundedSlowdown: SlowdownSummary
    public var use: UseSummary
    public var preemption: PreemptionSummary
    /// nil where there was never anything to share: one department, or nobody that waited.
    public var fairness: FairnessSummary?
    /// nil where nobody was told a start.
    public var forecasts: ForecastSummary?

    /// - Parameters:
    ///   - outcomes: of each of the workload's submissions, as `Replay` or a reference scheduler gives them.
    ///   - hosts: which it was replayed on.
    ///   - policy: whose departments' weights say what is fair.
    ///   - fairnessWindow: over how long a department is to have received its share.
    public init(
        _ name: String, of workload: Workload, outcomes: [Outcome], hosts: [Host], policy: Policy,
        fairnessWindow: Span = .days(1)
    ) {
        precondition(outcomes.count == workload.submissions.count, "one outcome for each submission")
        let started = outcomes.filter { $0.startedAt != nil }
        let first = outcomes.first?.submittedAt ?? Timestamp(milliseconds: 0)
        let last = started.compactMap(\.endedAt).max() ?? first
        self.name = name
        submitted = outcomes.count
        refused = outcomes.count { $0.rejection != nil }
        self.started = started.count
        leftOut = workload.leftOut
        makespanSeconds = max(last - first, .zero).inSeconds
        wait = WaitSummary(started)
        boundedSlowdown = SlowdownSummary(started)
        forecasts = ForecastSummary(started)
        preemption = PreemptionSummary(outcomes)
        let timeline = UseTimeline(outcomes, hosts: hosts.map(\.devices.count))
        var use = UseMeter(hosts: hosts)
        var fairness = FairnessMeter(
            policy: policy, departments: timeline.departments, from: first, until: last, window: fairnessWindow)
        timeline.forEach(until: last) { state, interval in
            use.take(state, interval)
            fairness.take(state, interval)
        }
        self.use = use.summary(of: outcomes, over: max(last - first, .zero))
        self.fairness = fairness.summary
    }
}

extension Span {
    var inSeconds: Double { Double(milliseconds) / 1000 }
}
