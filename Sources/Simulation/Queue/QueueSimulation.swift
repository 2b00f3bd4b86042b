import Units

/// A log's jobs on a machine of equal processors, under one of the literature's policies, event by event.
///
/// At one instant, all that ends comes first, then all that is submitted, then one pass over the queue. Nothing is
/// known of a job's true runtime before it ends: policies see the time that was asked for.
public struct QueueSimulation: Sendable {
    public let processors: Int
    /// Those that fit the machine, by submission; jobs of one instant in the order of the log.
    public let jobs: [QueueJob]
    /// Jobs left out because the machine does not have as many processors.
    public let refused: Int

    /// - Parameter processors: of the machine; the log's header names its own.
    public init(_ log: WorkloadLog, processors: Int, overrun: Overrun = .killed) {
        self.init(jobs: log.jobs.map { QueueJob($0, overrun: overrun) }, processors: processors)
    }

    /// Jobs from elsewhere than a log.
    public init(jobs: [QueueJob], processors: Int) {
        precondition(jobs.allSatisfy { $0.runtime <= $0.estimate && $0.runtime > .zero && $0.processors > 0 })
        self.processors = processors
        let fitting = jobs.filter { $0.processors <= processors }
        refused = jobs.count - fitting.count
        let order = fitting.indices.sorted { (fitting[$0].submitted, $0) < (fitting[$1].submitted, $1) }
        self.jobs = order.map { fitting[$0] }
    }

    /// When each of `jobs` starts.
    public func starts(under policy: QueuePolicy) -> [Timestamp] {
        switch policy {
        case .firstComeFirstServed: run(FirstComeFirstServed())
        case .easyBackfill: run(EASYBackfill())
        case .conservativeBackfill: run(ConservativeBackfill(processors: processors))
        }
    }

    /// What a policy made of the jobs.
    public func report(under policy: QueuePolicy) -> QueueReport {
        QueueReport(self, policy: policy, starts: starts(under: policy))
    }

    private func run(_ discipline: some QueueDiscipline) -> [Timestamp] {
        var discipline = discipline
        var machine = QueueMachine(jobs: jobs, processors: processors)
        var next = 0
        while let event = [
            machine.nextEnd, discipline.nextStart, next < jobs.count ? jobs[next].submitted : nil,
        ].compactMap({ $0 }).min() {
            for job in machine.advance(to: event) { discipline.ended(job, on: machine) }
            while next < jobs.count, jobs[next].submitted <= event {
                discipline.submitted(next, on: machine)
                next += 1
            }
            discipline.pass(on: &machine)
        }
        return machine.starts
    }
}

/// The policies that are known.
public enum QueuePolicy: String, Sendable, CaseIterable {
    case firstComeFirstServed, easyBackfill, conservativeBackfill
}

/// What becomes of a job that runs longer than the time it asked for.
public enum Overrun: Sendable {
    /// It is killed when that time is over, as production systems do and as the literature assumes (Mu'alem and
    /// Feitelson 2001): its runtime is cut.
    case killed
    /// It runs on, and counts as if it had asked for all of it, as pyss and what is built on it do.
    case estimateRaised
}

/// What a policy decides about. Where the log has no requested time, the estimate is the runtime.
public struct QueueJob: Sendable, Hashable {
    public var submitted: Timestamp
    /// Above zero, and never longer than the estimate.
    public var runtime: Span
    public var estimate: Span
    public var processors: Int

    public init(submitted: Timestamp, runtime: Span, estimate: Span, processors: Int) {
        self.submitted = submitted
        self.runtime = runtime
        self.estimate = estimate
        self.processors = processors
    }

    init(_ job: WorkloadJob, overrun: Overrun) {
        let asked = job.requested ?? job.runtime
        self.init(
            submitted: job.submitted, runtime: overrun == .killed ? min(job.runtime, asked) : job.runtime,
            estimate: overrun == .killed ? asked : max(job.runtime, asked), processors: job.processors)
    }
}
