import Chargeback
import Policy
import Testing
import Units

@Suite struct CorrectionTests {
    /// A record of two devices from 10:00 to 14:00 on 2026-11-03, at 2.50 an hour.
    private func record(
        _ rate: AppliedRate?, number: Int64 = 40, entry: Tariff.Entry = .usage, factor: Int64 = 1000
    ) throws -> UsageRecord {
        var tariff = Finance.usage(rate, multiplier: 1500, factor: factor)
        tariff.entry = entry
        let (from, to) = (try Finance.time("2026-11-03T10:00:00Z"), try Finance.time("2026-11-03T14:00:00Z"))
        return UsageRecord(
            number: number, day: try Finance.day("2026-11-03"), reservation: ReservationID(7),
            department: Finance.vision, team: TeamID("a"), user: UserID(5), devices: DeviceSet([1, 2]), from: from,
            to: to, quantity: 2000 * (to - from).milliseconds * (entry == .credit ? -1 : 1), tariff: tariff)
    }

    private func correction(
        _ from: String, _ to: String, _ price: String = "2", sku: SKU = Finance.h100
    ) throws -> FinanceProposal.Correction {
        FinanceProposal.Correction(
            sku: sku, from: try Finance.time("2026-11-03T\(from):00Z"), to: try Finance.time("2026-11-03T\(to):00Z"),
            perHour: try Finance.price(price))
    }

    private func entries(
        _ correction: FinanceProposal.Correction, _ record: UsageRecord
    ) throws -> [UsageRecord] {
        correction.entries(for: record, proposal: 12, from: 90, postedOn: try Finance.day("2026-12-01"))
    }

    @Test func `a record is taken back whole and stated again in pieces`() throws {
        let record = try record(Finance.rate("2.50", version: 3, window: "nights"))
        let entries = try entries(correction("11:00", "13:30"), record)
        #expect(entries.map(\.number) == [90, 91, 92, 93])
        #expect(entries.map(\.tariff.entry) == [.reversal, .restatement, .restatement, .restatement])
        #expect(entries.map(\.quantity) == [-28_800_000_000, 7_200_000_000, 18_000_000_000, 3_600_000_000])
        #expect(entries.map(\.tariff.rate?.version) == [3, 3, AppliedRate.corrected, 3])
        #expect(entries.map(\.tariff.rate?.window) == ["nights", "nights", nil, "nights"])
        // 1.5 times: -8 × 2.50, 2 × 2.50, 5 × 2, 1 × 2.50.
        let amounts = entries.map { $0.amount?.rounded }
        #expect(amounts == [-3000, 750, 1500, 375].map(Finance.amount))
        for entry in entries {
            #expect(try entry.day == Finance.day("2026-12-01") && entry.original == 40)
            #expect(try entry.tariff.correction == 12 && entry.tariff.original == Finance.period("2026-11"))
            #expect(entry.team == record.team && entry.devices == record.devices && entry.user == record.user)
            #expect(entry.tariff.multiplier == record.tariff.multiplier && entry.reservation == record.reservation)
        }
        #expect(entries[0].from == record.from && entries[0].to == record.to)
        #expect(zip(entries.dropFirst(), entries.dropFirst(2)).allSatisfy { $0.to == $1.from })
        #expect(entries[1].from == record.from && entries.last?.to == record.to)
    }

    @Test func `what lies within is one piece, what reaches over an end two`() throws {
        let record = try record(Finance.rate("2.50"))
        #expect(try entries(correction("09:00", "15:00"), record).map(\.quantity) == [-28_800_000_000, 28_800_000_000])
        #expect(try entries(correction("10:00", "14:00"), record).count == 2)
        let versions = try entries(correction("09:00", "11:00"), record).map(\.tariff.rate?.version)
        #expect(versions == [1, AppliedRate.corrected, 1])
    }

