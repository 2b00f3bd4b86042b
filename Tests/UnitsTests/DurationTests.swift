import Testing
import Units

@Suite("Durations as people write them")
struct DurationTests {
    @Test(
        "read",
        arguments: [
            ("90s", 90), ("45m", 2700), ("4h", 14_400), ("2d", 172_800), ("1h30m", 5400), ("1d1h1m1s", 90_061),
            ("2d90s", 172_890), ("0s", 0), ("007m", 420), ("36525d", 3_155_760_000), ("3155760000s", 3_155_760_000),
            ("1m90s", 150),
        ])
    func read(_ text: String, _ seconds: Int64) {
        #expect(Span(duration: text) == .seconds(seconds))
    }

    @Test(
        "refused",
        arguments: [
            "", " ", "90", "s", "h4", "4 h", " 4h", "4h ", "4H", "1.5h", "-4h", "+4h", "4h4h", "30m1h", "1h30", "4w",
            "4hs",
            "１h", "٣h", "4h\n", "36526d", "36525d1s", "3155760001s", "99999999999999999999s", "9223372036854775807d",
            "é",
            "4\u{0}h",
        ])
    func refused(_ text: String) {
        #expect(Span(duration: text) == nil)
    }

    @Test(
        "shown",
        arguments: [
            (Span.zero, "0s"), (.seconds(59), "59s"), (.seconds(60), "1m"), (.seconds(5400), "1h30m"), (.days(2), "2d"),
            (.seconds(90_061), "1d1h1m1s"), (.seconds(86_401), "1d1s"), (Span(milliseconds: 1999), "1s"),
            (Span(milliseconds: 999), "0s"), (.seconds(-5), "0s"), (Span(milliseconds: .min), "0s"),
        ])
    func shown(_ span: Span, _ text: String) {
        #expect(span.duration == text)
    }

    @Test func `what is shown is read as the same`() {
        for seconds in stride(from: Int64(0), through: 3_155_760_000, by: 7_654_321) {
            let span = Span.seconds(seconds)
            #expect(Span(duration: span.duration) == span)
        }
    }

    @Test(
        "whole seconds are rounded down, also below zero",
        arguments: [
            (0, 0), (999, 0), (1000, 1), (-1, -1), (-1000, -1), (-1001, -2), (.max, 9_223_372_036_854_775),
            (.min, -9_223_372_036_854_776),
        ] as [(Int64, Int64)])
    func wholeSeconds(_ milliseconds: Int64, _ seconds: Int64) {
        #expect(Span(milliseconds: milliseconds).wholeSeconds == seconds)
    }

    @Test func `sums and differences are held at the ends`() {
        let largest = Span(milliseconds: .max)
        let smallest = Span(milliseconds: .min)
        #expect(largest + .seconds(1) == largest)
        #expect(smallest + .seconds(-1) == smallest)
        #expect(largest + smallest == Span(milliseconds: -1))
        #expect(largest - Span(milliseconds: -1) == largest)
        #expect(smallest - .seconds(1) == smallest)
        #expect(Span.minutes(2) - .seconds(30) == .seconds(90))
        #expect(Span(seconds: .max) == largest)
        #expect(Span(seconds: .min) == smallest)
        #expect(Timestamp.distantFuture + .days(1) == .distantFuture)
        #expect(Timestamp(milliseconds: .min) - .seconds(1) == Timestamp(milliseconds: .min))
        #expect(Timestamp.distantFuture - Timestamp(milliseconds: -1) == largest)
        #expect(Timestamp(milliseconds: 5000) - Timestamp(milliseconds: 7000) == .seconds(-2))
    }
}
