import Policy
import Scheduling
import Units

extension Workload {
    /// The jobs of a log, as they go to the reference schedulers too: a job that outruns its request is ended then, and
    /// one without a request asked for what it ran.
    ///
    /// A processor becomes a core; of a machine that has more than a host may have, several become one (see
    /// `processorsPerCore`), and a job that does not fill its last core has it whole. The log's user is the owner, its
    /// group the department (`group-7`), else its queue (`queue-1`): so fair share has somebody to be fair to. Jobs
    /// without a user are one user's, and those with neither group nor queue the department `default`'s.
    /// - Throws: where the log has more jobs than can be replayed.
    public init(_ log: WorkloadLog, processorsPerCore: Int = 1) throws(SimulationError) {
        let ran = log.jobs.filter { Limits.spans.contains(min($0.runtime, $0.requested ?? $0.runtime)) }
        guard ran.count <= Limits.submissions else {
            throw .tooManySubmissions(ran.count, limit: Limits.submissions)
        }
        try self.init(
            ran.map { job in
                let asked = min(job.requested ?? job.runtime, Limits.spans.upperBound)
                let cores = (job.processors + processorsPerCore - 1) / processorsPerCore
                return Submission(
                    time: job.submitted, owner: UserID(job.user.map { UInt32(clamping: $0) } ?? .max),
                    account: Account(department: job.department, team: nil),
                    request: Request(cores: cores, memory: ByteCount(bytes: Int64(cores)), span: asked),
                    runtime: min(job.runtime, asked))
            }, leftOut: log.dropped + log.jobs.count - ran.count)
    }

    /// How many processors of so large a machine one core has to stand for: the least power of two that fits a host.
    public static func processorsPerCore(of processors: Int) -> Int {
        var perCore = 1
        while (processors + perCore - 1) / perCore > BitSet.limit { perCore *= 2 }
        return perCore
    }
}

extension WorkloadJob {
    fileprivate var department: DepartmentID {
        DepartmentID(group.map { "group-\($0)" } ?? queue.map { "queue-\($0)" } ?? "default")
    }
}
