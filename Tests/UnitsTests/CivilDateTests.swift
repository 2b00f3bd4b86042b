import Testing
import Units

@Suite struct CivilDateTests {
    @Test(
        arguments: [
            ("1970-01-01", 0), ("1970-12-31", 364), ("2000-02-29", 11_016), ("2026-11-02", 20_759),
            ("9999-12-31", 2_932_896),
        ] as [(String, Int64)])
    func `a date is read, and so many days from 1970`(text: String, days: Int64) throws {
        let date = try #require(CivilDate(text))
        #expect(date.daysSinceEpoch == days)
        #expect(CivilDate(daysSinceEpoch: days) == date)
    }

    @Test(arguments: [
        "", "2026", "2026-1-1", "2026-13-01", "2026-00-01", "2026-02-29", "2100-02-29", "2026-04-31", "2026-01-00",
        "1969-12-31", "10000-01-01", "2026-01-01T", "2026-01-01 ", "2026/01/01", "+026-01-01",
    ])
    func `what is no date is refused`(text: String) {
        #expect(CivilDate(text) == nil)
    }

    @Test func `day follows day, also before 1970`() {
        var last = CivilDate(daysSinceEpoch: -800_000)
        for days in Int64(-799_999)...800_000 {
            let date = CivilDate(daysSinceEpoch: days)
            let isNext =
                date.day == last.day + 1 && date.firstOfMonth == last.firstOfMonth
                || date.day == 1 && date == last.firstOfNextMonth
            guard isNext, date > last, date.daysSinceEpoch == days else {
                Issue.record("\(date) follows \(last)")
                return
            }
            last = date
        }
    }
}
