import AllotAPI
import Chargeback
import Hummingbird
import NIOPosix
import Policy
import Storage
import Units

extension API {
    func addInvoiceRoutes(to routes: RouterGroup<AllotRequestContext>) {
        routes.get("invoices") { request, context in try await invoices(request, context) }
        routes.get("invoices/:number") { request, context in try await invoice(request, context) }
        routes.post("invoices/verify") { request, context in
            _ = try await caller(context, .verifyInvoices)
            let asked = try JSONBody.decode(InvoiceVerifyRequest.self, from: request, context, allowsEmpty: true)
            return try JSONReply.response(try await verifyInvoices(asked.period))
        }
    }

    private func invoices(_ request: Hummingbird.Request, _ context: AllotRequestContext) async throws -> Response {
        let caller = try await caller(context, .listInvoices)
        let query = try PageQuery(request, known: ["period"])
        let first = try query.number(after: "cursor") ?? 0
        let reader = await periodReader()
        let period = try query.text("period").map { text throws(Problem) in try API.period(text, field: "period") }
        let asked = period ?? reader.moment.current
        try reader.check(asked)
        let all = try await NIOThreadPool.singleton.runIfActive { try reader.documents(of: asked) }
        let visible = all.filter { caller.seesInvoices(of: $0.department, by: .listInvoices) }
        let views = InvoiceViews(reader.invoices.policy, reader.invoices.books)
        let page = visible.dropFirst(first).prefix(query.limit)
        return try JSONReply.response(
            Page(
                items: page.map { views.summary($0) },
                nextCursor: page.endIndex == visible.count ? nil : String(page.endIndex)))
    }

    private func invoice(_ request: Hummingbird.Request, _ context: AllotRequestContext) async throws -> Response {
        let caller = try await caller(context, .showInvoice)
        let explains = try Query(request, known: ["explain"]).flag("explain") ?? false
        let number = try context.parameters.require("number")
        let reader = await periodReader()
        // `INV-2026-11-vision`.
        guard number.hasPrefix("INV-"), let period = Period(String(number.dropFirst(4).prefix(7))),
            (try? reader.check(period)) != nil
        else { throw Problems.unknownInvoice(number) }
        let view = try await NIOThreadPool.singleton.runIfActive { () throws -> InvoiceView? in
            let isClosed = reader.invoices.books.isClosed(period)
            let totals = explains || !isClosed ? try reader.totals(of: period) : []
            let statement = isClosed ? nil : try reader.statement(of: period, totals)
            let documents = try statement?.invoices ?? reader.documents(of: period)
            guard let invoice = documents.first(where: { $0.number == number }),
                caller.seesInvoices(of: invoice.department, by: .showInvoice)
            else { return nil }
            return InvoiceViews(reader.invoices.policy, reader.invoices.books).view(
                invoice, explains ? Explanation.all(of: invoice, totals: totals) : [],
                unrated: (statement?.unrated ?? []).filter { $0.department == invoice.department })
        }
        guard let view else { throw Problems.unknownInvoice(number) }
        return try JSONReply.response(view)
    }

    /// Proves the journal with everything that is made of it, and says what of it are invoices.
    private func verifyInvoices(_ text: String?) async throws -> InvoiceVerificationView {
        let reader = await periodReader()
        let asked = try text.map { text throws(Problem) in try API.period(text, field: "period") }
        if let asked { try reader.check(asked) }
        let closed = reader.invoices.books.closed.filter { asked == nil || $0.period == asked }
        if let asked, closed.isEmpty {
            throw Problems.invalidField("period", "a closed one; \(asked) is open, and its invoices are drafts")
        }
        let place = try verifications.enter()
        defer { place.leave() }
        var view = InvoiceVerificationView(
            status: .verified, faults: [], events: 0, records: try await store.read(.lastRecord),
            invoices: closed.reduce(0) { $0 + $1.invoices.count }, periods: closed.map(\.period.description))
        let storeReader = store.reader
        do {
            view.events = try await NIOThreadPool.singleton.runIfActive {
                try JournalCheck.run(storeReader, anchors: [], limit: Limits.verificationTime).events
            }
        } catch {
            (view.status, view.faults) = (.failed, ["\(error)"])
        }
        return view
    }
}

extension Caller {
    /// Invoices are for who manages the department, and for those who see all.
    func seesInvoices(of department: DepartmentID, by operation: Access.Operation) -> Bool {
        switch extent(of: operation) {
        case .none, .own: false
        case .department: subject.manages.contains(department)
        case .all: true
        }
    }
}
