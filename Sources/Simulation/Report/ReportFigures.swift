/// One number of a report, with a name for programs and a label for people.
public struct ReportFigure: Sendable, Hashable {
    /// What it counts in.
    public enum Unit: String, Sendable {
        case count, seconds, hours
        /// A part of one.
        case share
        /// A ratio that may be above one.
        case ratio
    }

    public var name: String
    public var label: String
    public var value: Double
    public var unit: Unit

    /// The value as a decimal, to a hundredth of a second or hour, a millionth of a share, a thousandth of a ratio.
    public var decimal: String { ReportFigure.decimal(value, places: places) }

    /// How much more it is than another report's figure, as a decimal.
    public func change(from other: ReportFigure) -> String {
        ReportFigure.decimal(value - other.value, places: places)
    }

    private var places: Int {
        switch unit {
        case .count: 0
        case .seconds, .hours: 2
        case .share: 6
        case .ratio: 3
        }
    }

    /// Rounded half away from zero, without an exponent.
    public static func decimal(_ value: Double, places: Int) -> String {
        let factor = (0..<places).reduce(Int64(1)) { product, _ in product * 10 }
        let scaled = (value * Double(factor)).rounded()
        guard abs(scaled) < 1e18 else { return value < 0 ? "-\(Int64.max)" : "\(Int64.max)" }
        let (whole, rest) = Int64(abs(scaled)).quotientAndRemainder(dividingBy: factor)
        let digits = String(rest)
        let fraction = places == 0 ? "" : "." + String(repeating: "0", count: places - digits.count) + digits
        return (scaled < 0 ? "-" : "") + "\(whole)" + fraction
    }
}

extension SimulationReport {
    /// The report's numbers, in the order in which they are read; those that nothing fills are not there.
    public var figures: [ReportFigure] {
        [
            ReportFigure(name: "submitted", label: "submitted", value: Double(submitted), unit: .count),
            ReportFigure(name: "leftOut", label: "left out", value: Double(leftOut), unit: .count),
            ReportFigure(name: "refused", label: "refused", value: Double(refused), unit: .count),
            ReportFigure(name: "started", label: "started", value: Double(started), unit: .count),
            ReportFigure(name: "makespan", label: "makespan", value: makespanSeconds, unit: .seconds),
        ] + waits + uses + losses + fairnesses + accuracies
    }

    private var waits: [ReportFigure] {
        SimulationReport.known([
            ("waitMean", "wait, mean", wait.meanSeconds, .seconds),
            ("waitMedian", "wait, median", wait.medianSeconds, .seconds),
            ("waitPercentile95", "wait, 95th percentile", wait.percentile95Seconds, .seconds),
            ("waitLongest", "wait, longest", wait.longestSeconds, .seconds),
            ("boundedSlowdownMean", "bounded slowdown, mean", boundedSlowdown.mean, .ratio),
            ("boundedSlowdownMedian", "bounded slowdown, median", boundedSlowdown.median, .ratio),
            ("boundedSlowdownPercentile95", "bounded slowdown, 95th percentile", boundedSlowdown.percentile95, .ratio),
        ])
    }

    private var uses: [ReportFigure] {
        SimulationReport.known([
            ("coreUtilization", "core utilization", use.coreUtilization, .share),
            ("deviceUtilization", "device utilization", use.deviceUtilization, .share),
            ("deviceAllocation", "device allocation when all are asked for", use.deviceAllocation, .share),
            ("fragmentation", "free device time of no use to who waits", use.fragmentation, .share),
        ])
    }

    private var losses: [ReportFigure] {
        SimulationReport.known([
            ("preemptions", "preemptions", Double(preemption.count), .count),
            (
                "lostDeviceHours", "work lost to them, device-hours",
                use.deviceUtilization.map { _ in preemption.lostDeviceHours }, .hours
            ),
            ("lostCoreHours", "work lost to them, core-hours", preemption.lostCoreHours, .hours),
        ])
    }

    private var fairnesses: [ReportFigure] {
        SimulationReport.known([
            ("fairnessMean", "fairness (Jain), mean of windows", fairness?.jainIndex, .ratio),
            ("fairnessWorst", "fairness (Jain), worst window", fairness?.lowestJainIndex, .ratio),
            ("fairnessOverall", "fairness (Jain), overall", fairness?.overallJainIndex, .ratio),
        ])
    }

    private var accuracies: [ReportFigure] {
        SimulationReport.known([("toldStart", "told a start", forecasts.map { Double($0.count) }, .count)])
            + accuracy("first", forecasts?.first) + accuracy("last", forecasts?.last)
    }

    private func accuracy(_ which: String, _ accuracy: ForecastAccuracy?) -> [ReportFigure] {
        let (name, label) = ("\(which)Forecast", "\(which) forecast")
        return SimulationReport.known([
            (
                "\(name)MeanAbsoluteError", "\(label), mean absolute error", accuracy?.meanAbsoluteErrorSeconds,
                .seconds
            ),
            ("\(name)MeanError", "\(label), mean error", accuracy?.meanErrorSeconds, .seconds),
            ("\(name)WithinMinute", "\(label), within a minute", accuracy?.withinMinute, .share),
            (
                "\(name)WithinTenthOfWait", "\(label), within a tenth of the wait", accuracy?.withinTenthOfWait,
                .share
            ),
        ])
    }

    private static func known(_ figures: [(String, String, Double?, ReportFigure.Unit)]) -> [ReportFigure] {
        figures.compactMap { name, label, value, unit in
            value.map { ReportFigure(name: name, label: label, value: $0, unit: unit) }
        }
    }
}

extension PackingReport {
    /// The report's numbers, in the order in which they are read.
    public var figures: [ReportFigure] {
        let allocations = runs.map { $0.allocation / 100 }
        let dropped = runs.map { Double($0.dropped) }
        return [
            ReportFigure(name: "runs", label: "runs", value: Double(runs.count), unit: .count),
            ReportFigure(
                name: "allocationMean", label: "GPUs allocated at full demand, mean", value: allocations.mean,
                unit: .share),
            ReportFigure(
                name: "allocationLeast", label: "GPUs allocated at full demand, least",
                value: allocations.min() ?? 0, unit: .share),
            ReportFigure(
                name: "allocationMost", label: "GPUs allocated at full demand, most",
                value: allocations.max() ?? 0, unit: .share),
            ReportFigure(
                name: "droppedMean", label: "pods that fitted nowhere, mean", value: dropped.mean, unit: .count),
        ]
    }
}
