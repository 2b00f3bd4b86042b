import Units

/// How far starts were from what owners had been told. Those that started at once were told nothing, and count nowhere.
public struct ForecastSummary: Sendable, Hashable, Codable {
    /// How many were told a start, and started.
    public var count: Int
    /// Told at submission.
    public var first: ForecastAccuracy
    /// The last that was journaled: of moves, only those to over a minute later are.
    public var last: ForecastAccuracy

    /// nil where nobody was told a start.
    init?(_ started: [Outcome]) {
        let told = started.filter { $0.firstForecast != nil && $0.wait != nil }
        guard !told.isEmpty else { return nil }
        count = told.count
        first = ForecastAccuracy(told) { $0.firstForecast }
        last = ForecastAccuracy(told) { $0.lastForecast ?? $0.firstForecast }
    }
}

/// The errors of forecasts, which are the actual start less the forecast one.
public struct ForecastAccuracy: Sendable, Hashable, Codable {
    /// Without their signs.
    public var meanAbsoluteErrorSeconds: Double
    /// With their signs: above zero, starts were later than told.
    public var meanErrorSeconds: Double
    /// The part of them that is a minute at most.
    public var withinMinute: Double
    /// The part of them that is a tenth of the actual wait at most.
    public var withinTenthOfWait: Double

    init(_ told: [Outcome], forecast: (Outcome) -> Timestamp?) {
        let errors = told.compactMap { outcome -> (error: Double, wait: Double)? in
            guard let start = outcome.startedAt, let wait = outcome.wait, let forecast = forecast(outcome) else {
                return nil
            }
            return ((start - forecast).inSeconds, wait.inSeconds)
        }
        let count = Double(max(errors.count, 1))
        meanAbsoluteErrorSeconds = errors.map { abs($0.error) }.mean
        meanErrorSeconds = errors.map(\.error).mean
        withinMinute = Double(errors.count { abs($0.error) <= 60 }) / count
        withinTenthOfWait = Double(errors.count { abs($0.error) <= $0.wait / 10 }) / count
    }
}
