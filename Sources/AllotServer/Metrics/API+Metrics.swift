import Chargeback
import NIOPosix
import Storage

extension API {
    /// The metrics' text, as it is now.
    func metricsText() async -> [UInt8] {
        let health = await health()
        let snapshot = await broker.snapshot()
        let report = MetricsReport(
            snapshot: snapshot, clock: clock.reading(), requests: figures.counts, streams: limits.streams.count,
            health: health, isExecutorReachable: await reconciler.unreachable == nil,
            unsettled: await reconciler.unsettled, blind: await lookout?.blind.count ?? 0,
            month: await monthFigures())
        return await Task.detached(priority: .utility) { report.text() }.value
    }

    private func monthFigures() async -> MetricsReport.MonthFigures? {
        let reader = await periodReader()
        return try? await NIOThreadPool.singleton.runIfActive {
            var figures = MetricsReport.MonthFigures()
            for total in try reader.totals(of: reader.moment.current) where total.tariff.entry == .usage {
                let series = UsageSeries(department: total.department, sku: total.tariff.sku)
                figures.usage[series, default: 0] += Int128(total.quantity)
            }
            for unrated in try reader.unrated().values.joined() {
                let series = UsageSeries(department: unrated.department, sku: unrated.sku)
                figures.unrated[series, default: 0] += Int128(unrated.quantity)
            }
            return figures
        }
    }
}

extension PeriodReader {
    /// What has no price although others have one, of the latest open periods.
    func unrated() throws -> [Period: [Unrated]] {
        guard invoices.policy.priceBook != nil else { return [:] }
        var found: [Period: [Unrated]] = [:]
        for period in invoices.books.openPeriods(at: moment).suffix(Limits.healthPeriods) {
            found[period] = Unrated.all(of: try totals(of: period))
        }
        return found
    }
}
