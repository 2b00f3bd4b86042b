import Glibc

/// How long something took, in nanoseconds: by the clock, and what of it this process had a processor. On a machine
/// that others use too the second is what can be compared.
struct Elapsed {
    var clock: UInt64 = 0
    var processor: UInt64 = 0

    /// Measures a body.
    static func measured(_ body: () throws -> Void) rethrows -> Elapsed {
        let start = now
        try body()
        let end = now
        return Elapsed(clock: end.clock - start.clock, processor: end.processor - start.processor)
    }

    /// The middle one of three, each by itself.
    static func median(_ body: () throws -> Void) rethrows -> Elapsed {
        var times: [Elapsed] = []
        for _ in 0..<3 { times.append(try measured(body)) }
        return Elapsed(
            clock: times.map(\.clock).sorted()[1], processor: times.map(\.processor).sorted()[1])
    }

    static func += (left: inout Elapsed, right: Elapsed) {
        left.clock += right.clock
        left.processor += right.processor
    }

    static func + (left: Elapsed, right: Elapsed) -> Elapsed {
        var sum = left
        sum += right
        return sum
    }

    /// Milliseconds by the clock, and in brackets by the processor.
    var milliseconds: String { "\((Double(clock) / 1e6).text(1)) (\((Double(processor) / 1e6).text(1)))" }

    /// So many a second by the clock, and in brackets by the processor.
    func rate(_ count: Int64) -> String { "\(Elapsed.rate(count, clock)) (\(Elapsed.rate(count, processor)))" }

    static func rate(_ count: Int64, _ nanoseconds: UInt64) -> String {
        (Double(count) / (Double(max(nanoseconds, 1)) / 1e9)).text(0)
    }

    private static var now: Elapsed {
        func read(_ clock: clockid_t) -> UInt64 {
            var time = timespec()
            clock_gettime(clock, &time)
            return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
        }
        return Elapsed(clock: read(CLOCK_MONOTONIC), processor: read(CLOCK_PROCESS_CPUTIME_ID))
    }
}

extension Double {
    /// In decimal, without an exponent.
    func text(_ places: Int) -> String {
        let scale = (0..<places).reduce(1) { product, _ in product * 10 }
        let units = Int((self * Double(scale)).rounded())
        guard places > 0 else { return String(units) }
        let fraction = String(units % scale)
        return "\(units / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
    }
}