    @Test func `nothing is made where nothing would cost anything else`() throws {
        let record = try record(Finance.rate("2.50"))
        #expect(try entries(correction("08:00", "10:00"), record) == [])
        #expect(try entries(correction("14:00", "16:00"), record) == [])
        #expect(try entries(correction("10:00", "14:00", "2.5"), record) == [])
        #expect(try entries(correction("10:00", "14:00", sku: .core), record) == [])
        #expect(try entries(correction("10:00", "14:00"), self.record(Finance.rate("2.50"), entry: .reversal)) == [])
        #expect(try entries(correction("10:00", "14:00"), self.record(Finance.rate("2.50"), factor: 0)) == [])
        #expect(
            try entries(correction("10:00", "14:00", "0"), record).map { $0.amount?.rounded }
                == [-3000, 0].map(Finance.amount))
    }

    @Test func `what had no price gets one where the correction says it`() throws {
        let entries = try entries(correction("12:00", "15:00"), record(nil))
        #expect(entries.map { $0.amount?.rounded } == [nil, nil, Finance.amount(1200)])
        let totals = try ([record(nil)] + entries).map {
            PeriodTotal(
                period: try Finance.period("2026-11"), department: $0.department, team: $0.team, tariff: $0.tariff,
                quantity: $0.quantity)
        }
        // The two hours that the correction leaves out are still without one.
        let statement = try Finance.invoicing().statement(departments: [], totals: totals, adjustments: [])
        #expect(statement.unrated.map(\.quantity) == [2 * 2000 * 3_600_000])
        #expect(statement.total == Finance.amount(1200))
    }

    @Test func `a credit is corrected as what it gives back of`() throws {
        let usage = try record(Finance.rate("2.50"))
        let interval = try Finance.time("2026-11-03T13:00:00Z")..<Finance.time("2026-11-03T20:00:00Z")
        let credit = try #require(
            Credit.entries(
                for: usage, within: interval, part: Ratio(thousandths: 500), number: 41, postedOn: usage.day
            ).first)
        // Half of 1.5 × 2 × 2.50.
        #expect(credit.amount?.rounded == Finance.amount(-375) && credit.original == 40 && credit.number == 41)
        #expect(credit.from == interval.lowerBound && credit.to == usage.to)
        let entries = try entries(correction("10:00", "14:00"), credit)
        #expect(entries.map { $0.amount?.rounded } == [375, -300].map(Finance.amount))
        #expect(entries.map(\.tariff.part) == [credit.tariff.part, credit.tariff.part])
        #expect(entries.map(\.original) == [41, 41])
    }

    @Test func `credits are of use that costs something, within the interval`() throws {
        let usage = try record(Finance.rate("2.50"))
        let day = usage.day
        func credits(_ record: UsageRecord, _ from: Int64, _ to: Int64, part: Int64 = 1000) -> [UsageRecord] {
            Credit.entries(
                for: record, within: (usage.from + .hours(from))..<(usage.from + .hours(to)),
                part: Ratio(thousandths: part), number: 1, postedOn: day)
        }
        #expect(credits(usage, 0, 4).map { $0.amount?.rounded } == [Finance.amount(-3000)])
        #expect(credits(usage, 4, 5) == [] && credits(usage, -2, 0) == [] && credits(usage, 0, 4, part: 0) == [])
        #expect(try credits(record(Finance.rate("2.50"), factor: 0), 0, 4) == [])
        #expect(try credits(record(Finance.rate("2.50"), entry: .credit), 0, 4) == [])
        #expect(try credits(record(Finance.rate("2.50"), entry: .reversal), 0, 4) == [])
        // Without a price it is given back all the same: unrated.
        #expect(try credits(record(nil), 0, 4).map(\.amount) == [nil])
        // A restatement's credit is at its price, and no restatement itself.
        let restated = try entries(correction("10:00", "14:00"), usage)[1]
        let credit = try #require(credits(restated, 0, 1).first)
        #expect(credit.amount?.rounded == Finance.amount(-600) && credit.tariff.entry == .credit)
        #expect(credit.tariff.correction == nil && credit.tariff.original == nil && credit.original == 91)
    }

    @Test func `a restatement is corrected again, and names the record that it is about`() throws {
        var restated = try entries(correction("10:00", "14:00"), record(Finance.rate("2.50")))[1]
        restated.day = try Finance.day("2026-12-01")
        let again = try correction("10:00", "14:00", "3").entries(
            for: restated, proposal: 13, from: 100, postedOn: Finance.day("2027-01-05"))
        #expect(again.map { $0.amount?.rounded } == [-2400, 3600].map(Finance.amount))
        #expect(again.map(\.original) == [91, 91] && again.map(\.tariff.correction) == [13, 13])
        #expect(try again.map(\.tariff.original) == [Finance.period("2026-12"), Finance.period("2026-12")])
    }

    @Test func `the preview is what the entries come to, by department`() throws {
        var preview = CorrectionPreview(try correction("11:00", "13:00"))
        var speech = try record(Finance.rate("2.50"))
        speech.department = Finance.speech
        try preview.add(record(Finance.rate("2.50")))
        try preview.add(record(nil))
        preview.add(speech)
        try preview.add(record(Finance.rate("2")))
        #expect(preview.records == 3 && preview.differences.map(\.department) == [Finance.speech, Finance.vision])
        #expect(preview.differences.map(\.records) == [1, 2])
        // 1.5 × 4 × (2 - 2.50), and for what had no price 1.5 × 4 × 2 more.
        #expect(preview.differences.map(\.rounded) == [Finance.amount(-300), Finance.amount(-300 + 1200)])
        #expect(preview.exact.rounded == Finance.amount(600))
        #expect(preview.differences[0].exact.description == "-3.000000000000")
    }
}
