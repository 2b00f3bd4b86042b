import Simulation
import Testing
import Units

/// The schedulers against others that look at every second and every job anew, over small random workloads.
@Suite struct QueueReferenceTests {
    @Test func `random workloads start as a reference that recomputes everything says`() {
        for seed in Seeds.first(60) {
            let (jobs, processors) = QueueReferenceTests.workload(seed: seed)
            let simulation = QueueSimulation(jobs: jobs, processors: processors)
            for policy in QueuePolicy.allCases {
                let expected = SlowScheduler(jobs: simulation.jobs, processors: processors).starts(policy)
                let starts = simulation.starts(under: policy).map { Int($0.milliseconds / 1000) }
                #expect(starts == expected, "seed \(seed), \(policy)")
            }
        }
    }

    @Test(.enabled(if: Inputs.hasTraces, "no corpus: set ALLOT_CORPUS to its folder"))
    func `the logs of two machines give the figures of a program written apart`() throws {
        let nasa = try QueueReferenceTests.simulation("NASA-iPSC-1993-3.1-cln.swf.gz", processors: 128)
        #expect(nasa.jobs.count == 18_066)
        #expect(QueueReferenceTests.isNear(nasa.report(under: .firstComeFirstServed), wait: 8.0813, slowdown: 1.026233))
        #expect(QueueReferenceTests.isNear(nasa.report(under: .easyBackfill), wait: 4.0666, slowdown: 1.011872))

        let curie = try QueueReferenceTests.simulation("CEA-curie_sample.swf.gz", processors: 93_312)
        #expect(curie.jobs.count == 29_998)
        let served = curie.report(under: .firstComeFirstServed)
        #expect(QueueReferenceTests.isNear(served, wait: 4489.7913, slowdown: 191.406823))
        #expect(QueueReferenceTests.isNear(curie.report(under: .easyBackfill), wait: 495.1526, slowdown: 11.529841))
    }

    private static func simulation(_ name: String, processors: Int) throws -> QueueSimulation {
        QueueSimulation(try WorkloadLog(standardWorkloadFormat: Inputs.trace(name)), processors: processors)
    }

    private static func isNear(_ report: QueueReport, wait: Double, slowdown: Double) -> Bool {
        abs(report.meanWait - wait) < 0.0001 && abs(report.meanBoundedSlowdown - slowdown) < 0.000001
    }

    private static func workload(seed: UInt64) -> (jobs: [QueueJob], processors: Int) {
        var generator = SeededGenerator(seed: seed)
        let processors = 1 + generator.number(below: 12)
        let jobs = (0..<(1 + generator.number(below: 30))).map { _ in
            let asked = Int64(1 + generator.number(below: 20))
            let runtime = generator.number(below: 3) == 0 ? asked : Int64(1 + generator.number(below: Int(asked)))
            return QueueTests.job(
                at: Int64(generator.number(below: 60)), for: runtime, asked: asked,
                on: 1 + generator.number(below: processors))
        }
        return (jobs, processors)
    }
}

/// Second by second, with nothing kept but who runs until when.
private struct SlowScheduler {
    let jobs: [QueueJob]
    let processors: Int

    func starts(_ policy: QueuePolicy) -> [Int] {
        var starts = [Int?](repeating: nil, count: jobs.count)
        var promised = [Int?](repeating: nil, count: jobs.count)
        var second = 0
        while starts.contains(nil) {
            let waiting = jobs.indices.filter { starts[$0] == nil && submitted($0) <= second }
            switch policy {
            case .firstComeFirstServed: serve(waiting, at: second, &starts)
            case .easyBackfill: backfill(waiting, at: second, &starts)
            case .conservativeBackfill: keep(waiting, &promised, at: second, &starts)
            }
            second += 1
        }
        return starts.map { $0 ?? -1 }
    }

    private func serve(_ waiting: [Int], at second: Int, _ starts: inout [Int?]) {
        for job in waiting {
            guard jobs[job].processors <= free(at: second, starts) else { return }
            starts[job] = second
        }
    }

    /// A job may pass the first if the first could still start when it could have without it.
    private func backfill(_ waiting: [Int], at second: Int, _ starts: inout [Int?]) {
        serve(waiting, at: second, &starts)
        let left = waiting.filter { starts[$0] == nil }
        guard let first = left.first else { return }
        for job in left.dropFirst() where jobs[job].processors <= free(at: second, starts) {
            var tried = starts
            tried[job] = second
            if earliest(first, from: second, starts) == earliest(first, from: second, tried) { starts = tried }
        }
    }

    /// New jobs get the earliest place beside the running and all promises; if something just ended early, those that
    /// wait get a new one before that.
    private func keep(_ waiting: [Int], _ promised: inout [Int?], at second: Int, _ starts: inout [Int?]) {
        let isLoose = jobs.indices.contains { job in
            starts[job].map { $0 + runtime(job) == second && runtime(job) < estimate(job) } ?? false
        }
        let known = isLoose ? waiting.filter { promised[$0] != nil } : []
        for job in known + waiting.filter({ promised[$0] == nil }) {
            promised[job] = nil
            var plan = starts
            for other in waiting where promised[other] != nil { plan[other] = promised[other] }
            promised[job] = (second...).first { start in
                (start..<(start + estimate(job))).allSatisfy {
                    jobs[job].processors <= expectedFree(at: $0, plan, now: second)
                }
            }
        }
        for job in waiting where promised[job] == second { starts[job] = second }
    }

    private func earliest(_ job: Int, from second: Int, _ starts: [Int?]) -> Int? {
        (second...).first { jobs[job].processors <= expectedFree(at: $0, starts, now: second) }
    }

    /// What is free at a later time if all that runs now holds on for its estimate.
    private func expectedFree(at time: Int, _ starts: [Int?], now: Int) -> Int {
        let holding = jobs.indices.filter { job in
            guard let start = starts[job], start <= time else { return false }
            return start + runtime(job) > now && start + estimate(job) > time
        }
        return processors - holding.reduce(0) { $0 + jobs[$1].processors }
    }

    private func free(at second: Int, _ starts: [Int?]) -> Int {
        let running = jobs.indices.filter { job in starts[job].map { $0 + runtime(job) > second } ?? false }
        return processors - running.reduce(0) { $0 + jobs[$1].processors }
    }

    private func submitted(_ job: Int) -> Int { Int(jobs[job].submitted.milliseconds / 1000) }
    private func runtime(_ job: Int) -> Int { Int(jobs[job].runtime.milliseconds / 1000) }
    private func estimate(_ job: Int) -> Int { Int(jobs[job].estimate.milliseconds / 1000) }
}
