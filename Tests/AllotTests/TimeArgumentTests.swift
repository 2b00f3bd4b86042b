import Testing
import Units

@testable import allot

@Suite("Times as people write them")
struct TimeArgumentTests {
    /// A Monday, 10:30 in Berlin.
    static let now = time("2026-11-23T09:30:00Z")

    /// Central Europe in 2026: summer time from 29 March to 25 October, both at 01:00 UTC.
    static let berlin = Zone(name: .local) { seconds in
        let summer = time("2026-03-29T01:00:00Z").milliseconds / 1000..<time("2026-10-25T01:00:00Z").milliseconds / 1000
        return summer.contains(seconds) ? 7200 : 3600
    }

    static func time(_ text: String) -> Timestamp {
        RFC3339.timestamp(text) ?? Timestamp(milliseconds: .min)
    }

    @Test(
        "Every form means the time that a person would think of",
        arguments: [
            ("2026-11-24T09:00:00Z", "2026-11-24T09:00:00Z"), ("2026-11-24T09:00:00+05:30", "2026-11-24T03:30:00Z"),
            ("2026-11-24 09:00:00-08:00", "2026-11-24T17:00:00Z"), ("2026-11-24 09:00", "2026-11-24T08:00:00Z"),
            ("2026-11-24T09:00", "2026-11-24T08:00:00Z"), ("2026-11-24 9:00", "2026-11-24T08:00:00Z"),
            ("2026-11-24 09:00:30", "2026-11-24T08:00:30Z"), ("2026-07-01 09:00", "2026-07-01T07:00:00Z"),
            ("11:00", "2026-11-23T10:00:00Z"), ("10:31", "2026-11-23T09:31:00Z"), ("10:30", "2026-11-24T09:30:00Z"),
            ("9:00", "2026-11-24T08:00:00Z"), ("00:00", "2026-11-23T23:00:00Z"), ("23:59:59", "2026-11-23T22:59:59Z"),
            ("tomorrow 09:00", "2026-11-24T08:00:00Z"), ("Tomorrow 9:00", "2026-11-24T08:00:00Z"),
            ("today 17:00", "2026-11-23T16:00:00Z"), ("today 08:00", "2026-11-23T07:00:00Z"),
            ("+2h", "2026-11-23T11:30:00Z"), ("+1h30m", "2026-11-23T11:00:00Z"), ("+90s", "2026-11-23T09:31:30Z"),
            ("  +2h ", "2026-11-23T11:30:00Z"),
        ])
    func forms(text: String, expected: String) throws {
        let read = try TimeArgument.read(text, now: Self.now, zone: Self.berlin)
        #expect(RFC3339.string(read) == expected)
    }

    @Test(
        "In UTC it is UTC's clock that counts",
        arguments: [
            ("09:00", "2026-11-24T09:00:00Z"), ("10:00", "2026-11-23T10:00:00Z"),
            ("tomorrow 00:00", "2026-11-24T00:00:00Z"), ("2026-07-01 09:00", "2026-07-01T09:00:00Z"),
        ])
    func utc(text: String, expected: String) throws {
        #expect(RFC3339.string(try TimeArgument.read(text, now: Self.now, zone: .utc)) == expected)
    }

    @Test(
        "What is no time is refused with what would be one",
        arguments: [
            ("", "is not a time; write"), ("noon", "is not a time; write"), ("24:00", "not a time of day"),
            ("09:60", "not a time of day"), ("9", "is not a time; write"), ("2026-11-24", "needs a time of day"),
            ("2026-02-30 09:00", "is not a time; write"), ("2026-11-24 0900", "not a time of day"),
            ("tomorrow", "is not a time; write"), ("tomorrow noon", "not a time of day"), ("+2", "not a time from now"),
            ("+", "not a time from now"), ("+2h30", "not a time from now"), ("-2h", "is not a time; write"),
            ("2026-11-24 09:00 CET", "is not a time; write"), ("1969-12-31 09:00", "is not a time; write"),
            ("2026-11-24 09:00:00.5.5", "not a time of day"),
        ])
    func faults(text: String, hint: String) {
        let fault = #expect(throws: TimeArgument.Fault.self) {
            try TimeArgument.read(text, now: Self.now, zone: Self.berlin)
        }
        #expect(fault?.description.contains(hint) == true, "\(fault?.description ?? "")")
    }

    @Test("An hour that the clocks skip is refused, one that they show twice is the first")
    func clockChanges() throws {
        let spring = Self.time("2026-03-28T09:00:00Z")
        #expect(throws: TimeArgument.Fault.self) {
            try TimeArgument.read("2026-03-29 02:30", now: spring, zone: Self.berlin)
        }
        #expect(throws: TimeArgument.Fault.self) {
            try TimeArgument.read("tomorrow 02:30", now: spring, zone: Self.berlin)
        }
        let before = try TimeArgument.read("2026-03-29 01:59", now: spring, zone: Self.berlin)
        #expect(RFC3339.string(before) == "2026-03-29T00:59:00Z")
        let after = try TimeArgument.read("2026-03-29 03:00", now: spring, zone: Self.berlin)
        #expect(RFC3339.string(after) == "2026-03-29T01:00:00Z")
        let twice = try TimeArgument.read("2026-10-25 02:30", now: spring, zone: Self.berlin)
        #expect(RFC3339.string(twice) == "2026-10-25T00:30:00Z")
    }

    @Test("Across a change of the clocks, tomorrow at nine is at nine")
    func acrossChange() throws {
        let saturday = Self.time("2026-10-24T12:00:00Z")
        let sunday = try TimeArgument.read("tomorrow 09:00", now: saturday, zone: Self.berlin)
        #expect(RFC3339.string(sunday) == "2026-10-25T08:00:00Z")
    }

    @Test("The wall's time and back is the same time, every hour of a year")
    func roundTrip() {
        for hour in 0..<8760 {
            let time = Self.time("2026-01-01T00:00:00Z") + .hours(Int64(hour))
            let back = Self.berlin.time(ofWall: Self.berlin.wall(time))
            let isRepeated = RFC3339.string(time) == "2026-10-25T01:00:00Z"
            #expect(back == (isRepeated ? time - .hours(1) : time), "\(RFC3339.string(time))")
        }
    }
}
