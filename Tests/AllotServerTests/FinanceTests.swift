import AllotAPI
import Chargeback
import Foundation
import Policy
import Scheduling
import Storage
import Testing
import Units

@testable import AllotServer

/// A month's end over the API: usage, invoices, corrections, closing, exports. Whoever runs it is admin by being root.
@Suite(.enabled(if: geteuid() == 0, "only root is finance of the month")) struct FinanceTests {
    /// Serves the month while `body` runs.
    private static func withMonth(_ body: (TestServer, FinanceMonth) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        var month = try await FinanceMonth(folder: folder.path)
        await month.pass()
        try await withServer(router: month.daemon.api.router()) { server in try await body(server, month) }
        await month.daemon.close()
    }

    private static func decode<Value: Decodable>(_ reply: RawReply, _ type: Value.Type) throws -> Value {
        #expect((200..<300).contains(reply.status), "\(reply.text)")
        return try JSONDecoder().decode(type, from: Data(reply.body.utf8))
    }

    @Test func `the month's journal proves itself, and is left for who asks for it`() async throws {
        let folder = try TemporaryFolder()
        // Tests that drive the real programs begin where this month ends.
        let place = ProcessInfo.processInfo.environment["ALLOT_FINANCE_MONTH"] ?? folder.path
        var month = try await FinanceMonth(folder: place)
        await month.pass()
        #expect(await month.daemon.broker.snapshot().engine.state.reservations.isEmpty)
        await month.daemon.close()
        #expect(try JournalCheck.run(folder: place + "/state", anchor: nil).reservations == 3)
        try FinanceMonth.text.write(toFile: place + "/policy.yaml", atomically: false, encoding: .utf8)
    }

    /// A decimal's parts of 10⁻¹².
    private static func parts(_ text: String) throws -> Int {
        let digits = text.filter { $0 != "." && $0 != "-" }
        let places = text.split(separator: ".").dropFirst().first?.count ?? 0
        let number = try #require(Int(digits + String(repeating: "0", count: 12 - places)))
        return text.hasPrefix("-") ? -number : number
    }

    private static func usage(_ server: TestServer, _ query: String) async throws -> UsageView {
        try decode(try await server.get("/v1/usage?period=2026-10\(query)"), UsageView.self)
    }

    private static func invoices(_ server: TestServer) async throws -> [InvoiceView] {
        let page = try decode(
            try await server.get("/v1/invoices?period=2026-10"), Page<InvoiceSummaryView>.self)
        var views: [InvoiceView] = []
        for summary in page.items {
            views.append(
                try decode(try await server.get("/v1/invoices/\(summary.number)?explain=true"), InvoiceView.self))
        }
        return views
    }

    /// Corrects the price of memory, which has none, as another person than who approves it.
    private static func priceMemory(_ month: FinanceMonth) async throws {
        let range = FinanceMonth.time("2026-10-01", 0)..<FinanceMonth.time("2026-11-01", 0)
        _ = try await month.daemon.broker.decideBooks(by: UserID(8), caller: nil, reason: "forgotten") {
            (invoices, moment) throws(BooksRefusal) in
            try invoices.books.propose(
                .correction(
                    FinanceProposal.Correction(
                        sku: .memory, from: range.lowerBound, to: range.upperBound,
                        perHour: Price(microunits: 3_333))), by: UserID(8), secondPersonAbove: .zero, at: moment)
        }
    }

    @Test func `usage agrees with the invoices to the last part, whatever it is summed up by`() async throws {
        try await Self.withMonth { server, _ in
            let plain = try await Self.usage(server, "")
            #expect(plain.timeZone == "Europe/Berlin" && plain.from == "2026-10-01" && plain.to == "2026-11-01")
            #expect(plain.items.map(\.sku) == ["gpu:NVIDIA H100 80GB HBM3", "cpu", "memory"])
            let groups = [
                "department", "team", "user", "class", "state", "entry", "day", "month", "tag:project",
                "department,tag:project,day", "user,month,sku",
            ]
            for by in groups {
                let view = try await Self.usage(server, "&by=\(by)")
                #expect(view.amount == plain.amount && view.totals == plain.totals, "by \(by)")
                let sum = try view.items.reduce(0) { $0 + (try Self.parts($1.amount)) }
                // Each item is rounded to 12 places by itself.
                #expect(abs(sum - (try Self.parts(plain.amount))) <= view.items.count, "by \(by)")
            }
            for invoice in try await Self.invoices(server) {
                let used = try await Self.usage(server, "&department=\(invoice.department)").amount
                let lines = invoice.lines.filter { $0.kind == .usage }
                let exact = try lines.reduce(0) { $0 + (try Self.parts($1.exact)) }
                #expect(abs(exact - (try Self.parts(used))) <= lines.count, "\(invoice.number)")
                for line in lines {
                    let made = try (line.parts ?? []).reduce(0) { $0 + (try Self.parts($1.amount)) }
                    #expect(abs(made - (try Self.parts(line.exact))) <= (line.parts ?? []).count, "line \(line.id)")
                }
            }
            let hours = try await Self.usage(server, "&by=state&sku=gpu%3ANVIDIA%20H100%2080GB%20HBM3").items
            #expect(
                Dictionary(hours.map { ($0.keys["state"] ?? "", $0.quantityHours) }) { first, _ in first }
                    == ["used": "14", "idle": "6", "unmeasured": "128"])
            let lanes = try await Self.usage(server, "&tag=project%3Ddialects&by=class")
            #expect(lanes.items.map { $0.keys["class"] } == ["urgent", "urgent", "urgent"])
            #expect(try await Self.usage(server, "&state=degraded").items.isEmpty)
        }
    }

    @Test(arguments: [
        "by=colour", "by=day,day", "by=day,user,team,sku", "from=2026-10-01", "to=2026-10-01",
        "from=2026-10-02&to=2026-10-01", "period=2026-13", "period=2026-10&from=2026-10-01&to=2026-10-02",
        "from=1990-01-01&to=2026-10-02", "sku=H100", "state=sleeping", "tag=project", "user=no-such-user-here", "x=1",
    ])
    func `what usage can not be asked for is refused by name`(query: String) async throws {
        try await withAPI { server, _ in
            let reply = try await server.get("/v1/usage?\(query)")
            #expect(reply.status == 422 && reply.problem?.type == "/problems/invalid-field", "\(reply.text)")
        }
    }

    @Test func `who is in a department sees its use, and of single people the own`() {
        var question = UsageQuestion(
            filter: UsageFilter(days: CivilDate(daysSinceEpoch: 0)..<CivilDate(daysSinceEpoch: 9)))
        var member = Caller.user(7)
        member.subject.accounts = [Account(department: DepartmentID("a"), team: nil)]
        func asked(_ caller: Caller, _ change: (inout UsageQuestion) -> Void = { _ in }) -> UsageFilter {
            var copy = question
            change(&copy)
            API.restrict(&copy, to: caller)
            return copy.filter
        }
        #expect(asked(member).departments == [DepartmentID("a")] && asked(member).users == nil)
        #expect(asked(member) { $0.filter.departments = [DepartmentID("b")] }.departments == [])
        #expect(asked(member) { $0.keys = [.user] }.users == [UserID(7)])
        #expect(asked(member) { $0.keys = [.tag("x")] }.users == [UserID(7)])
        #expect(asked(member) { $0.filter.users = [UserID(8)] }.users == [])
        var manager = member
        manager.subject.manages = [DepartmentID("b")]
        #expect(asked(manager).departments == [DepartmentID("a"), DepartmentID("b")])
        #expect(asked(manager) { $0.keys = [.user] }.departments == [DepartmentID("b")])
        var auditor = member
        auditor.roles = [.auditor]
        question.keys = [.user]
        #expect(asked(auditor).departments == nil && asked(auditor).users == nil)
        #expect(!member.seesInvoices(of: DepartmentID("a"), by: .listInvoices))
        #expect(!manager.seesInvoices(of: DepartmentID("a"), by: .listInvoices))
        #expect(manager.seesInvoices(of: DepartmentID("b"), by: .showInvoice))
    }

    @Test func `a month is not closed before all has a price and nothing waits, and not changed afterwards`()
        async throws
    {
        try await Self.withMonth { server, month in
            let open = try Self.decode(try await server.get("/v1/periods"), Page<PeriodView>.self).items
            #expect(open.map(\.period) == ["2026-11", "2026-10"] && open[0].hindrances?.earlier == "2026-10")
            #expect(open[1].hindrances?.unrated.map(\.sku) == ["memory"] && open[1].hindrances?.isUnderWay == false)
            let early = try await server.post("/v1/periods/2026-10/close", "")
            #expect(early.problem?.type == "/problems/period-not-settled", "\(early.text)")
            #expect(early.problem?.members["unrated"] == .texts(["memory, 2368 h"]))
            try await Self.priceMemory(month)
            let waiting = try await server.post("/v1/periods/2026-10/close", "")
            #expect(waiting.problem?.members["pending"] == .texts(["f-1"]))
            let shown = try Self.decode(
                try await server.get("/v1/finance/proposals/f-1"), FinanceProposalView.self)
            #expect(shown.state == .pending && shown.reason == "forgotten" && shown.correction?.perHour == "0.003333")
            #expect(shown.differences?.map(\.amount) == ["0.64", "7.47"])
            let approved = try Self.decode(
                try await server.post("/v1/finance/proposals/f-1/approve", "{}"), FinanceProposalView.self)
            #expect(approved.state == .applied && approved.decidedBy == "root" && approved.differences == nil)
            let again = try await server.post("/v1/finance/proposals/f-1/approve", "{}")
            #expect(again.problem?.type == "/problems/proposal-decided")
            let drafts = try await Self.invoices(server)
            #expect(drafts.allSatisfy { $0.status == .draft && $0.sha256 == nil && $0.unrated.isEmpty })
            let closed = try Self.decode(try await server.post("/v1/periods/2026-10/close", ""), PeriodView.self)
            #expect(closed.state == .closed && closed.closedBy == "root" && closed.hindrances == nil)
            let sealed = try await Self.invoices(server)
            #expect(sealed.map(\.lines) == drafts.map(\.lines) && sealed.map(\.total) == drafts.map(\.total))
            for invoice in sealed {
                #expect(invoice.status == .sealed && invoice.sha256?.count == 64)
                let sum = try invoice.lines.reduce(0) { $0 + (try Self.parts($1.amount)) }
                #expect(sum == (try Self.parts(invoice.total)), "\(invoice.number)")
            }
            let late = try await server.post(
                "/v1/finance/proposals",
                #"{"adjustment":{"department":"vision","amount":"5","period":"2026-10"},"reason":"late"}"#)
            #expect(late.problem?.type == "/problems/period-closed", "\(late.text)")
            let twice = try await server.post("/v1/periods/2026-10/close", "")
            #expect(twice.problem?.type == "/problems/period-closed")
            #expect(try await Self.invoices(server) == sealed)
        }
    }

    @Test func `an adjustment above the limit waits for somebody else, and a mistaken one is refused by name`()
        async throws
    {
        try await Self.withMonth { server, _ in
            func propose(_ adjustment: String) async throws -> RawReply {
                try await server.post(
                    "/v1/finance/proposals", #"{"adjustment":{\#(adjustment)},"reason":"cooling"}"#)
            }
            let small = try Self.decode(
                try await propose(#""department":"vision","team":"tracking","amount":"-12.50""#),
                FinanceProposalView.self)
            #expect(small.id == "f-1" && small.state == .applied && small.decidedBy == nil)
            #expect(small.adjustment?.amount == "-12.50" && small.adjustment?.period == "2026-10")
            let large = try Self.decode(
                try await propose(#""department":"speech","amount":"1000.01""#), FinanceProposalView.self)
            #expect(large.state == .pending)
            let own = try await server.post("/v1/finance/proposals/f-2/approve", "{}")
            #expect(own.status == 403 && own.problem?.type == "/problems/own-proposal")
            #expect(try await server.post("/v1/finance/proposals/f-2/reject", "{}").status == 422, "it needs a reason")
            let back = try Self.decode(
                try await server.post("/v1/finance/proposals/f-2/reject", #"{"reason":"twice"}"#),
                FinanceProposalView.self)
            #expect(back.state == .rejected && back.rejectionReason == "twice" && back.reason == "cooling")
            let list = try Self.decode(
                try await server.get("/v1/finance/proposals?limit=1"), Page<FinanceProposalView>.self)
            #expect(list.items == [back] && list.nextCursor != nil)
            for (wrong, field) in [
                (#""department":"nobody","amount":"1""#, "adjustment.department"),
                (#""department":"speech","team":"tracking","amount":"1""#, "adjustment.team"),
                (#""department":"vision","amount":"x""#, "adjustment.amount"),
                (#""department":"vision","amount":"0""#, "amount"),
                (#""department":"vision","amount":"0.001""#, "amount"),
                (#""department":"vision","amount":"1","period":"2027-01""#, "period"),
            ] {
                let reply = try await propose(wrong)
                #expect(reply.status == 422 && reply.problem?.field == field, "\(reply.text)")
            }
            #expect(try await server.post("/v1/finance/proposals", #"{"reason":"x"}"#).status == 422)
            #expect(try await server.get("/v1/finance/proposals/f-9").problem?.type == "/problems/unknown-proposal")
            let vision = try await Self.invoices(server).last
            #expect(vision?.lines.filter { $0.kind == .adjustment }.map(\.amount) == ["-12.50"])
        }
    }

    @Test(arguments: ExportQuery.Format.allCases)
    func `an export ends with the digest that the journal has of it`(format: ExportQuery.Format) async throws {
        try await Self.withMonth { server, month in
            let path = Route.export(ExportQuery(format: format, period: "2026-10"))
            let (body, trailer) = try Self.dechunked(try await Self.whole(server, path))
            let digest = BooksRecord.digest(body)
            #expect(trailer == "allot-sha256: \(digest)\r\n\r\n")
            var filter = AuditFilter()
            filter.kind = "export"
            let events = try await month.daemon.store.read(.audit(filter, limit: 10)).events
            let notes = try events.compactMap { event -> ExportNote? in
                let made = try BooksRecord.event(kind: event.entry.kind, payload: event.entry.payload)
                if case .exported(let note) = made { return note }
                return nil
            }
            #expect(notes.map(\.sha256) == [digest] && notes.first?.bytes == Int64(body.count))
            #expect(notes.first?.format == format.rawValue && notes.first?.by == UserID(0))
            let again = try Self.dechunked(try await Self.whole(server, path))
            #expect(again.body.count == body.count)
        }
    }

    @Test func `a period is named as it is wrong, and an export has no more rows than its form`() async throws {
        try await Self.withMonth { server, _ in
            for (path, type) in [
                ("exports/csv?period=2026-09", "unknown-period"), ("exports/csv?period=2026-12", "unknown-period"),
                ("exports/csv", "invalid-field"), ("exports/pdf?period=2026-10", "invalid-field"),
                ("exports/gl?period=2026-10&split=hour", "invalid-field"),
                ("exports/csv?period=2026-10&split=day", "invalid-field"),
                ("exports/csv?period=2026-10&department=nobody", "unknown-department"),
                ("invoices?period=2026-09", "unknown-period"), ("invoices/INV-2026-10-nobody", "unknown-invoice"),
                ("invoices/INV-2026-09-vision", "unknown-invoice"), ("invoices/x", "unknown-invoice"),
            ] {
                let reply = try await server.get("/v1/\(path)")
                #expect(reply.problem?.type == "/problems/\(type)", "\(path): \(reply.text)")
            }
        }
    }

    /// Everything that comes until the connection ends.
    private static func whole(_ server: TestServer, _ path: String) async throws -> String {
        try await server.client { client in
            try client.send("GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return try client.receiveToEnd()
        }
    }

    /// What came in chunks, and what stands behind them.
    private static func dechunked(_ text: String) throws -> (body: [UInt8], trailer: String) {
        let start = try #require(text.range(of: "\r\n\r\n"))
        var rest = Array(text[start.upperBound...].utf8)[...]
        var body: [UInt8] = []
        while true {
            let end = try #require(rest.firstIndex(of: 13))
            let count = try #require(Int(String(decoding: rest[..<end], as: UTF8.self), radix: 16))
            rest = rest[(end + 2)...]
            if count == 0 { return (body, String(decoding: rest, as: UTF8.self)) }
            body += rest.prefix(count)
            rest = rest.dropFirst(count + 2)
        }
    }
}

/// As many exports as there may be.
@Suite struct ExportGateTests {
    @Test func `a place is free again when its export is over`() throws {
        let gate = ExportGate()
        var places = try (0..<Limits.exports).map { _ in try gate.enter() }
        #expect(throws: Problem.self) { try gate.enter() }
        places.removeLast()
        places.append(try gate.enter())
        #expect(throws: Problem.self) { try gate.enter() }
        #expect(places.count == Limits.exports)
    }
}
