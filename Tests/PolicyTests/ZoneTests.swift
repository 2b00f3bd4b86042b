import Policy
import Testing
import Units

@Suite struct ZoneTests {
    @Test(arguments: [
        ("Europe/Berlin", "2026-01-01", "2025-12-31T23:00:00Z"),
        ("Europe/Berlin", "2026-07-01", "2026-06-30T22:00:00Z"),
        ("UTC", "2026-07-01", "2026-07-01T00:00:00Z"), ("Asia/Kathmandu", "2026-07-01", "2026-06-30T18:15:00Z"),
        ("Australia/Lord_Howe", "2026-07-01", "2026-06-30T13:30:00Z"),
        // The clocks go from 00:00 to 01:00.
        ("America/Santiago", "2023-09-03", "2023-09-03T04:00:00Z"),
        // They go from 24:00 back to 23:00: the day before has 25 hours.
        ("America/Santiago", "2023-04-02", "2023-04-02T04:00:00Z"),
        // The island left the day before out when it crossed the date line.
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"),
    ])
    func `a day begins at midnight, or at the first instant that there is`(zone: String, date: String, start: String)
        throws
    {
        let zone = try #require(Zone(zone))
        let date = try #require(CivilDate(date))
        #expect(RFC3339.string(zone.start(of: date)) == start)
        #expect(zone.date(at: zone.start(of: date)) == date)
        #expect(zone.date(at: zone.start(of: date) - Span(milliseconds: 1)) < date)
    }

    @Test(arguments: [
        ("Europe/Berlin", "2026-03-15T12:00:00Z", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"),
        ("Europe/Berlin", "2026-12-31T22:59:59Z", "2026-11-30T23:00:00Z", "2026-12-31T23:00:00Z"),
        ("Europe/Berlin", "2026-12-31T23:00:00Z", "2026-12-31T23:00:00Z", "2027-01-31T23:00:00Z"),
        ("UTC", "2028-02-29T23:59:59Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"),
    ])
    func `a month is the calendar's`(zone: String, time: String, from: String, to: String) throws {
        let month = try #require(Zone(zone)).month(containing: try #require(RFC3339.timestamp(time)))
        #expect(RFC3339.string(month.lowerBound) == from)
        #expect(RFC3339.string(month.upperBound) == to)
    }

    @Test(arguments: ["Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Africa/Casablanca", "Pacific/Apia"])
    func `months follow each other without a gap`(name: String) throws {
        let zone = try #require(Zone(name))
        var time = try #require(RFC3339.timestamp("2010-01-15T00:00:00Z"))
        for _ in 0..<240 {
            let month = zone.month(containing: time)
            #expect(zone.month(containing: month.upperBound - Span(milliseconds: 1)) == month)
            #expect(zone.month(containing: month.upperBound).lowerBound == month.upperBound)
            time = month.upperBound
        }
    }

    @Test func `time without end has a day and a month too`() throws {
        let zone = try #require(Zone("Europe/Berlin"))
        for time in [Timestamp.distantFuture, Timestamp(milliseconds: .min), Timestamp(milliseconds: 0)] {
            #expect(zone.date(at: time) == zone.date(at: time))
            #expect(zone.month(containing: time).lowerBound <= time)
        }
    }
}
