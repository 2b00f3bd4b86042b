import Units

/// How long reservations waited, from when only others kept them from starting.
public struct WaitSummary: Sendable, Hashable, Codable {
    public var meanSeconds: Double
    /// The smallest wait that half of them do not pass.
    public var medianSeconds: Double
    /// The smallest wait that 95 of 100 do not pass.
    public var percentile95Seconds: Double
    public var longestSeconds: Double

    init(_ started: [Outcome]) {
        let waits = started.compactMap { $0.wait?.inSeconds }.sorted()
        meanSeconds = waits.mean
        medianSeconds = waits.percentile(50)
        percentile95Seconds = waits.percentile(95)
        longestSeconds = waits.last ?? 0
    }
}

/// Bounded slowdowns: response time over runtime, but at least 1, with runtimes under ten seconds counted as ten, lest
/// a wait for a job of a second count as much as a day (Feitelson, Rudolph, Schwiegelshohn, Sevcik and Wong, "Theory
/// and Practice in Parallel Job Scheduling", JSSPP 1997; Feitelson, "Metrics for Parallel Job Scheduling and Their
/// Convergence", JSSPP 2001): max(1, (wait + runtime) ÷ max(runtime, 10 s)).
public struct SlowdownSummary: Sendable, Hashable, Codable {
    public var mean: Double
    public var median: Double
    public var percentile95: Double

    init(_ started: [Outcome]) {
        let slowdowns = started.compactMap { outcome -> Double? in
            guard let wait = outcome.wait?.inSeconds, let used = outcome.used?.inSeconds else { return nil }
            return max(1, (wait + used) / max(used, SlowdownSummary.boundSeconds))
        }.sorted()
        mean = slowdowns.mean
        median = slowdowns.percentile(50)
        percentile95 = slowdowns.percentile(95)
    }

    /// The literature's tau.
    private static let boundSeconds = 10.0
}

extension [Double] {
    /// 0 of nothing.
    var mean: Double { isEmpty ? 0 : reduce(0, +) / Double(count) }

    /// By the nearest rank, of sorted numbers; 0 of nothing.
    func percentile(_ percent: Int) -> Double {
        isEmpty ? 0 : self[(count * percent + 99) / 100 - 1]
    }
}
