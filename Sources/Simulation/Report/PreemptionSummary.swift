import Units

/// Runs that had to give way, and what was lost with them.
public struct PreemptionSummary: Sendable, Hashable, Codable {
    public var count: Int
    /// What they had held until then; of a command that starts anew, all of it is done again.
    public var lostDeviceHours: Double
    public var lostCoreHours: Double

    init(_ outcomes: [Outcome]) {
        count = 0
        lostDeviceHours = 0
        lostCoreHours = 0
        for outcome in outcomes {
            guard let demand = outcome.demand else { continue }
            var runs = outcome.lostRuns.filter(\.wasPreempted).map { max($0.endedAt - $0.startedAt, .zero) }
            if outcome.gaveWay, let used = outcome.used { runs.append(used) }
            let hours = runs.reduce(0) { $0 + $1.inSeconds } / 3600
            count += runs.count
            lostDeviceHours += hours * Double(demand.thousandths) / 1000
            lostCoreHours += hours * Double(demand.cores)
        }
    }
}
