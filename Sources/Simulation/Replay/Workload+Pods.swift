import Policy
import Scheduling
import Units

extension Workload {
    /// The pods of a list of Alibaba's cluster-trace-gpu-v2023 ("openb"; see `ClusterTrace`) with its times: submitted
    /// when created, and run for as long as from their scheduling to their deletion, which is also what they ask for.
    /// Pods that never were scheduled are left out.
    ///
    /// Cores are rounded up to whole ones. Several GPUs come from one node. The list names nobody: all pods are one
    /// user's. Its quality of service `BE` is the class `best-effort`, all else `standard`.
    /// - Parameter onNodes: whether they are to be replayed on the list's nodes. Then a part of a GPU is a share of a
    ///   device, and a pod that names one model asks for it; one that names several takes any, for a reservation asks
    ///   for one model or for none. Else a part of a GPU is a whole device, of any model.
    /// - Throws: at the first line that is none of the list's.
    public init(podList bytes: [UInt8], onNodes: Bool = false) throws(TraceError) {
        let columns = [
            "cpu_milli", "memory_mib", "num_gpu", "qos", "creation_time", "deletion_time", "scheduled_time",
        ]
        var table = try TraceTable(bytes, columns: columns + (onNodes ? ["gpu_milli", "gpu_spec"] : []))
        var pods: [Submission] = []
        var leftOut = 0
        while let row = try table.next() {
            guard pods.count < Limits.submissions else {
                throw row.line.error(.tooMany("pods", limit: Limits.submissions))
            }
            if let pod = try Submission(row, onNodes: onNodes) { pods.append(pod) } else { leftOut += 1 }
        }
        do {
            try self.init(pods, leftOut: leftOut)
        } catch {
            throw TraceError(line: 1, reason: .tooMany("pods", limit: Limits.submissions))
        }
    }
}

extension Submission {
    /// Nil for a pod that never ran.
    fileprivate init?(_ row: TraceTable.Row, onNodes: Bool) throws(TraceError) {
        let created = try row.number(4, limit: Int(Limits.logSeconds))
        guard !row.text(5).isEmpty, !row.text(6).isEmpty else { return nil }
        let ran = try row.number(5, limit: Int(Limits.logSeconds)) - row.number(6, limit: Int(Limits.logSeconds))
        let span = Span.seconds(Int64(ran))
        guard Limits.spans.contains(span) else { return nil }
        let memory = ByteCount(bytes: Int64(max(try row.number(1, limit: Limits.podMemoryMiB), 1)) << 20)
        let cores = max((try row.number(0, limit: Limits.amount) + 999) / 1000, 1)
        let devices = try row.number(2, limit: GPUShares.limit)
        let milli = onNodes && devices > 0 ? try row.number(7, limit: 1000) : 1000
        guard devices == 0 || (devices == 1 ? milli > 0 : milli == 1000) else {
            throw row.line.error(.notANumber("\(milli)", field: "gpu_milli"))
        }
        let models = onNodes && devices > 0 ? row.text(8).split(separator: "|") : []
        self.init(
            time: Timestamp(milliseconds: 0) + .seconds(Int64(created)), owner: UserID(1),
            account: Account(department: DepartmentID("default"), team: nil),
            request: Request(
                devices: devices, share: milli < 1000 ? Ratio(thousandths: Int64(milli)) : nil,
                model: models.count == 1 ? String(models[0]) : nil, together: .numa, cores: cores, memory: memory,
                span: span, priorityClass: ClassID(row.text(3) == "BE" ? "best-effort" : "standard")),
            runtime: span)
    }
}
