import Chargeback
import Policy
import Testing
import Units

extension MonthWorld {
    /// What each device was used for: stints with gaps between them, alone or by shares, with cores, memory and a
    /// licence.
    func meter(over range: Range<Timestamp>, _ random: inout SeededGenerator) -> [UsageRecord] {
        var records: [UsageRecord] = []
        var prices: [SKU: [RatePiece]] = [:]
        for sku in MonthWorld.skus { prices[sku] = policy.rate(sku, over: range) }
        var number: Int64 = 0
        var index = 0
        for capacity in owned {
            for _ in 0..<capacity.count {
                let own = max(capacity.from, range.lowerBound)..<min(capacity.to, range.upperBound)
                var start = own.lowerBound + random.span(upTo: .days(6))
                while start < own.upperBound {
                    let end = min(start + random.span(upTo: .hours(40)), own.upperBound)
                    for share in [[1000], [300, 700], [125], [500, 499]][random.pick(4)] {
                        number += 1
                        let stint = Stint(number, index, capacity.sku, Int64(share), start..<end, in: policy, &random)
                        records += pieces(of: stint, prices)
                    }
                    start = end + (random.pick(3) == 0 ? .zero : random.span(upTo: .days(14)))
                }
                index += 1
            }
        }
        return records.enumerated().sorted { ($0.element.to, $0.offset) < ($1.element.to, $1.offset) }.map(\.element)
    }

    /// Cut at days, prices and states.
    private func pieces(of stint: Stint, _ prices: [SKU: [RatePiece]]) -> [UsageRecord] {
        var records: [UsageRecord] = []
        let days = days.filter { $0.from < stint.range.upperBound && stint.range.lowerBound < $0.to }
        for (sku, units) in stint.held {
            for day in days {
                for part in stint.states {
                    for piece in prices[sku] ?? [] {
                        let from = max(day.from, part.range.lowerBound, piece.from)
                        let to = min(day.to, part.range.upperBound, piece.to)
                        guard from < to else { continue }
                        var record = stint.record
                        (record.day, record.from, record.to) = (day.day, from, to)
                        record.quantity = units * (to - from).milliseconds
                        record.tariff.sku = sku
                        record.tariff.state = part.state
                        record.tariff.factor = MonthWorld.factor(of: part.state)
                        record.tariff.rate = piece.rate
                        if case .device = sku {} else { record.devices = DeviceSet() }
                        records.append(record)
                    }
                }
            }
        }
        return records
    }

    private static func factor(of state: UsageState) -> Ratio {
        switch state {
        case .used, .unmeasured: .one
        case .idle: Ratio(thousandths: 250)
        case .noShow: Ratio(thousandths: 1500)
        case .degraded: Ratio(thousandths: 0)
        }
    }
}

/// One reservation's time on a device.
private struct Stint {
    var range: Range<Timestamp>
    /// In the SKUs' quantities.
    var held: [(SKU, Int64)]
    var states: [(range: Range<Timestamp>, state: UsageState)] = []
    /// What all its records have.
    var record: UsageRecord

    init(
        _ number: Int64, _ device: Int, _ sku: SKU, _ share: Int64, _ range: Range<Timestamp>, in policy: Policy,
        _ random: inout SeededGenerator
    ) {
        self.range = range
        held = [(sku, share), (.core, Int64(1 + random.pick(16))), (.memory, Int64(1 + random.pick(65_536)))]
        if random.pick(4) == 0 { held.append((.licence("solver"), 2)) }
        let length = (range.upperBound - range.lowerBound).milliseconds
        let cuts = (0..<random.pick(3)).map { _ in
            range.lowerBound + Span(milliseconds: Int64(random.pick(Int(length))))
        }
        let bounds = [range.lowerBound] + cuts.sorted() + [range.upperBound]
        for (from, to) in zip(bounds, bounds.dropFirst()) where from < to {
            states.append((from..<to, UsageState.allCases[random.pick(UsageState.allCases.count)]))
        }
        let (priorityClass, multiplier) = MonthWorld.multipliers[random.pick(MonthWorld.multipliers.count)]
        let department = random.pick(policy.departments.count)
        let team = random.pick(3)
        record = UsageRecord(
            number: 0, day: CivilDate(daysSinceEpoch: 0), reservation: ReservationID(number),
            department: policy.departments[department].id, team: team == 0 ? nil : TeamID("t\(team)"),
            user: UserID(UInt32(1000 + department * 10 + team)), devices: DeviceSet([device]), from: range.lowerBound,
            to: range.upperBound, quantity: 0,
            tariff: Tariff(
                sku: sku, priorityClass: priorityClass, state: .used, rate: nil,
                multiplier: Ratio(thousandths: multiplier)))
    }
}
