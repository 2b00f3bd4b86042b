import Units

/// Aggressive backfilling (Lifka, "The ANL/IBM SP Scheduling System", JSSPP 1995; as put down by Mu'alem and Feitelson,
/// "Utilization, Predictability, Workloads, and User Runtime Estimates in Scheduling the IBM SP2 with Backfilling",
/// IEEE TPDS 12(6), 2001).
///
/// Only the first in the queue has a reservation: at the shadow time, when by the estimates enough will have ended. Who
/// stands behind it may start now, in the order of the queue, if by its estimate it ends before that, or takes only
/// processors that the first will leave over.
struct EASYBackfill: QueueDiscipline {
    private var waiting: [Int] = []

    mutating func submitted(_ job: Int, on machine: QueueMachine) { waiting.append(job) }

    mutating func ended(_ job: Int, on machine: QueueMachine) {}

    mutating func pass(on machine: inout QueueMachine) {
        let started = waiting.prefix { job in
            guard machine.jobs[job].processors <= machine.free else { return false }
            machine.start(job)
            return true
        }
        waiting.removeFirst(started.count)
        guard let first = waiting.first, machine.free > 0 else { return }
        var shadow = Shadow(of: machine.jobs[first], on: machine)
        // Nobody passes the first itself: it does not fit.
        waiting.removeAll { job in
            machine.free > 0 && shadow.startsIfHarmless(job, on: &machine)
        }
    }
}

/// The first job's reservation.
private struct Shadow {
    let time: Timestamp
    /// Processors that will be free at that time beyond what the first takes.
    var extra: Int

    init(of job: QueueJob, on machine: QueueMachine) {
        var free = machine.free
        var time = machine.now
        for end in machine.expected.inOrder {
            if free >= job.processors, end.time > time { break }
            free += machine.jobs[end.job].processors
            time = end.time
        }
        self.time = time
        extra = free - job.processors
    }

    mutating func startsIfHarmless(_ index: Int, on machine: inout QueueMachine) -> Bool {
        let job = machine.jobs[index]
        guard job.processors <= machine.free else { return false }
        if machine.now + job.estimate > time {
            guard job.processors <= extra else { return false }
            extra -= job.processors
        }
        machine.start(index)
        return true
    }
}
