import Policy
import Units

/// What use weighs in fair share: its list rate, without the multipliers of classes and times of the week.
///
/// Where the price book has no rate, an hour of a device weighs 1 and an hour of a core 1/64.
extension Engine {
    /// What an hour of a grant weighs, in millionths.
    func weight(of grant: Grant, share: Ratio?, at time: Timestamp) -> Int64 {
        let devices = fleet[grant.host].host.devices
        return weight(
            devices: grant.devices.map { devices[$0].model }, share: share, cores: grant.cores.count, at: time)
    }

    /// What an hour of a demand will weigh, by the dearest devices that it may get.
    func expectedWeight(of demand: Demand, at time: Timestamp) -> Int64 {
        let eligible = eligible[demand.filter] ?? fleet.eligible(demand.filter)
        let models = demand.devices > 0 ? fleet.modelNames(of: eligible) : []
        let dearest = models.max { rate(ofModel: $0, at: time) < rate(ofModel: $1, at: time) }
        return weight(
            devices: dearest.map { Array(repeating: $0, count: demand.devices) } ?? [], share: demand.share,
            cores: demand.cores, at: time)
    }

    private func weight(devices models: [String], share: Ratio?, cores: Int, at time: Timestamp) -> Int64 {
        let core = policy.listRate(.core, at: time)?.microunits ?? Engine.coreWeight
        let (part, isOver) = core.multipliedReportingOverflow(by: Int64(cores))
        return models.reduce(isOver ? .max : part) { sum, model in
            let rate = rate(ofModel: model, at: time)
            let part = share.map { Int64(clamping: Int128(rate) * Int128($0.thousandths) / 1000) } ?? rate
            let (total, isOver) = sum.addingReportingOverflow(part)
            return isOver ? .max : total
        }
    }

    private func rate(ofModel model: String, at time: Timestamp) -> Int64 {
        policy.listRate(.device(model), at: time)?.microunits ?? Engine.deviceWeight
    }

    private static let deviceWeight: Int64 = 1_000_000
    private static let coreWeight: Int64 = 1_000_000 / 64
}
