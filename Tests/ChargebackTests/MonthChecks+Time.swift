import Chargeback
import Policy
import Testing
import Units

extension MonthHistory {
    /// Promise 7: of each model, what is sold and unsold is what is owned; and unsold is what a walk over each device's
    /// time finds free, on which nothing is ever sold twice.
    func hasItsTime(_ period: Period, _ totals: [PeriodTotal]) throws -> Bool {
        let pieces = try SharedCost.balance(of: period, owned: world.owned, totals: totals, policy: world.policy)
        guard pieces.allSatisfy({ $0.unsold >= 0 }) else { return false }
        let range = period.range(in: world.policy.timeZone)
        let usage = records.filter {
            guard $0.tariff.entry == .usage, case .device = $0.tariff.sku else { return false }
            return range.contains($0.from)
        }
        var free: [SKU: Int64] = [:]
        var index = 0
        for capacity in world.owned {
            for _ in 0..<capacity.count {
                let own =
                    max(
                        capacity.from, range.lowerBound)..<max(
                        min(capacity.to, range.upperBound), max(capacity.from, range.lowerBound))
                let held = usage.filter { $0.devices.contains(index) }
                guard let rest = MonthHistory.free(of: own, held) else { return false }
                free[capacity.sku, default: 0] += rest
                index += 1
            }
        }
        return free.allSatisfy { sku, rest in
            pieces.filter { $0.sku == sku }.reduce(Int64(0)) { $0 + $1.unsold } == rest
        }
    }

    /// In thousandths of a device times milliseconds; nil where more than the device is held at some instant.
    private static func free(of own: Range<Timestamp>, _ held: [UsageRecord]) -> Int64? {
        if own.isEmpty { return held.isEmpty ? 0 : nil }
        var changes: [Timestamp: Int64] = [own.lowerBound: 0, own.upperBound: 0]
        for record in held {
            let share = record.quantity / (record.to - record.from).milliseconds
            changes[record.from, default: 0] += share
            changes[record.to, default: 0] -= share
        }
        var (rest, holds, last) = (Int64(0), Int64(0), own.lowerBound)
        for (time, change) in changes.sorted(by: { $0.key < $1.key }) {
            rest += (1000 - holds) * (time - last).milliseconds
            holds += change
            last = time
            guard (0...1000).contains(holds), own.contains(time) || time == own.upperBound else { return nil }
        }
        return rest
    }

    /// Whether all rows of a SKU together come to what the uses and credits would at the price that is right at each
    /// instant after all corrections; and whether what has no price then is what has none in the rows.
    var isAtRightPrice: Bool {
        var charged: [SKU: Int128] = [:]
        var unpriced: [SKU: Int128] = [:]
        for row in records {
            if let parts = parts(of: row) {
                charged[row.tariff.sku, default: 0] += parts
            } else {
                unpriced[row.tariff.sku, default: 0] += weighed(row)
            }
            switch row.tariff.entry {
            case .reversal, .restatement: continue
            case .usage, .credit: break
            }
            for (piece, price) in finalPrices(of: row) {
                if let parts = parts(of: piece, at: price) {
                    charged[row.tariff.sku, default: 0] -= parts
                } else {
                    unpriced[row.tariff.sku, default: 0] -= weighed(piece)
                }
            }
        }
        return charged.values.allSatisfy { $0 == 0 } && unpriced.values.allSatisfy { $0 == 0 }
    }

    /// The pieces of a row that have one price each: its own, but where a later correction said another.
    private func finalPrices(of row: UsageRecord) -> [(UsageRecord, Price?)] {
        let later = corrections.filter { $0.correction.sku == row.tariff.sku && row.number <= $0.upTo }
            .map(\.correction)
        let cuts = later.flatMap { [$0.from, $0.to] }.filter { row.from < $0 && $0 < row.to }
        let bounds = Set([row.from, row.to] + cuts).sorted()
        let units = row.quantity / (row.to - row.from).milliseconds
        return zip(bounds, bounds.dropFirst()).map { from, to in
            var piece = row
            (piece.from, piece.to, piece.quantity) = (from, to, units * (to - from).milliseconds)
            let last = later.last { $0.from <= from && to <= $0.to }
            return (piece, last.map(\.perHour) ?? row.tariff.rate?.perHour)
        }
    }
}
