import Scheduling
import Units

/// What came of one submission.
public struct Outcome: Sendable, Hashable {
    public var submittedAt: Timestamp
    /// From when on only others kept it from starting: its submission, the start of its window or its not-before, and
    /// the end of what it waits for, whichever is last.
    public var eligibleAt: Timestamp
    public var owner: UserID
    public var department: DepartmentID
    /// As it was admitted; nil where it was refused.
    public var demand: Demand?
    /// Why it was refused.
    public var rejection: Rejection?
    /// The first start that its owner was told; nil where it started at once, or the scheduler tells none.
    public var firstForecast: Timestamp?
    /// The last one that was told before it started.
    public var lastForecast: Timestamp?
    /// Runs that were for nothing: it had to give way, or what it held failed, and it went back into the queue.
    public var lostRuns: [LostRun] = []
    /// Of the run that counts; nil where it never started.
    public var startedAt: Timestamp?
    /// When its owner's use ended, or it was given up.
    public var endedAt: Timestamp?
    /// When what it held was free for others: the end, and the time of a stop.
    public var freedAt: Timestamp?
    /// Whether that run had to give way, and its owner had not asked for another.
    public var gaveWay = false
    /// Where it ran, by position in the list of hosts.
    public var host = 0
    /// What it held there; empty where the scheduler tells none.
    public var devices = DeviceSet()

    /// A run that was for nothing.
    public struct LostRun: Sendable, Hashable {
        public var startedAt: Timestamp
        public var endedAt: Timestamp
        /// When what it held was free for others.
        public var freedAt: Timestamp
        public var host: Int
        public var devices: DeviceSet
        public var wasPreempted: Bool
    }

    init(_ submission: Submission) {
        submittedAt = submission.time
        eligibleAt = max(submission.time, submission.request.at ?? submission.request.notBefore ?? submission.time)
        owner = submission.owner
        department = submission.account.department
    }

    /// Between the moment that it could have started and its start; nil where it never started.
    public var wait: Span? { startedAt.map { max($0 - eligibleAt, .zero) } }

    /// How long it was used; nil where it never started, or has not ended.
    public var used: Span? {
        guard let startedAt, let endedAt else { return nil }
        return max(endedAt - startedAt, .zero)
    }
}
