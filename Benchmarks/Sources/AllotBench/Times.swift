/// How long each of many like things took.
struct Times {
    private let sorted: [UInt64]
    private let total: UInt64

    init(nanoseconds: [UInt64]) {
        sorted = nanoseconds.sorted()
        total = nanoseconds.reduce(0, +)
    }

    /// Things a second, over all.
    var rate: Double { Double(sorted.count) / (Double(total) / 1e9) }

    /// Milliseconds within which `part` of them were done: 0.5 for the median.
    func milliseconds(_ part: Double) -> Double {
        guard !sorted.isEmpty else { return 0 }
        return Double(sorted[min(Int(Double(sorted.count) * part), sorted.count - 1)]) / 1e6
    }

    static func measured(_ body: () throws -> Void) rethrows -> UInt64 {
        let start = ContinuousClock.now
        try body()
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }
}

/// The middle one of some figures.
func median(_ figures: [Double]) -> Double {
    figures.sorted()[figures.count / 2]
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

extension String {
    /// Filled with spaces on the left.
    func right(_ width: Int) -> String { String(repeating: " ", count: max(width - count, 0)) + self }
}
