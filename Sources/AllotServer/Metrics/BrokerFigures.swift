import Chargeback
import Policy
import Scheduling
import Units

/// What the writer counts, since the daemon's start.
struct BrokerFigures: Sendable {
    let startedAt: Timestamp
    private(set) var commits = Histogram.work
    private(set) var commitFailures: Int64 = 0
    private(set) var passes = Histogram.work
    /// Reservations that began, and of those that were told a time before how far from it they began.
    private(set) var starts: Int64 = 0
    private(set) var forecastErrors = Histogram.waiting
    /// By the problem's type; there are as many as the API has.
    private(set) var refusals: [String: Int64] = [:]
    /// Of the records that were made: quantities times milliseconds.
    private(set) var usage: [UsageSeries: Int128] = [:]
    /// What ran without a record at the start: an earlier daemon has counted it.
    private let known: [UsageSeries: Int128]

    /// - Parameter known: what has been used and has no record yet.
    init(at time: Timestamp, known: [UsageRecord] = []) {
        startedAt = time
        self.known = known.filter { $0.tariff.entry == .usage }.reduce(into: [:]) { sums, record in
            sums[UsageSeries(record), default: 0] += Int128(record.quantity)
        }
    }

    /// A transaction was made durable, or not.
    mutating func committed(in duration: Duration) { commits.observe(duration) }
    mutating func failedToCommit() { commitFailures += 1 }
    mutating func passed(in duration: Duration) { passes.observe(duration) }

    mutating func refused(_ type: String) {
        let known = refusals[type] != nil || refusals.count < Limits.countedRefusals
        refusals[known ? type : "other", default: 0] += 1
    }

    /// What a durable round has brought.
    mutating func follow(_ round: Round) {
        for case .started(let id, let active) in round.decided {
            starts += 1
            guard let reservation = round.touched[id], reservation.requeuedAt == nil, case .queued = reservation.kind,
                let forecast = reservation.firstForecast
            else { continue }
            let error = active.startedAt - forecast
            forecastErrors.observe(error < .zero ? .zero - error : error)
        }
        for record in round.records where record.tariff.entry == .usage {
            usage[UsageSeries(record), default: 0] += Int128(record.quantity)
        }
    }

    /// With what runs and has no record yet.
    func usage(with outstanding: [UsageRecord]) -> [UsageSeries: Int128] {
        var sums = usage
        for record in outstanding where record.tariff.entry == .usage {
            sums[UsageSeries(record), default: 0] += Int128(record.quantity)
        }
        return sums.merging(known.filter { sums[$0.key] != nil }) { max($0 - $1, 0) }
    }
}

/// What usage is counted by: both are as many as the policy and the host have.
struct UsageSeries: Sendable, Hashable, Comparable {
    var department: DepartmentID
    var sku: SKU

    init(department: DepartmentID, sku: SKU) {
        self.department = department
        self.sku = sku
    }

    init(_ record: UsageRecord) {
        self.init(department: record.department, sku: record.tariff.sku)
    }

    static func < (left: UsageSeries, right: UsageSeries) -> Bool {
        left.department == right.department ? left.sku < right.sku : left.department < right.department
    }

    /// Device-seconds, core-seconds, GiB-seconds or licence-seconds.
    func seconds(_ quantity: Int128) -> MetricValue {
        let milliseconds =
            switch sku {
            case .device: quantity / 1000
            case .memory: quantity / 1024
            case .core, .licence: quantity
            }
        return MetricValue(milliseconds: Int64(clamping: milliseconds))
    }
}
