import Chargeback
import Foundation
import Policy
import Testing
import Units

@Suite struct BooksTests {
    private let alice = UserID(1001)
    private let bob = UserID(1002)

    private func adjustment(_ hundredths: Int64, _ period: String = "2026-11") throws -> FinanceProposal.What {
        .adjustment(
            FinanceProposal.Adjustment(
                department: Finance.vision, team: nil, amount: Finance.amount(hundredths),
                period: try Finance.period(period)))
    }

    private func correction(
        _ from: String = "2026-11-03T00:00:00Z", _ to: String = "2026-11-04T00:00:00Z", _ price: Int64 = 2_000_000
    ) throws -> FinanceProposal.What {
        .correction(
            FinanceProposal.Correction(
                sku: Finance.h100, from: try Finance.time(from), to: try Finance.time(to),
                perHour: Price(microunits: price)))
    }

    private func propose(
        _ what: FinanceProposal.What, in books: Books = Books(), at moment: Books.Moment? = nil
    ) throws -> BooksEvent {
        try books.propose(
            what, by: alice, secondPersonAbove: Finance.amount(100_000), at: moment ?? Finance.moment())
    }

    @Test func `an adjustment within the limit holds at once, one above waits for a second person`() throws {
        var books = Books()
        let small = try books.apply(propose(adjustment(-100_000), in: books))
        #expect(small?.number == 1 && books.pending.isEmpty)
        #expect(books.adjustments.map(\.adjustment.amount) == [Finance.amount(-100_000)])
        let large = try books.apply(propose(adjustment(-100_001), in: books))
        #expect(large == nil && books.pending.map(\.number) == [2] && books.adjustments.count == 1)
        let approved = try books.apply(books.approve(2, by: bob, at: Finance.moment()))
        #expect(approved?.number == 2 && books.pending.isEmpty)
        #expect(books.adjustments.map(\.number) == [1, 2])
        #expect(books.adjustments.map(\.approvedBy) == [nil, bob])
        #expect(books.decided.map(\.isApplied) == [true, true])
    }

    @Test func `a correction always waits for a second person, and says so when it holds`() throws {
        var books = Books()
        #expect(try books.apply(propose(correction())) == nil)
        let applied = try books.apply(books.approve(1, by: bob, at: Finance.moment()))
        #expect(try applied?.what == correction())
        #expect(books.adjustments.isEmpty)
    }

    @Test func `nobody approves an own proposal, and a decided one is decided`() throws {
        var books = Books()
        try books.apply(propose(correction()))
        let moment = try Finance.moment()
        #expect(throws: BooksRefusal.ownProposal(1)) { try books.approve(1, by: alice, at: moment) }
        #expect(throws: BooksRefusal.unknownProposal(2)) { try books.approve(2, by: bob, at: moment) }
        #expect(throws: BooksRefusal.unknownProposal(0)) { try books.reject(0, by: bob, at: moment) }
        try books.apply(books.reject(1, by: alice, at: moment))
        #expect(books.decided.map(\.isApplied) == [false] && books.pending.isEmpty)
        #expect(throws: BooksRefusal.decided(1)) { try books.approve(1, by: bob, at: moment) }
        #expect(throws: BooksRefusal.decided(1)) { try books.reject(1, by: bob, at: moment) }
    }

