import Units

/// Strictly in the order of submission: while the first does not fit, all wait.
struct FirstComeFirstServed: QueueDiscipline {
    private var waiting: [Int] = []
    /// Where in `waiting` the first that still waits stands.
    private var first = 0

    mutating func submitted(_ job: Int, on machine: QueueMachine) { waiting.append(job) }

    mutating func ended(_ job: Int, on machine: QueueMachine) {}

    mutating func pass(on machine: inout QueueMachine) {
        while first < waiting.count, machine.jobs[waiting[first]].processors <= machine.free {
            machine.start(waiting[first])
            first += 1
        }
    }
}
