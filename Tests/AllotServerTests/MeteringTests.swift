import Chargeback
import Policy
import Scheduling
import Storage
import Testing
import Units

@testable import AllotServer

/// Metering, the books and their proof, over a real database.
@Suite struct MeteringTests {
    private static let policy = PolicyText(
        test: """
            version: 1
            departments:
              - id: lab
                members: ["*"]
                teams: [{id: nlp, members: ["*"]}]
              - id: idle
            priceBook:
              currency: EUR
              rates:
                - {sku: "gpu:NVIDIA A10", from: 2026-01-01, perHour: 2.50}
                - {sku: cpu, from: 2026-01-01, perHour: 0.02}
            """)

    /// A folder, and the clock that goes on over restarts.
    private struct Place {
        let folder: TemporaryFolder
        let time = TestTime()
        var state: String { folder.path + "/state" }

        init() throws { folder = try TemporaryFolder() }

        func daemon(last: Timestamp? = nil) async throws -> TestDaemon {
            let policy = MeteringTests.policy
            let daemon = try await TestDaemon(folder: folder.path, time: time, policy: policy, last: last)
            try await daemon.broker.compare(policy, logger: daemon.broker.logger)
            await daemon.broker.takeInventory()
            return daemon
        }

        func verify() throws -> JournalCheck.Report { try JournalCheck.run(folder: state, anchor: nil) }
    }

    private static func request(_ span: Span) -> Request {
        Request(devices: 1, cores: 2, memory: .gibibytes(1), span: span)
    }

    private static func records(_ daemon: TestDaemon) throws -> [UsageRecordRow] {
        try daemon.store.read(.records(after: 0, limit: 1000))
    }

    @Test func `what a grant held is in the transaction of its end, and verifies`() async throws {
        let place = try Place()
        let daemon = try await place.daemon()
        _ = await daemon.submit(Self.request(.hours(2)), by: 1000)
        place.time.advance(by: .hours(2))
        await daemon.broker.perform(.tick)
        #expect(try Self.records(daemon).isEmpty)
        place.time.advance(by: .seconds(5))
        await daemon.broker.perform(.stopped(ReservationID(1)))
        let records = try Self.records(daemon)
        let time: Int64 = 7_200_000
        #expect(records.map(\.quantity) == [1000 * time, 2 * time, 1024 * time])
        let report = try place.verify()
        #expect(report.live == 0)
        await daemon.close()
        // Memory has no price: it is told, and not billed.
        let reopened = try await place.daemon()
        let totals = try await reopened.broker.totals()
        #expect(totals.filter { $0.tariff.rate == nil }.map(\.tariff.sku) == [.memory])
        await reopened.close()
    }

    @Test func `a day without the daemon is degraded, and a start takes up where it was`() async throws {
        let place = try Place()
        var daemon = try await place.daemon()
        _ = await daemon.submit(Self.request(.days(3)), by: 1000)
        place.time.advance(by: .hours(1))
        await daemon.close()
        let left = place.time.now
        place.time.advance(by: .hours(24))
        daemon = try await place.daemon(last: left)
        place.time.advance(by: .hours(1))
        await daemon.broker.perform(
            .release(ReservationID(1), by: Subject(user: .root, accounts: [], isAdmin: true)))
        await daemon.broker.perform(.stopped(ReservationID(1)))
        let tariffs = try TariffTable(try await daemon.store.read(.tariffs))
        var hours: [UsageState: Int64] = [:]
        for row in try Self.records(daemon) {
            let record = try tariffs.record(row)
            guard record.tariff.sku == .core else { continue }
            hours[record.tariff.state, default: 0] += record.quantity / 2 / 3_600_000
        }
        #expect(hours == [.unmeasured: 2, .degraded: 24])
        _ = try place.verify()
        await daemon.close()
    }

