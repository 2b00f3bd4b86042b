/// Times a piece of work, and prints what it took.
enum Measure {
    /// The middle one of some rounds, in milliseconds.
    static func rounds(_ name: String, _ count: Int, _ work: () throws -> Void) rethrows {
        let clock = ContinuousClock()
        let times = try (0..<count).map { _ in try clock.measure(work) }.sorted()
        print("\(name): \(times[count / 2] / .milliseconds(1)) ms")
    }

    /// The mean of one call for each input, in microseconds; what the calls give is summed, so that none is left out.
    static func each<Inputs: Collection>(_ name: String, _ inputs: Inputs, _ work: (Inputs.Element) -> Int) {
        var sum = 0
        let time = ContinuousClock().measure {
            for input in inputs { sum += work(input) }
        }
        print("\(name): \(time / .microseconds(1) / Double(inputs.count)) µs (\(sum))")
    }
}
