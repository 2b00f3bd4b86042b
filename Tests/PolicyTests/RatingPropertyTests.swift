import Foundation
import Policy
import Testing
import Units

/// Pieces against a calendar that is asked minute by minute.
@Suite struct RatingPropertyTests {
    /// `ALLOT_SEED` repeats a run, `ALLOT_ROUNDS` makes it longer.
    @Test(arguments: [
        ("Europe/Berlin", "2026-03-29T01:00:00Z"), ("Europe/Berlin", "2026-10-25T01:00:00Z"),
        ("America/New_York", "2026-03-08T07:00:00Z"), ("America/New_York", "2026-11-01T06:00:00Z"),
        // Half an hour.
        ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"), ("Australia/Lord_Howe", "2026-10-03T15:30:00Z"),
        // At midnight.
        ("America/Santiago", "2023-09-03T04:00:00Z"), ("America/Santiago", "2023-04-02T03:00:00Z"),
        // A day that was left out.
        ("Pacific/Apia", "2011-12-30T10:00:00Z"),
    ])
    func `pieces cover an interval and agree with the calendar at each minute`(name: String, change: String) throws {
        let seed = variable("ALLOT_SEED") ?? UInt64.random(in: 0 ... .max)
        let rounds = Int(variable("ALLOT_ROUNDS") ?? 8)
        print("ALLOT_SEED=\(seed) ALLOT_ROUNDS=\(rounds) \(name) \(change)")
        let zone = try #require(TimeZone(identifier: name))
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let change = try #require(RFC3339.timestamp(change))
        // The change is where it is thought to be.
        #expect(zone.secondsFromGMT(for: instant(change - .seconds(1))) != zone.secondsFromGMT(for: instant(change)))
        var generator = Seeded(state: seed)
        for round in 0..<rounds {
            let policy = try policy(name, change, &generator)
            let start = change - .minutes(.random(in: 0...2000, using: &generator))
            let length = Span(milliseconds: .random(in: 0...(48 * 3_600_000), using: &generator))
            let pieces = policy.rate(.core, over: start..<(start + length))
            check(pieces, start, length, "seed \(seed), round \(round), \(name)")
            for minute in 0..<(length.wholeSeconds / 60) {
                let time = start + .minutes(minute)
                let piece = pieces.first { $0.from <= time && time < $0.to }
                let expected = expected(at: time, of: policy, calendar)
                guard piece?.rate == expected, piece != nil else {
                    Issue.record("\(RFC3339.string(time)): seed \(seed), round \(round), \(name)")
                    return
                }
            }
        }
    }

    /// Whether the pieces follow each other over the whole interval, each unlike the one before.
    private func check(_ pieces: [RatePiece], _ start: Timestamp, _ length: Span, _ comment: String) {
        var end = start
        var last: RatePiece?
        for piece in pieces {
            #expect(piece.from == end && piece.from < piece.to, "\(comment)")
            #expect(last == nil || last?.rate != piece.rate, "\(comment)")
            end = piece.to
            last = piece
        }
        #expect(end == start + length, "\(comment)")
    }

    private func expected(at time: Timestamp, of policy: Policy, _ calendar: Calendar) -> AppliedRate? {
        let rates = (policy.priceBook?.rates ?? []).filter { $0.sku == .core }.sorted { $0.from < $1.from }
        guard let index = rates.firstIndex(where: { $0.from <= time && time < $0.to }) else { return nil }
        let parts = calendar.dateComponents([.weekday, .hour, .minute], from: instant(time))
        let minute = (parts.hour ?? 0) * 60 + (parts.minute ?? 0)
        // A calendar's week begins on a Sunday, with 1.
        let today = Weekday.allCases[((parts.weekday ?? 0) + 5) % 7]
        let yesterday = Weekday.allCases[((parts.weekday ?? 0) + 4) % 7]
        let window = rates[index].windows.first { window in
            if window.from < window.to {
                return window.days.contains(today) && window.from.minutes <= minute && minute < window.to.minutes
            }
            return window.days.contains(today) && window.from.minutes <= minute
                || window.days.contains(yesterday) && minute < window.to.minutes
        }
        return AppliedRate(
            perHour: window?.perHour ?? rates[index].perHour, version: index + 1, window: window?.name)
    }

    /// Two rates with a gap between them near the change, and a week's windows that do not overlap, many of them in
    /// the small hours, where clocks are set.
    private func policy(_ zone: String, _ change: Timestamp, _ generator: inout Seeded) throws -> Policy {
        let gap = change + .minutes(.random(in: -1500...1500, using: &generator))
        let long = gap + .minutes(.random(in: 0...90, using: &generator))
        let days = try Weekday.allCases.flatMap { day in
            let cuts = Set(
                (0..<4).map { _ in
                    Int.random(in: 0...1, using: &generator) * 960 + Int.random(in: 0...480, using: &generator)
                })
            let sorted = cuts.sorted()
            return try zip(sorted, sorted.dropFirst()).enumerated().filter { $0.offset % 2 == 0 }.map { _, cut in
                RateWindow(
                    name: "\(day) \(cut.0)", days: [day], from: try time(cut.0), to: try time(cut.1),
                    perHour: Price(microunits: .random(in: 0...9, using: &generator)))
            }
        }
        let nights = [
            RateWindow(
                name: "night", days: [.saturday, .sunday, .friday].filter { _ in Bool.random(using: &generator) },
                from: try time(.random(in: 1200...1439, using: &generator)),
                to: try time(.random(in: 0...300, using: &generator)), perHour: .zero)
        ]
        return Policy(
            departments: [], classes: [], timeZone: try #require(Zone(zone)),
            priceBook: PriceBook(
                currency: "EUR",
                rates: [
                    Rate(sku: .core, from: long, perHour: Price(microunits: 10), windows: nights),
                    Rate(
                        sku: .core, from: change - .days(2), to: gap, perHour: Price(microunits: 11), windows: days),
                    Rate(sku: .memory, from: change, perHour: Price(microunits: 12)),
                ]))
    }

    private func time(_ minutes: Int) throws -> TimeOfDay {
        let two = { (number: Int) in (number < 10 ? "0" : "") + "\(number)" }
        return try #require(TimeOfDay("\(two(minutes / 60)):\(two(minutes % 60))"))
    }

    private func instant(_ time: Timestamp) -> Date {
        Date(timeIntervalSince1970: TimeInterval(time.milliseconds) / 1000)
    }
}
