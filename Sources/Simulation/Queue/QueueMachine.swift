import Units

/// One policy: it hears of jobs by their place in the list, and starts them in its passes.
protocol QueueDiscipline {
    mutating func submitted(_ job: Int, on machine: QueueMachine)
    mutating func ended(_ job: Int, on machine: QueueMachine)
    /// Starts what is to start now.
    mutating func pass(on machine: inout QueueMachine)
    /// When a pass is due although nothing ends and nothing is submitted.
    var nextStart: Timestamp? { get }
}

extension QueueDiscipline {
    var nextStart: Timestamp? { nil }
}

/// The processors and what runs on them.
struct QueueMachine {
    let jobs: [QueueJob]
    private(set) var now = Timestamp(milliseconds: .min)
    private(set) var free: Int
    /// When each job began; meaningless for one that did not.
    private(set) var starts: [Timestamp]
    /// By the time until which they asked to run: what a policy may know.
    private(set) var expected = EndList()
    private var actual = EndList()

    init(jobs: [QueueJob], processors: Int) {
        self.jobs = jobs
        free = processors
        starts = [Timestamp](repeating: .distantFuture, count: jobs.count)
    }

    /// When something next ends.
    var nextEnd: Timestamp? { actual.soonest?.time }

    /// Lets time pass.
    /// - Returns: what ended, the earliest first.
    mutating func advance(to time: Timestamp) -> [Int] {
        now = time
        var ended: [Int] = []
        while let end = actual.soonest, end.time <= time {
            actual.removeSoonest()
            expected.remove(EndList.End(time: starts[end.job] + jobs[end.job].estimate, job: end.job))
            free += jobs[end.job].processors
            ended.append(end.job)
        }
        return ended
    }

    mutating func start(_ job: Int) {
        precondition(jobs[job].processors <= free, "a policy starts only what fits")
        free -= jobs[job].processors
        starts[job] = now
        actual.insert(EndList.End(time: now + jobs[job].runtime, job: job))
        expected.insert(EndList.End(time: now + jobs[job].estimate, job: job))
    }
}

/// Ends of running jobs, in order.
struct EndList {
    struct End: Comparable {
        var time: Timestamp
        var job: Int

        static func < (left: End, right: End) -> Bool { (left.time, left.job) < (right.time, right.job) }
    }

    /// The latest first, so that the soonest leaves cheaply.
    private var ends: [End] = []

    var soonest: End? { ends.last }

    /// The soonest first.
    var inOrder: ReversedCollection<[End]> { ends.reversed() }

    mutating func insert(_ end: End) { ends.insert(end, at: place(of: end)) }

    mutating func removeSoonest() { ends.removeLast() }

    /// Removes it if it is there.
    mutating func discard(_ end: End) {
        let index = place(of: end)
        if index < ends.count, ends[index] == end { ends.remove(at: index) }
    }

    mutating func remove(_ end: End) {
        let index = place(of: end)
        precondition(index < ends.count && ends[index] == end, "an end that was inserted")
        ends.remove(at: index)
    }

    /// The first index whose end is not later.
    private func place(of end: End) -> Int {
        var low = 0
        var high = ends.count
        while low < high {
            let middle = (low + high) / 2
            if ends[middle] > end { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
