import Units

/// How often a duration was at most so long. Its bounds never change, so that what a server has of it stays right.
struct Histogram: Sendable, Hashable {
    /// Rising, in the histogram's own unit.
    private let bounds: [Int64]
    private let unit: Unit
    /// How many were at most as long as the bound, and longer than the one before; the last one: longer than all.
    private var counts: [Int64]
    private(set) var sum: Int64 = 0

    /// What a whole number of it is.
    enum Unit: Sendable {
        case nanoseconds, milliseconds
    }

    private init(_ unit: Unit, _ bounds: [Int64]) {
        self.unit = unit
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    /// Of work: from half a millisecond to ten seconds.
    static var work: Histogram {
        Histogram(
            .nanoseconds, [500_000] + [1, 2, 5, 10, 20, 50, 100, 250, 500, 1000, 2500, 10_000].map { $0 * 1_000_000 })
    }

    /// Of what people wait for: from a second to a week.
    static var waiting: Histogram {
        Histogram(
            .milliseconds, [1, 10, 60, 300, 900, 3600, 14_400, 43_200, 86_400, 259_200, 604_800].map { $0 * 1000 })
    }

    /// Takes a duration in; one below zero counts as none.
    mutating func observe(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let (whole, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let nanoseconds =
            overflows ? Int64.max : whole.addingReportingOverflow(attoseconds / 1_000_000_000).partialValue
        add(unit == .nanoseconds ? nanoseconds : nanoseconds / 1_000_000)
    }

    mutating func observe(_ span: Span) {
        add(unit == .milliseconds ? span.milliseconds : span.milliseconds * 1_000_000)
    }

    private mutating func add(_ value: Int64) {
        let value = max(value, 0)
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        sum = sum.addingReportingOverflow(value).overflow ? .max : sum + value
    }

    var count: Int64 { counts.reduce(0, +) }

    /// How many were at most as long as each bound.
    var cumulative: [(bound: Int64, count: Int64)] {
        var count: Int64 = 0
        return zip(bounds, counts).map { bound, more in
            count += more
            return (bound, count)
        }
    }

    /// As seconds.
    func value(_ number: Int64) -> MetricValue {
        switch unit {
        case .nanoseconds: MetricValue(nanoseconds: number)
        case .milliseconds: MetricValue(milliseconds: number)
        }
    }
}
