import Scheduling
import Topology
import Units

extension Workload {
    /// What a scheduler of the literature makes of the workload, in the same terms as `Replay`.
    ///
    /// These know one user, one class, and processors: of each submission only its cores and spans count. They tell no
    /// forecasts.
    /// - Throws: where there are several hosts.
    public func outcomes(under policy: QueuePolicy, on hosts: [Host]) throws(SimulationError) -> [Outcome] {
        guard hosts.count == 1 else { throw .notOneHost(hosts.count) }
        return try outcomes(under: policy, cores: hosts[0].cores.count)
    }

    /// What it makes of the workload on one machine with so many cores.
    /// - Throws: where a submission asks for devices, a fixed time, or an order, or is given up.
    public func outcomes(under policy: QueuePolicy, cores: Int) throws(SimulationError) -> [Outcome] {
        var fitting: [Int] = []
        var jobs: [QueueJob] = []
        for (place, submission) in submissions.enumerated() {
            guard submission.isProcessorsAlone, let asked = submission.request.cores, asked > 0 else {
                throw .notProcessorsAlone(submission: place)
            }
            guard asked <= cores else { continue }
            fitting.append(place)
            jobs.append(
                QueueJob(
                    submitted: submission.time, runtime: min(submission.runtime, submission.request.span),
                    estimate: submission.request.span, processors: asked))
        }
        var outcomes = submissions.map(Outcome.init)
        for place in submissions.indices {
            outcomes[place].rejection = .exceedsHost(
                field: "cpus", asked: Int64(submissions[place].request.cores ?? 0), largest: Int64(cores))
        }
        let starts = QueueSimulation(jobs: jobs, processors: cores).starts(under: policy)
        for (index, place) in fitting.enumerated() {
            outcomes[place].rejection = nil
            outcomes[place].demand = Demand(
                devices: 0, model: nil, together: .any, cores: jobs[index].processors, memory: .zero)
            outcomes[place].startedAt = starts[index]
            outcomes[place].endedAt = starts[index] + jobs[index].runtime
            outcomes[place].freedAt = outcomes[place].endedAt
        }
        return outcomes
    }
}

extension Submission {
    fileprivate var isProcessorsAlone: Bool {
        request.devices == 0 && request.at == nil && request.notBefore == nil && after.isEmpty && cancelledAt == nil
    }
}
