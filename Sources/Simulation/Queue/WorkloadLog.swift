import Units

/// A log of a parallel machine in the Standard Workload Format, version 2.2 (Chapin and others, "Benchmarks and
/// Standards for the Evaluation of Parallel Job Schedulers", JSSPP 1999; the Parallel Workloads Archive).
public struct WorkloadLog: Sendable, Hashable {
    /// The comments at the top that have a name, such as `MaxProcs`; of several of one name the first.
    public var header: [String: String] = [:]
    /// As they stand in the log, which is by submission.
    public var jobs: [WorkloadJob] = []
    /// Jobs left out because the log gives them no processors or no time: cancelled before they ran, or not recorded.
    public var dropped = 0

    /// Processors of the machine, where the header says so.
    public var processors: Int? {
        ["MaxProcs", "MaxNodes"].lazy.compactMap { header[$0].flatMap(Int.init) }.first { $0 > 0 }
    }

    /// Reads the text of a log. Throws at the first line that is none of the format's.
    public init(standardWorkloadFormat bytes: [UInt8]) throws(TraceError) {
        var lines = TraceLines(bytes)
        while let line = try lines.next() {
            if line.bytes.first == UInt8(ascii: ";") {
                note(line)
            } else if let record = try WorkloadRecord(line) {
                guard jobs.count < Limits.jobs else { throw line.error(.tooMany("jobs", limit: Limits.jobs)) }
                if let job = WorkloadJob(record) { jobs.append(job) } else { dropped += 1 }
            }
        }
    }

    /// `; Name: value`; whatever else a comment says is for people.
    private mutating func note(_ line: TraceLine) {
        let parts = line.text.dropFirst().split(separator: ":", maxSplits: 1).map { $0.trimmed }
        guard parts.count == 2, header[String(parts[0])] == nil else { return }
        header[String(parts[0])] = String(parts[1])
    }
}

/// One job of a log, with what a scheduler is told and what came of it.
public struct WorkloadJob: Sendable, Hashable {
    public var number: Int64
    /// Counted from the log's own start.
    public var submitted: Timestamp
    /// How long it waited on the machine; nil where the log does not say.
    public var recordedWait: Span?
    public var runtime: Span
    /// The time that was asked for; nil where the log does not say.
    public var requested: Span?
    public var processors: Int
    /// Numbers from 1 on that stand for names; nil where the log does not say.
    public var user: Int64?
    public var group: Int64?
    public var queue: Int64?

    public init(
        number: Int64, submitted: Timestamp, recordedWait: Span? = nil, runtime: Span, requested: Span? = nil,
        processors: Int, user: Int64? = nil, group: Int64? = nil, queue: Int64? = nil
    ) {
        self.number = number
        self.submitted = submitted
        self.recordedWait = recordedWait
        self.runtime = runtime
        self.requested = requested
        self.processors = processors
        self.user = user
        self.group = group
        self.queue = queue
    }

    /// Nil where there is nothing to run. Of the processors that were asked for and those that were given the larger
    /// number counts, as in pyss, the simulator of the archive's own group: some logs ask by the node and give by the
    /// core.
    init?(_ record: WorkloadRecord) {
        let processors = max(record[.allocatedProcessors] ?? 0, record[.requestedProcessors] ?? 0)
        guard let runtime = record[.runtime], runtime > 0, processors > 0, let submitted = record[.submitted] else {
            return nil
        }
        self.init(
            number: record[.number] ?? 0, submitted: Timestamp(milliseconds: 0) + .seconds(submitted),
            recordedWait: record[.wait].map { .seconds($0) }, runtime: .seconds(runtime),
            requested: record[.requestedTime].flatMap { $0 > 0 ? .seconds($0) : nil }, processors: Int(processors),
            user: record[.user], group: record[.group], queue: record[.queue])
    }
}
