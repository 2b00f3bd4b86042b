import AllotAPI
import FakeDaemon
import Foundation
import Testing
import Units

@testable import allot

@Suite("Finance on the command line", .enabled(if: BuiltProgram.path != nil, "allot is not built"))
struct FinanceCommandTests {
    private static let time = DateTime(Timestamp(milliseconds: 1_793_491_200_000))  // 2026-11-01T00:00:00Z
    private static let end = DateTime(Timestamp(milliseconds: 1_796_083_200_000))  // 2026-12-01T00:00:00Z

    private static let invoice = InvoiceView(
        number: "INV-2026-11-vision", status: .sealed, sha256: "9f86d081", closedAt: end, period: "2026-11",
        timeZone: "UTC", from: time, to: end, department: "vision", departmentName: "Vision", currency: "EUR",
        lines: [
            InvoiceView.Line(
                id: 1, kind: .usage, team: "optics", sku: "gpu:H100", quantityHours: "12.5",
                exact: "31.254000000000", amount: "31.25",
                parts: [
                    InvoiceView.Part(
                        priorityClass: "standard", state: "used", quantityHours: "10", perHour: "2.5",
                        priceVersion: 2, window: "night", multiplier: "1", factor: "1", part: "1",
                        amount: "25.000000000000"),
                    InvoiceView.Part(
                        priorityClass: "production", state: "idle", quantityHours: "2.5", perHour: "2.5016",
                        priceVersion: 3, window: nil, multiplier: "2", factor: "0.5", part: "1",
                        amount: "6.254000000000"),
                ]),
            InvoiceView.Line(
                id: 2, kind: .adjustment, proposal: "f-12", exact: "-1200.000000000000", amount: "-1200.00"),
        ], exact: "-1168.746000000000", rounding: "-0.004000000000", total: "-1168.75", policyVersion: 4,
        ratingVersion: 1)

    private static func json(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }

    /// The lines without the blanks between words.
    private static func words(_ text: String) -> [String] {
        text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    }