    @Test func `a step of the clock is a gap of what did not pass`() {
        func reading(_ milliseconds: Int64, steps: Int) -> ClockReading {
            ClockReading(
                time: Timestamp(milliseconds: milliseconds), difference: .zero, isDisputed: false, steps: steps)
        }
        let before = reading(1_000, steps: 3)
        let gap = reading(90_000, steps: 4).gap(since: before, passed: .seconds(5))
        #expect(
            gap == Gap(from: Timestamp(milliseconds: 6_000), to: Timestamp(milliseconds: 90_000), cause: .clock))
        #expect(reading(90_000, steps: 3).gap(since: before, passed: .seconds(5)) == nil)
        #expect(reading(6_000, steps: 4).gap(since: before, passed: .seconds(5)) == nil)
    }

    @Test func `devices that were held for longer than owned are named`() {
        let hour: Int64 = 1000 * 3_600_000
        let refusal = InvoicingRefusal.oversold(.device("H100"), version: 1, owned: 2 * hour, sold: 3 * hour)
        let detail = refusal.problem.detail
        #expect(refusal.problem.status == 422)
        #expect(detail.contains("gpu:H100 was held for 3 h and owned for 2 h"), "\(detail)")
    }

    @Test func `a record that was changed, or a sum, is noticed`() async throws {
        let place = try Place()
        let daemon = try await place.daemon()
        _ = await daemon.submit(Self.request(.hours(2)), by: 1000)
        place.time.advance(by: .hours(2))
        await daemon.broker.perform(.tick)
        await daemon.broker.perform(.stopped(ReservationID(1)))
        await daemon.close()
        _ = try place.verify()
        try tamper(place.state, "UPDATE usage_month SET quantity = quantity + 1 WHERE tariff = 1")
        #expect(throws: JournalCheck.Fault.self) { try place.verify() }
        try tamper(place.state, "UPDATE usage_month SET quantity = quantity - 1 WHERE tariff = 1")
        _ = try place.verify()
        try tamper(place.state, "DROP TRIGGER usage_record_keeps_content")
        try tamper(place.state, "UPDATE usage_record SET user = 1001 WHERE number = 1")
        #expect(throws: JournalCheck.Fault.self) { try place.verify() }
    }

    @Test func `a period closes once all is rated and settled, and never changes again`() async throws {
        let place = try Place()
        let daemon = try await place.daemon()
        // 2026-11-02.
        _ = await daemon.submit(Self.request(.days(2)), by: 1000)
        place.time.advance(by: .days(2))
        await daemon.broker.perform(.tick)
        let november = try #require(Period("2026-11"))
        await #expect(throws: Broker.FinanceFailure.self) {
            try await daemon.broker.closePeriod(november, by: UserID(7), caller: nil)
        }
        await daemon.broker.perform(.stopped(ReservationID(1)))
        place.time.advance(by: .days(30))
        // Memory has no price yet: a correction gives it one.
        await #expect(throws: Broker.FinanceFailure.self) {
            try await daemon.broker.closePeriod(november, by: UserID(7), caller: nil)
        }
        let correction = FinanceProposal.Correction(
            sku: .memory, from: place.time.now - .days(35), to: place.time.now - .days(1),
            perHour: Price(microunits: 3_000))
        try await correct(daemon, correction)
        let closed = try await daemon.broker.closePeriod(november, by: UserID(7), caller: nil)
        #expect(closed.books.closed.map(\.period) == [november])
        let sealed = try await daemon.store.read(.invoices(of: november.first))
        #expect(sealed.map(\.number) == ["INV-2026-11-idle", "INV-2026-11-lab"])
        let invoice = try BooksRecord.invoice(try #require(sealed.last).body)
        // 48 h × (2.50 + 2 × 0.02 + 0.003).
        #expect(invoice.total == Amount(microunits: 122_060_000) && invoice.exact == "122.064000000000")
        // What is corrected later is posted to December, and November stays as it is.
        let cheaper = FinanceProposal.Correction(
            sku: .device("NVIDIA A10"), from: place.time.now - .days(35), to: place.time.now - .days(1),
            perHour: Price(microunits: 2_000_000))
        try await correct(daemon, cheaper)
        #expect(try await daemon.store.read(.invoices(of: november.first)) == sealed)
        let december = try await daemon.broker.totals().filter { $0.period > november }
        let sum = december.reduce(ExactAmount.zero) { $0 + ($1.tariff.amount(of: $1.quantity) ?? .zero) }
        #expect(sum.description == "-24.000000000000")
        #expect(december.allSatisfy { $0.tariff.original == november })
        #expect(try place.verify().invoices == 2)
        await daemon.close()
        try tamper(place.state, "DROP TRIGGER invoice_keeps_content")
        try tamper(place.state, "UPDATE invoice SET body = zeroblob(9)")
        #expect(throws: JournalCheck.Fault.self) { try place.verify() }
    }

    /// Proposed by one, approved by another.
    private func correct(_ daemon: TestDaemon, _ correction: FinanceProposal.Correction) async throws {
        let proposed = try await daemon.broker.decideBooks(by: UserID(7), caller: nil, reason: "a wrong price") {
            (invoices, moment) throws(BooksRefusal) in
            try invoices.books.propose(
                .correction(correction), by: UserID(7), secondPersonAbove: .zero, at: moment)
        }
        guard case .proposed(let proposal, true) = proposed.event else {
            Issue.record("a correction needs a second person")
            return
        }
        _ = try await daemon.broker.decideBooks(by: UserID(8), caller: nil, reason: nil) {
            (invoices, moment) throws(BooksRefusal) in
            try invoices.books.approve(proposal.number, by: UserID(8), at: moment)
        }
    }
}

extension Broker {
    /// All that is stored.
    func totals() throws -> [PeriodTotal] {
        var totals: [PeriodTotal] = []
        for period in [Period("2026-11"), Period("2026-12")].compactMap(\.self) {
            totals += try tariffs.totals(of: period, store.reader)
        }
        return totals
    }
}
