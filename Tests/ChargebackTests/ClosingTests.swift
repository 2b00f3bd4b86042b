import Chargeback
import Policy
import Testing
import Units

@Suite struct ClosingTests {
    private let versions = Invoice.Versions(policy: 1, rating: Invoicing.rating)

    private func standing(unrated: [Unrated] = [], unsettled: [ReservationID] = []) -> Books.Standing {
        Books.Standing(unrated: unrated, unsettled: unsettled)
    }

    private func close(_ books: inout Books, _ period: String, at time: String = "2026-12-15T12:00:00Z") throws {
        let event = try books.close(
            Finance.period(period), with: [], versions: versions, by: UserID(1001), standing: standing(),
            at: Finance.moment(time))
        try books.apply(event)
    }

    @Test func `periods are closed one after the other, when they are over, once`() throws {
        var books = Books()
        let (october, november) = (try Finance.period("2026-10"), try Finance.period("2026-11"))
        let december = try Finance.period("2026-12")
        #expect(throws: BooksRefusal.beforeFirst(october.previous, first: october)) { try close(&books, "2026-09") }
        #expect(throws: BooksRefusal.earlierIsOpen(november, earliestOpen: october)) { try close(&books, "2026-11") }
        #expect(throws: BooksRefusal.notOver(october, ends: try Finance.time("2026-11-01T00:00:00Z"))) {
            try close(&books, "2026-10", at: "2026-10-31T23:59:59.999Z")
        }
        try close(&books, "2026-10", at: "2026-11-01T00:00:00Z")
        #expect(throws: BooksRefusal.closed(october, earliestOpen: november)) { try close(&books, "2026-10") }
        #expect(try books.openPeriods(at: Finance.moment()) == [november, december])
        try close(&books, "2026-11")
        #expect(books.closed.map(\.period) == [october, november])
        #expect(try books.earliestOpen(at: Finance.moment()) == december)
        #expect(books.isClosed(november) && books.isClosed(october.previous) && !books.isClosed(december))
    }

    @Test func `a period's end is its zone's`() throws {
        let berlin = try #require(Zone("Europe/Berlin"))
        let october = try Finance.period("2026-10")
        // Summer time ends on the 25th.
        let end = try Finance.time("2026-10-31T23:00:00Z")
        #expect(throws: BooksRefusal.notOver(october, ends: end)) {
            try Books().checkClosing(
                october, standing: standing(), at: Finance.moment("2026-10-31T22:59:59Z", zone: berlin))
        }
        try Books().checkClosing(
            october, standing: standing(), at: Finance.moment("2026-10-31T23:00:00Z", zone: berlin))
    }

    @Test func `everything that hinders is said, with its numbers`() throws {
        var books = Books()
        let moment = try Finance.moment(settled: "2026-10-31T22:00:00Z")
        let (october, november) = (try Finance.period("2026-10"), try Finance.period("2026-11"))
        for (period, from) in [("2026-10", "2026-10-05T00:00:00Z"), ("2026-11", "2026-11-01T00:00:00Z")] {
            let what = [
                FinanceProposal.What.adjustment(
                    FinanceProposal.Adjustment(
                        department: Finance.vision, team: nil, amount: Finance.amount(500_000),
                        period: try Finance.period(period))),
                .correction(
                    FinanceProposal.Correction(
                        sku: .core, from: try Finance.time(from), to: try Finance.time("2026-12-01T00:00:00Z"),
                        perHour: .zero)),
            ]
            for what in what {
                try books.apply(
                    books.propose(
                        what, by: UserID(1), secondPersonAbove: Finance.amount(1), at: Finance.moment()))
            }
        }
        let unrated = [
            Unrated(department: Finance.vision, sku: .core, quantity: 7_200_000),
            Unrated(department: Finance.speech, sku: Finance.h100, quantity: 1000),
            Unrated(department: Finance.robotics, sku: .core, quantity: 3_600_000),
        ]
        let standing = standing(unrated: unrated, unsettled: [ReservationID(9), ReservationID(4)])
        let expected: [Hindrance] = [
            .unrated(Finance.h100, quantity: 1000), .unrated(.core, quantity: 10_800_000),
            .unsettled(
                until: try Finance.time("2026-10-31T22:00:00Z"), reservations: [ReservationID(4), ReservationID(9)]),
            .pending([1, 2]),
        ]
        // The correction from November's first instant on is not about October.
        #expect(throws: BooksRefusal.hindered(october, expected)) {
            try books.checkClosing(october, standing: standing, at: moment)
        }
        #expect(books.hindrances(of: november, standing: standing, at: moment).last == .pending([1, 2, 3, 4]))
        #expect(SKU.core.hours(of: 10_800_000) == "3" && Finance.h100.hours(of: -1_800_000_000) == "-0.5")
    }

    @Test func `each hindrance alone hinders`() throws {
        let october = try Finance.period("2026-10")
        let late = try Finance.moment(settled: "2026-10-31T23:59:59.999Z")
        let settled = try Finance.moment(settled: "2026-11-01T00:00:00Z")
        let cases = [
            (standing(unrated: [Unrated(department: Finance.vision, sku: .core, quantity: 1)]), settled),
            (standing(), late), (standing(unsettled: [ReservationID(4)]), settled),
        ]
        for (standing, moment) in cases {
            #expect(Books().hindrances(of: october, standing: standing, at: moment).count == 1)
            #expect(throws: BooksRefusal.self) {
                try Books().close(
                    october, with: [], versions: versions, by: UserID(1), standing: standing, at: moment)
            }
        }
        #expect(Books().hindrances(of: october, standing: standing(), at: settled) == [])
    }

    @Test func `a closed period's adjustments leave the books, others stay`() throws {
        var books = Books()
        for period in ["2026-10", "2026-11"] {
            let what = FinanceProposal.What.adjustment(
                FinanceProposal.Adjustment(
                    department: Finance.vision, team: nil, amount: Finance.amount(1), period: try Finance.period(period)
                ))
            try books.apply(
                books.propose(what, by: UserID(1), secondPersonAbove: Finance.amount(1), at: Finance.moment()))
        }
        try close(&books, "2026-10")
        #expect(books.adjustments.map(\.number) == [2])
    }

    /// The record's day, today, and the day that it is posted to, with October closed.
    @Test(arguments: [
        // Its own period is open: its own day, also after that is over.
        ("2026-11-05", "2026-11-20T00:00:00Z", "2026-11-05"), ("2026-11-05", "2026-12-02T00:00:00Z", "2026-11-05"),
        ("2026-12-01", "2026-12-02T00:00:00Z", "2026-12-01"),
        // It is closed: today.
        ("2026-10-31", "2026-11-20T00:00:00Z", "2026-11-20"), ("2025-02-01", "2026-11-01T00:00:00Z", "2026-11-01"),
        // November is over and open: its last day.
        ("2026-10-31", "2026-12-02T00:00:00Z", "2026-11-30"),
    ])
    func `what comes later is posted where a period is open`(day: String, now: String, posted: String) throws {
        var books = Books()
        try close(&books, "2026-10")
        let expected = try Finance.day(posted)
        #expect(try books.postingDay(of: Finance.day(day), at: Finance.moment(now)) == expected)
    }
}