    @Test("Usage has a column for each group that was asked for, and sums of each SKU below")
    func usage() async throws {
        let items = [("vision", "gpu:H100", "12.5"), ("vision", "cpu", "96"), ("", "cpu", "4")].map {
            UsageView.Item(
                keys: ["tag:project": $0.0], sku: $0.1, quantityHours: $0.2, amount: "1.005000000000",
                unratedHours: $0.2 == "4" ? "4" : "0")
        }
        let view = UsageView(
            from: "2026-11-01", to: "2026-12-01", timeZone: "Europe/Berlin", currency: "EUR", items: items,
            totals: [
                UsageView.Total(sku: "gpu:H100", quantityHours: "12.5", amount: "1.005000000000", unratedHours: "0"),
                UsageView.Total(sku: "cpu", quantityHours: "100", amount: "2.010000000000", unratedHours: "4"),
            ], amount: "3.015000000000")
        let json = try Self.json(view)
        try await FakeDaemon.run { _, responder in
            try await responder.reply(json)
        } _: { (daemon) async throws in
            let table = try await BuiltProgram.run(
                daemon, "usage", "--by", "tag:project,sku", "--from", "2026-11-01", "--to", "2026-12-01", "--tag",
                "run=a b", "--class", "standard", "--state", "noShow", "--user", "ada")
            #expect(
                daemon.requests.last?.path == "/v1/usage?from=2026-11-01&to=2026-12-01&by=tag%3Aproject%2Csku&user=ada"
                    + "&class=standard&state=noShow&tag=run%3Da%20b")
            #expect(
                Self.words(table.output) == [
                    "tag:project SKU HOURS AMOUNT WITHOUT PRICE", "vision gpu:H100 12.5 1.00", "vision cpu 96 1.00",
                    "- cpu 4 1.00 4", "total gpu:H100 12.5 1.00", "total cpu 100 2.01 4",
                    "2026-11-01 until 2026-12-01, Europe/Berlin: 3.02 EUR",
                ])
            let csv = try await BuiltProgram.run(daemon, "usage", "--by", "tag:project", "--output", "csv")
            #expect(
                csv.output == "tag:project,sku,quantityHours,amount,currency,unratedHours\r\n"
                    + "vision,gpu:H100,12.5,1.005000000000,EUR,0\r\nvision,cpu,96,1.005000000000,EUR,0\r\n"
                    + ",cpu,4,1.005000000000,EUR,4\r\n")
            let whole = try await BuiltProgram.run(daemon, "usage", "--output", "json")
            #expect(daemon.requests.last?.path == "/v1/usage")
            #expect(try JSONDecoder().decode(UsageView.self, from: Data(whole.output.utf8)) == view)
        }
    }

    @Test(
        "What can not be asked for is told before anybody is asked",
        arguments: [
            (["usage", "--by", "colour"], "'colour' is none of department, team, user"),
            (["usage", "--by", "day,user,team,sku"], "3 groups at most"),
            (["usage", "--from", "2026-11-01"], "--from and --to go together"),
            (["usage", "--period", "2026-11", "--from", "a", "--to", "b"], "a month or days, not both"),
            (["usage", "--tag", "project"], "not of the form NAME=VALUE"),
            (["invoice", "adjust", "vision", "1"], "--reason"),
            (["invoice", "reject", "f-1"], "--reason"),
            (["export", "gl", "--period", "2026-11", "--by-hour"], "--by-hour is for rows of usage"),
            (["export", "csv", "--period", "2026-11", "--dataset", "invoice-detail"], "--dataset is for focus"),
            (["export", "csv"], "--period"),
        ])
    func mistakes(words: [String], message: String) async throws {
        let ending = try await BuiltProgram.run(
            try #require(BuiltProgram.path), words, environment: ["ALLOT_SOCKET": "/nonexistent/s"])
        #expect(ending.code == 64)
        #expect(ending.errors.contains(message), "\(ending.errors)")
    }

    @Test("An invoice shows its lines, its rounding row and its total, and each part when asked")
    func invoice() async throws {
        let json = try Self.json(Self.invoice)
        try await FakeDaemon.run { _, responder in
            try await responder.reply(json)
        } _: { (daemon) async throws in
            let table = try await BuiltProgram.run(
                daemon, "invoice", "show", "INV-2026-11-vision", "--explain", "--utc")
            #expect(daemon.requests.last?.path == "/v1/invoices/INV-2026-11-vision?explain=true")
            let lines = Self.words(table.output)
            #expect(lines.contains("Invoice INV-2026-11-vision, sealed"))
            #expect(lines.contains("Department Vision (vision)"))
            #expect(lines.contains("SHA-256 9f86d081"))
            #expect(lines.contains("1 usage optics gpu:H100 12.5 31.254000000000 31.25"))
            #expect(lines.contains("2 adjustment f-12 - - - -1200.000000000000 -1,200.00"))
            #expect(lines.contains("rounding -0.004000000000"))
            #expect(lines.contains("total -1168.746000000000 -1,168.75"))
            #expect(lines.contains("standard, used 10 h × 2.5 (price 2, night) = 25.00"))
            #expect(lines.contains("production, idle 2.5 h × 2.5016 (price 3) × 2 (class) × 0.5 (idle) = 6.254"))
            let csv = try await BuiltProgram.run(daemon, "invoice", "show", "INV-2026-11-vision", "--output", "csv")
            #expect(daemon.requests.last?.path == "/v1/invoices/INV-2026-11-vision")
            #expect(csv.output.split(separator: "\r\n").count == 3)
            #expect(csv.output.contains("INV-2026-11-vision,2,adjustment,,,f-12,,,-1200.000000000000,-1200.00,EUR"))
        }
    }

    @Test("Adjustments and corrections go where they belong, with reason and amount")
    func proposals() async throws {
        let view = FinanceProposalView(
            id: "f-12", state: .pending,
            correction: CorrectionRequest(sku: "cpu", from: Self.time, to: Self.end, perHour: "0.04"), currency: "EUR",
            by: "fin", at: Self.time, reason: "contract 17",
            differences: [
                FinanceProposalView.Difference(department: "vision", exact: "1.005000000000", amount: "1.00"),
                FinanceProposalView.Difference(department: "speech", exact: "-2.000000000000", amount: "-2.00"),
            ])
        let json = try Self.json(view)
        try await FakeDaemon.run { _, responder in
            try await responder.reply(json)
        } _: { (daemon) async throws in
            let adjusted = try await BuiltProgram.run(
                daemon, "invoice", "adjust", "vision", "--reason", "cooling", "--team", "optics", "--", "-120.50")
            #expect(adjusted.code == 0, "\(adjusted.errors)")
            #expect(daemon.requests.last?.path == "/v1/finance/proposals")
            #expect(
                daemon.requests.last?.body
                    == #"{"adjustment":{"amount":"-120.50","department":"vision","team":"optics"},"reason":"cooling"}"#)
            let corrected = try await BuiltProgram.run(
                daemon, "invoice", "correct", "cpu", "0.04", "--from", "2026-11-01T00:00:00Z", "--to",
                "2026-12-01T00:00:00Z", "--reason", "contract 17")
            #expect(
                daemon.requests.last?.body
                    == #"{"correction":{"from":"2026-11-01T00:00:00Z","perHour":"0.04","sku":"cpu","#
                    + #""to":"2026-12-01T00:00:00Z"},"reason":"contract 17"}"#)
            let lines = Self.words(corrected.output)
            #expect(lines.contains("Correction cpu at 0.04 EUR an hour"))
            #expect(lines.contains("Difference vision: +1.00 EUR") && lines.contains("Difference speech: -2.00 EUR"))
            #expect(try await BuiltProgram.run(daemon, "invoice", "approve", "f-12").code == 0)
            #expect(daemon.requests.last?.path == "/v1/finance/proposals/f-12/approve")
            #expect(try await BuiltProgram.run(daemon, "invoice", "reject", "f-12", "--reason", "no").code == 0)
            #expect(daemon.requests.last?.path == "/v1/finance/proposals/f-12/reject")
            #expect(daemon.requests.last?.body == #"{"reason":"no"}"#)
        }
    }

    @Test("Lists of invoices, proposals and periods are tables and CSV")
    func lists() async throws {
        let invoices = try Self.json(
            Page(items: [
                InvoiceSummaryView(
                    number: "INV-2026-11-vision", status: .draft, period: "2026-11", department: "vision",
                    departmentName: nil, currency: "EUR", lines: 3, exact: "1234.560000000000",
                    rounding: "0.000000000000", total: "1234.56", sha256: nil)
            ]))
        let proposals = try Self.json(
            Page(items: [
                FinanceProposalView(
                    id: "f-3", state: .applied, adjustment: AdjustmentRequest(department: "vision", amount: "-5.00"),
                    currency: "EUR", by: "fin", at: Self.time, reason: "cooling")
            ]))
        let periods = try Self.json(
            Page(items: [
                PeriodView(
                    period: "2026-11", state: .open, from: Self.time, to: Self.end, currency: "EUR", invoices: 2,
                    total: "1234.56",
                    hindrances: PeriodView.Hindrances(
                        isUnderWay: false, earlier: "2026-10", unrated: [SKUHoursView(sku: "cpu", hours: "4.5")],
                        unsettled: ["r-7", "r-8"], pending: ["f-4"]))
            ]))
        try await FakeDaemon.run { request, responder in
            let isInvoices = request.path.hasPrefix("/v1/invoices?")
            try await responder.reply(
                isInvoices ? invoices : request.path.hasPrefix("/v1/finance/proposals?") ? proposals : periods)
        } _: { (daemon) async throws in
            let listed = try await BuiltProgram.run(daemon, "invoice", "list", "--period", "2026-11")
            #expect(daemon.requests.last?.path == "/v1/invoices?period=2026-11&limit=1000")
            #expect(Self.words(listed.output).last == "INV-2026-11-vision draft 2026-11 vision 3 1,234.56 EUR")
            let pending = try await BuiltProgram.run(daemon, "invoice", "pending")
            #expect(pending.output.contains("-5.00 EUR for vision"))
            let open = try await BuiltProgram.run(daemon, "period", "list")
            #expect(daemon.requests.last?.path == "/v1/periods?limit=1000")
            let way = "2026-10 is open; cpu without a price for 4.5 h; not written down: r-7, r-8; waiting: f-4"
            #expect(open.output.contains(way), "\(open.output)")
        }
    }

    @Test("Closing says what is in the way, with the exit code of a refusal")
    func close() async throws {
        let problem = Problem(
            type: "/problems/period-not-settled", title: "The period can not be closed yet", status: 409,
            detail: "2026-11 can not be closed yet: gpu:H100 has no price for 4 h")
        let json = try Self.json(problem)
        try await FakeDaemon.run { _, responder in
            try await responder.reply(json, status: 409, type: "application/problem+json")
        } _: { (daemon) async throws in
            let ending = try await BuiltProgram.run(daemon, "period", "close", "2026-11")
            #expect(ending.code == 2 && daemon.requests.last?.path == "/v1/periods/2026-11/close")
            #expect(ending.errors.contains("gpu:H100 has no price for 4 h"))
        }
    }

    @Test("A verification that fails is exit code 1")
    func verify() async throws {
        for (status, code) in [(AuditVerificationView.Status.verified, Int32(0)), (.failed, 1)] {
            let view = InvoiceVerificationView(
                status: status, faults: status == .failed ? ["INV-2026-11-vision: another total"] : [], events: 9,
                records: 4, invoices: 1, periods: ["2026-11"])
            let json = try Self.json(view)
            try await FakeDaemon.run { _, responder in
                try await responder.reply(json)
            } _: { (daemon) async throws in
                let ending = try await BuiltProgram.run(daemon, "invoice", "verify", "--period", "2026-11")
                #expect(ending.code == code && daemon.requests.last?.body == #"{"period":"2026-11"}"#)
                #expect(ending.output.contains("4 usage records, 1 invoices, from 9 rows"))
                #expect(ending.output.contains("another total") == (status == .failed))
            }
        }
    }
}
