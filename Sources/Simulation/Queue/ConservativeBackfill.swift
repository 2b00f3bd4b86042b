import Units

/// Conservative backfilling (Mu'alem and Feitelson 2001): every job has a reservation from its submission on, the
/// earliest that moves nobody's. When something ends before its estimate, the schedule is compressed: in the order of
/// submission each job that waits gives its place back and takes the earliest, which is never later. One round, as in
/// the paper: what a later job gives back in its turn is taken up at the next such end.
struct ConservativeBackfill: QueueDiscipline {
    private var profile: ProcessorProfile
    private var waiting: [(job: Int, start: Timestamp)] = []
    private var isLoose = false

    var nextStart: Timestamp? { waiting.map(\.start).min() }

    init(processors: Int) {
        profile = ProcessorProfile(free: processors)
    }

    mutating func submitted(_ job: Int, on machine: QueueMachine) {
        compress(on: machine)
        waiting.append((job, place(machine.jobs[job], on: machine)))
    }

    mutating func ended(_ job: Int, on machine: QueueMachine) {
        let expected = machine.starts[job] + machine.jobs[job].estimate
        guard expected > machine.now else { return }
        profile.add(machine.jobs[job].processors, from: machine.now, until: expected)
        isLoose = true
    }

    mutating func pass(on machine: inout QueueMachine) {
        compress(on: machine)
        profile.forget(before: machine.now)
        waiting.removeAll { waiter in
            guard waiter.start <= machine.now else { return false }
            machine.start(waiter.job)
            return true
        }
    }

    private mutating func compress(on machine: QueueMachine) {
        guard isLoose else { return }
        isLoose = false
        for index in waiting.indices {
            let job = machine.jobs[waiting[index].job]
            let start = waiting[index].start
            profile.add(job.processors, from: start, until: start + job.estimate)
            waiting[index].start = place(job, on: machine)
        }
    }

    private mutating func place(_ job: QueueJob, on machine: QueueMachine) -> Timestamp {
        let start = profile.earliest(job.processors, span: job.estimate, from: machine.now)
        profile.add(-job.processors, from: start, until: start + job.estimate)
        return start
    }
}