    @Test func `what can not be posted is refused with the numbers`() throws {
        let moment = try Finance.moment()
        var books = Books()
        try books.apply(.closed(.sample("2026-10")))
        let (october, november) = (try Finance.period("2026-10"), try Finance.period("2026-11"))
        let cases: [(FinanceProposal.What, BooksRefusal)] = [
            (try adjustment(0), .zeroAmount),
            (
                .adjustment(
                    FinanceProposal.Adjustment(
                        department: Finance.vision, team: nil, amount: Amount(microunits: 10_001), period: november)),
                .hundredths(Amount(microunits: 10_001))
            ),
            (
                try adjustment(-100_000_000_001),
                .amount(Finance.amount(-100_000_000_001), limit: Books.Limits.adjustment)
            ),
            (try adjustment(1, "2026-10"), .closed(october, earliestOpen: november)),
            (try adjustment(1, "2027-01"), .ahead(try Finance.period("2027-01"), current: moment.current)),
            (
                try correction("2026-11-03T00:00:00Z", "2026-11-03T00:00:00Z"),
                .emptyInterval(
                    from: try Finance.time("2026-11-03T00:00:00Z"), to: try Finance.time("2026-11-03T00:00:00Z"))
            ),
            (
                try correction("2026-11-03T00:00:00Z", "2026-12-15T12:00:01Z"),
                .correctionAhead(to: try Finance.time("2026-12-15T12:00:01Z"), settledUntil: moment.now)
            ),
            (
                try correction("2025-11-03T00:00:00Z", "2026-11-05T00:00:00Z"),
                .correctionSpan(.days(367), limit: Books.Limits.correctionSpan)
            ),
            (
                try correction("2026-11-03T00:00:00Z", "2026-11-05T00:00:00Z", 1_000_000_000_001),
                .price(Price(microunits: 1_000_000_000_001), limit: Policy.Limits.price.upperBound)
            ),
        ]
        for (what, refusal) in cases {
            #expect(throws: refusal) { try propose(what, in: books, at: moment) }
        }
        #expect(throws: BooksRefusal.beforeFirst(try Finance.period("2026-09"), first: october)) {
            try propose(adjustment(1, "2026-09"), at: moment)
        }
        let settled = try Finance.time("2026-11-03T23:00:00Z")
        #expect(
            throws: BooksRefusal.correctionAhead(to: try Finance.time("2026-11-04T00:00:00Z"), settledUntil: settled)
        ) {
            try propose(correction(), in: books, at: Finance.moment(settled: "2026-11-03T23:00:00Z"))
        }
        // At the limits it is taken.
        _ = try propose(adjustment(-100_000_000_000), in: books, at: moment)
        _ = try propose(correction("2025-11-03T00:00:00Z", "2026-11-04T00:00:00Z", 0), in: books, at: moment)
        _ = try propose(adjustment(1, "2026-12"), in: books, at: moment)
    }

    @Test func `no more wait than the limit says`() throws {
        var books = Books()
        for _ in 0..<Books.Limits.pending { try books.apply(propose(correction(), in: books)) }
        #expect(throws: BooksRefusal.tooManyPending(limit: Books.Limits.pending)) {
            try propose(correction(), in: books)
        }
    }

    @Test func `no more adjustments are posted than the limit says, and the last decided are kept`() throws {
        var books = Books()
        for number in 1...Int64(Books.Limits.adjustments) {
            let proposal = FinanceProposal(
                number: number, what: try adjustment(1), by: alice, at: Timestamp(milliseconds: 0))
            try books.apply(.proposed(proposal, needsSecond: false))
        }
        #expect(throws: BooksRefusal.tooManyAdjustments(limit: Books.Limits.adjustments)) {
            try propose(adjustment(1), in: books)
        }
        #expect(books.decided.count == Books.Limits.decided)
        #expect(books.decided.last?.proposal.number == Int64(Books.Limits.adjustments))
    }

    @Test func `an event that does not fit changes nothing`() throws {
        var books = Books()
        try books.apply(.closed(.sample("2026-10")))
        try books.apply(propose(correction(), in: books))
        let before = books
        let time = Timestamp(milliseconds: 0)
        let misfits: [BooksEvent] = [
            .proposed(FinanceProposal(number: 3, what: try adjustment(1), by: alice, at: time), needsSecond: false),
            .proposed(
                FinanceProposal(number: 2, what: try adjustment(1, "2026-10"), by: alice, at: time),
                needsSecond: false),
            .approved(1, by: alice, at: time), .approved(2, by: bob, at: time), .rejected(2, by: bob, at: time),
            .closed(try .sample("2026-10")), .closed(try .sample("2026-12")), .exported(try .sample(2)),
        ]
        for event in misfits {
            #expect(throws: Books.Misfit.self) { try books.apply(event) }
            #expect(books == before)
        }
    }

    @Test func `books and events read back as they were written`() throws {
        var books = Books()
        let events: [BooksEvent] = [
            .closed(try .sample("2026-10")), try propose(adjustment(5)),
            .proposed(
                FinanceProposal(number: 2, what: try correction(), by: alice, at: Timestamp(milliseconds: 5)),
                needsSecond: true),
            .approved(2, by: bob, at: Timestamp(milliseconds: 6)),
            .proposed(
                FinanceProposal(number: 3, what: try correction(), by: alice, at: Timestamp(milliseconds: 7)),
                needsSecond: true),
            .rejected(3, by: bob, at: Timestamp(milliseconds: 8)), .exported(try .sample(1)),
        ]
        #expect(
            events.map(\.kind) == [
                "period.closed", "finance.proposed", "finance.proposed", "finance.approved", "finance.proposed",
                "finance.rejected", "export.made",
            ])
        for event in events {
            let bytes = try JSONEncoder.sorted.encode(event)
            let read = try JSONDecoder().decode(BooksEvent.self, from: bytes)
            #expect(read == event)
            #expect(try JSONEncoder.sorted.encode(read) == bytes)
            try books.apply(read)
        }
        let bytes = try JSONEncoder.sorted.encode(books)
        let read = try JSONDecoder().decode(Books.self, from: bytes)
        #expect(read == books && books.nextProposal == 4 && books.nextExport == 2)
        #expect(try JSONEncoder.sorted.encode(read) == bytes)
    }
}

extension JSONEncoder {
    static var sorted: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return encoder
    }
}

extension ClosedPeriod {
    static func sample(_ text: String) throws -> ClosedPeriod {
        ClosedPeriod(
            period: try Finance.period(text), by: UserID(1001), at: Timestamp(milliseconds: 1),
            versions: Invoice.Versions(policy: 1, rating: Invoicing.rating),
            invoices: [
                Seal(department: Finance.vision, number: "INV-\(text)-vision", total: Finance.amount(5), sha256: "ab")
            ])
    }
}

extension ExportNote {
    static func sample(_ number: Int64) throws -> ExportNote {
        ExportNote(
            number: number, period: try Finance.period("2026-11"), format: "csv", department: Finance.vision,
            isByHour: true, rows: 5, bytes: 100, sha256: "cd", by: UserID(1001), at: Timestamp(milliseconds: 9))
    }
}
