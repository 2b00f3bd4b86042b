/// One number of a report.
struct ReportFigure {
    enum Unit { case count, seconds, share, number }

    var name: String
    var value: Double
    var unit: Unit

    /// With its unit: `12`, `8.08 s`, `46.6 %`, `1.026`.
    var text: String { text(of: value) }

    /// Another value of the same figure; shares differ by percentage points.
    func text(of value: Double, isDifference: Bool = false) -> String {
        let sign = isDifference && value > 0 ? "+" : ""
        switch unit {
        case .count: return sign + ReportFigure.decimal(value, places: 0)
        case .seconds: return sign + ReportFigure.decimal(value, places: 2) + " s"
        case .share: return sign + ReportFigure.decimal(value * 100, places: 1) + (isDifference ? " points" : " %")
        case .number: return sign + ReportFigure.decimal(value, places: 3)
        }
    }

    /// Rounded half away from zero, without an exponent.
    static func decimal(_ value: Double, places: Int) -> String {
        let factor = (0..<places).reduce(Int64(1)) { product, _ in product * 10 }
        let scaled = (value * Double(factor)).rounded()
        guard abs(scaled) < 1e18 else { return "\(value)" }
        let (whole, rest) = Int64(abs(scaled)).quotientAndRemainder(dividingBy: factor)
        let digits = String(rest)
        let fraction = places == 0 ? "" : "." + String(repeating: "0", count: places - digits.count) + digits
        return (scaled < 0 ? "-" : "") + "\(whole)" + fraction
    }
}

extension SimulationReport {
    /// The report as a table: names and values as people read them.
    public var rows: [(name: String, value: String)] { figures.map { ($0.name, $0.text) } }

    var figures: [ReportFigure] {
        var figures = [
            ReportFigure(name: "submitted", value: Double(submitted), unit: .count),
            ReportFigure(name: "left out", value: Double(leftOut), unit: .count),
            ReportFigure(name: "refused", value: Double(refused), unit: .count),
            ReportFigure(name: "started", value: Double(started), unit: .count),
            ReportFigure(name: "makespan", value: makespanSeconds, unit: .seconds),
            ReportFigure(name: "wait, mean", value: wait.meanSeconds, unit: .seconds),
            ReportFigure(name: "wait, median", value: wait.medianSeconds, unit: .seconds),
            ReportFigure(name: "wait, 95th percentile", value: wait.percentile95Seconds, unit: .seconds),
            ReportFigure(name: "wait, longest", value: wait.longestSeconds, unit: .seconds),
            ReportFigure(name: "bounded slowdown, mean", value: boundedSlowdown.mean, unit: .number),
            ReportFigure(name: "bounded slowdown, median", value: boundedSlowdown.median, unit: .number),
            ReportFigure(name: "bounded slowdown, 95th percentile", value: boundedSlowdown.percentile95, unit: .number),
            ReportFigure(name: "core utilization", value: use.coreUtilization, unit: .share),
        ]
        figures += SimulationReport.known([
            ("device utilization", use.deviceUtilization, .share),
            ("device allocation when all are asked for", use.deviceAllocation, .share),
            ("free device time of no use to who waits", use.fragmentation, .share),
            ("fairness (Jain), mean of windows", fairness?.jainIndex, .number),
            ("fairness (Jain), worst window", fairness?.lowestJainIndex, .number),
            ("fairness (Jain), overall", fairness?.overallJainIndex, .number),
            ("told a start", forecasts.map { Double($0.count) }, .count),
        ])
        return figures + accuracy("first", forecasts?.first) + accuracy("last", forecasts?.last)
    }

    private func accuracy(_ which: String, _ accuracy: ForecastAccuracy?) -> [ReportFigure] {
        SimulationReport.known([
            ("\(which) forecast, mean absolute error", accuracy?.meanAbsoluteErrorSeconds, .seconds),
            ("\(which) forecast, mean error", accuracy?.meanErrorSeconds, .seconds),
            ("\(which) forecast, within a minute", accuracy?.withinMinute, .share),
            ("\(which) forecast, within a tenth of the wait", accuracy?.withinTenthOfWait, .share),
        ])
    }

    private static func known(_ figures: [(String, Double?, ReportFigure.Unit)]) -> [ReportFigure] {
        figures.compactMap { name, value, unit in value.map { ReportFigure(name: name, value: $0, unit: unit) } }
    }
}
