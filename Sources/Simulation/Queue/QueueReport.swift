import Units

/// What a policy made of a log's jobs, in the measures of the literature (Feitelson, "Metrics for Parallel Job
/// Scheduling and Their Convergence", JSSPP 2001).
public struct QueueReport: Sendable, Hashable {
    public var policy: QueuePolicy
    public var jobs: Int
    /// Seconds between submission and start.
    public var meanWait: Double
    /// The smallest wait that half of the jobs, or 95 of 100, do not pass.
    public var medianWait: Span
    public var wait95: Span
    /// Response time over runtime, at least 1, with runtimes below ten seconds counted as ten.
    public var meanBoundedSlowdown: Double
    /// The part of the machine's processor time between the first submission and the last end that jobs used.
    public var utilization: Double
    /// From the first submission to the last end.
    public var makespan: Span

    /// - Parameter starts: of the simulation's jobs, one each.
    public init(_ simulation: QueueSimulation, policy: QueuePolicy, starts: [Timestamp]) {
        precondition(starts.count == simulation.jobs.count, "one start for each job")
        let jobs = simulation.jobs
        self.policy = policy
        self.jobs = jobs.count
        let count = Double(max(jobs.count, 1))
        let waits = zip(jobs, starts).map { $1 - $0.submitted }
        meanWait = waits.reduce(0) { $0 + $1.seconds } / count
        let sorted = waits.sorted()
        medianWait = QueueReport.percentile(50, of: sorted)
        wait95 = QueueReport.percentile(95, of: sorted)
        meanBoundedSlowdown =
            zip(jobs, waits).reduce(0) { sum, pair in
                let (runtime, wait) = (pair.0.runtime.seconds, pair.1.seconds)
                return sum + max(1, (wait + runtime) / max(runtime, QueueReport.boundSeconds))
            } / count
        let first = jobs.first?.submitted ?? Timestamp(milliseconds: 0)
        makespan = (zip(jobs, starts).map { $1 + $0.runtime }.max() ?? first) - first
        let used = jobs.reduce(0) { $0 + $1.runtime.seconds * Double($1.processors) }
        utilization = used / max(makespan.seconds * Double(simulation.processors), 1)
    }

    private static let boundSeconds = 10.0

    /// By the nearest rank.
    private static func percentile(_ percent: Int, of sorted: [Span]) -> Span {
        sorted.isEmpty ? .zero : sorted[(sorted.count * percent + 99) / 100 - 1]
    }
}

extension Span {
    fileprivate var seconds: Double { Double(milliseconds) / 1000 }
}
