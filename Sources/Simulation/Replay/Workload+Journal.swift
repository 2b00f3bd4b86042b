import Scheduling
import Units

extension Workload {
    /// What a daemon's journal tells of a period: "last month again, under this policy".
    ///
    /// A reservation asks for the span that it had at its end, extensions included, and runs for as long as it really
    /// did; one that still ran or waited at the journal's end runs for all of its span. One that was given up while it
    /// waited is given up at the same moment again, running or not by then. What the journal tells nothing of the
    /// beginning of is left out, and so are those that the daemon could not make hold.
    /// - Parameter journal: the events of the period, in order, each with the time that it was journaled at.
    /// - Throws: where there are more reservations than can be replayed.
    public init(journal: [(time: Timestamp, event: Event)]) throws(SimulationError) {
        var reading = JournalReading()
        for (time, event) in journal { reading.take(event, at: time) }
        try self.init(reading.submissions, leftOut: reading.unknown.count + reading.failed)
    }
}

/// Submissions as the journal's events fill them in.
private struct JournalReading {
    private var places: [ReservationID: Int] = [:]
    private var all: [(submission: Submission, hasFailed: Bool)] = []
    private var started: [ReservationID: Timestamp] = [:]
    private(set) var unknown: Set<ReservationID> = []

    var failed: Int { all.count(where: \.hasFailed) }

    var submissions: [Submission] {
        var new: [Int: Int] = [:]
        for place in all.indices where !all[place].hasFailed { new[place] = new.count }
        return all.filter { !$0.hasFailed }.map { entry in
            var submission = entry.submission
            submission.after = submission.after.compactMap { new[$0] }
            return submission
        }
    }

    mutating func take(_ event: Event, at time: Timestamp) {
        if case .submitted(let reservation) = event {
            places[reservation.id] = all.count
            let after = reservation.after.compactMap { places[$0] }
            all.append((Submission(reservation, after: after), false))
            return
        }
        guard let id = event.reservation else { return }
        guard let place = places[id] else {
            unknown.insert(id)
            return
        }
        switch event {
        case .started(_, let active): started[id] = active.startedAt
        case .extended(_, let span):
            all[place].submission.request.span = span
            all[place].submission.runtime = span
        case .ending(_, let ending): end(place, after: started[id].map { ending.at - $0 }, ending.reason)
        case .ended(_, let ended) where ended.active == nil:
            if case .cancelled = ended.reason { all[place].submission.cancelledAt = ended.at }
        case .requeued:
            started[id] = nil
            all[place].hasFailed = false
        case .submitted, .slipped, .firmed, .moved, .credited, .held, .approved, .drained, .resumed, .fairShareChanged,
            .budgetThreshold, .reassigned, .ended:
            break
        }
    }

    private mutating func end(_ place: Int, after ran: Span?, _ reason: EndReason) {
        // What had to give way was not ended by its owner, and will do so again only if it must.
        if case .preempted = reason { return }
        if [.failed, .deviceFailed, .restarted].contains(reason) { all[place].hasFailed = true }
        guard let ran else { return }
        all[place].submission.runtime = min(max(ran, Span(milliseconds: 1)), all[place].submission.request.span)
    }
}

extension Submission {
    /// As it was admitted: cores and memory are what it was given then.
    fileprivate init(_ reservation: Reservation, after: [Int]) {
        var start: Timestamp?
        if case .window(let time, _) = reservation.kind { start = time }
        let demand = reservation.demand
        self.init(
            time: reservation.submittedAt, owner: reservation.owner, account: reservation.account,
            request: Request(
                devices: demand.devices, model: demand.model, together: demand.together, cores: demand.cores,
                memory: demand.memory, span: reservation.span, at: start, notBefore: reservation.notBefore,
                priorityClass: reservation.priorityClass),
            runtime: reservation.span, after: after)
    }
}
