import Chargeback
import Policy
import Testing
import Units

@Suite struct PeriodCalendarTests {
    /// A period, its zone, its hours, and the instants that it begins at and ends before.
    @Test(arguments: [
        // An hour less, an hour more.
        ("2026-03", "Europe/Berlin", 743, "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"),
        ("2026-10", "Europe/Berlin", 745, "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z"),
        ("2026-11", "Europe/Berlin", 720, "2026-10-31T23:00:00Z", "2026-11-30T23:00:00Z"),
        // Leap years, and the year that is none.
        ("2028-02", "Europe/Berlin", 696, "2028-01-31T23:00:00Z", "2028-02-29T23:00:00Z"),
        ("2026-02", "UTC", 672, "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"),
        ("2100-02", "UTC", 672, "2100-02-01T00:00:00Z", "2100-03-01T00:00:00Z"),
        // A year's end.
        ("2026-12", "Europe/Berlin", 744, "2026-11-30T23:00:00Z", "2026-12-31T23:00:00Z"),
        // Midnight is skipped on the 4th, and there is one hour less.
        ("2018-11", "America/Sao_Paulo", 719, "2018-11-01T03:00:00Z", "2018-12-01T02:00:00Z"),
        // Ahead of the date line, and a day that was left out.
        ("2011-12", "Pacific/Apia", 720, "2011-12-01T10:00:00Z", "2011-12-31T10:00:00Z"),
    ])
    func `a month has the hours that its days have`(
        text: String, zone: String, hours: Int64, from: String, to: String
    ) throws {
        let zone = try #require(Zone(zone))
        let period = try Finance.period(text)
        let range = period.range(in: zone)
        #expect(try range == Finance.time(from)..<Finance.time(to))
        #expect(range.upperBound - range.lowerBound == .hours(hours))
        #expect(Period(containing: range.lowerBound, in: zone) == period)
        #expect(Period(containing: range.lowerBound - Span(milliseconds: 1), in: zone) == period.previous)
        #expect(Period(containing: range.upperBound - Span(milliseconds: 1), in: zone) == period)
        #expect(Period(containing: range.upperBound, in: zone) == period.next)
        #expect(period.next.range(in: zone).lowerBound == range.upperBound)
        #expect(period.next.previous == period && period.description == text)
    }

    /// The hours of each day add up to the month's.
    @Test(arguments: [
        ("2026-03", "Europe/Berlin", "2026-03-29", 23), ("2026-10", "Europe/Berlin", "2026-10-25", 25),
        ("2018-11", "America/Sao_Paulo", "2018-11-04", 23),
    ])
    func `days follow each other without a gap`(text: String, zone: String, odd: String, hours: Int64) throws {
        let zone = try #require(Zone(zone))
        let period = try Finance.period(text)
        var day = period.first
        var start = period.range(in: zone).lowerBound
        while day < period.next.first {
            let next = CivilDate(daysSinceEpoch: day.daysSinceEpoch + 1)
            #expect(zone.start(of: day) == start && zone.date(at: start) == day && Period(of: day) == period)
            let length = zone.start(of: next) - start
            #expect(try length == .hours(day == Finance.day(odd) ? hours : 24))
            (day, start) = (next, zone.start(of: next))
        }
        #expect(start == period.range(in: zone).upperBound)
    }

    @Test func `years end in December`() throws {
        let december = try Finance.period("2026-12")
        #expect(december.next.description == "2027-01" && december.next.next.previous.previous == december)
        #expect(try december < december.next && Finance.period("2026-02") < Finance.period("2026-10"))
        for text in ["2026-13", "2026-00", "2026-1", "1969-12", "26-11", "2026/11", "2026-11-01", ""] {
            #expect(Period(text) == nil)
        }
    }

    @Test func `a device is unsold for as many hours as a month has`() throws {
        for (text, hours) in [("2026-03", Int64(743)), ("2026-10", 745)] {
            let zone = try #require(Zone("Europe/Berlin"))
            let rate = Rate(sku: Finance.h100, from: Timestamp(milliseconds: 0), perHour: try Finance.price("1"))
            let owned = OwnedCapacity(
                sku: Finance.h100, from: Timestamp(milliseconds: 0), to: try Finance.time("2030-01-01T00:00:00Z"),
                count: 1)
            let shared = try SharedCost(
                of: Finance.period(text), owned: [owned], totals: [], rule: ChargebackRules.Unsold(distribute: .equal),
                policy: Finance.policy([rate], zone: zone))
            #expect(shared.total == Finance.amount(hours * 100))
        }
    }
}
