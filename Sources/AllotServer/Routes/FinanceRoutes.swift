import AllotAPI
import Chargeback
import Hummingbird
import NIOPosix
import Policy
import Storage
import Units

extension API {
    func addFinanceRoutes(to routes: RouterGroup<AllotRequestContext>) {
        routes.get("finance/proposals") { request, context in
            _ = try await caller(context, .listFinanceProposals)
            let page = try Newest(request, await broker.invoices.books.entries)
            let views = try await financeViews(of: page.items)
            return try JSONReply.response(Page(items: page.items.map { views.view($0) }, nextCursor: page.next))
        }
        routes.get("finance/proposals/:id") { _, context in
            _ = try await caller(context, .showFinanceProposal)
            return try await reply(withProposal: try financeNumber(context))
        }
        routes.post("finance/proposals") { request, context in
            let caller = try await caller(context, .proposeFinance)
            return try await proposeFinance(request, context, by: caller)
        }
        routes.post("finance/proposals/:id/approve") { request, context in
            let caller = try await caller(context, .approveFinanceProposal)
            _ = try decision(request, context, needsReason: false)
            let (number, user) = (try financeNumber(context), caller.subject.user)
            try await decide(by: caller, reason: nil) { (invoices, moment) throws(BooksRefusal) in
                try invoices.books.approve(number, by: user, at: moment)
            }
            return try await reply(withProposal: number)
        }
        routes.post("finance/proposals/:id/reject") { request, context in
            let caller = try await caller(context, .rejectFinanceProposal)
            let reason = try decision(request, context, needsReason: true)
            let (number, user) = (try financeNumber(context), caller.subject.user)
            try await decide(by: caller, reason: reason) { (invoices, moment) throws(BooksRefusal) in
                try invoices.books.reject(number, by: user, at: moment)
            }
            return try await reply(withProposal: number)
        }
    }

    private func proposeFinance(
        _ request: Hummingbird.Request, _ context: AllotRequestContext, by caller: Caller
    ) async throws -> Response {
        let asked = try JSONBody.decode(FinanceProposalRequest.self, from: request, context)
        guard (1...Limits.reasonBytes).contains(asked.reason.utf8.count) else {
            throw Problems.invalidField("reason", "1 to \(Limits.reasonBytes) bytes")
        }
        let (user, policy) = (caller.subject.user, await broker.invoices.policy)
        let books: Books
        switch (asked.adjustment, asked.correction) {
        case (let adjustment?, nil):
            let draft = try AdjustmentDraft(adjustment, policy)
            books = try await decide(by: caller, reason: asked.reason) { (invoices, moment) throws(BooksRefusal) in
                let period = draft.period ?? invoices.books.earliestOpen(at: moment)
                return try invoices.books.propose(
                    .adjustment(draft.adjustment(in: period)), by: user,
                    secondPersonAbove: invoices.policy.chargeback.adjustmentLimit, at: moment)
            }
        case (nil, let correction?):
            let correction = try FinanceProposal.Correction(correction)
            guard await broker.tariffs.knows(correction.sku) || policy.prices(correction.sku) else {
                throw Problems.invalidField("correction.sku", "one that was used, or has a price")
            }
            // What it comes to is seen before it is taken: one that is too long for that is refused.
            _ = try await differences(of: correction)
            books = try await decide(by: caller, reason: asked.reason) { (invoices, moment) throws(BooksRefusal) in
                try invoices.books.propose(
                    .correction(correction), by: user,
                    secondPersonAbove: invoices.policy.chargeback.adjustmentLimit, at: moment)
            }
        case (nil, nil), (.some, .some):
            throw Problems.invalidField("adjustment", "either it or a correction")
        }
        return try await reply(withProposal: books.nextProposal - 1, status: 201)
    }

    /// Has the books decide.
    /// - Returns: the books after it.
    @discardableResult
    private func decide(
        by caller: Caller, reason: String?,
        _ decide: @Sendable (PeriodInvoices, Books.Moment) throws(BooksRefusal) -> BooksEvent
    ) async throws -> Books {
        do throws(Broker.FinanceFailure) {
            return try await broker.decideBooks(
                by: caller.subject.user, caller: caller.reference, reason: reason, decide
            ).books
        } catch {
            throw error.problem
        }
    }

    /// One proposal, with what it changes while it waits.
    private func reply(withProposal number: Int64, status: Int = 200) async throws -> Response {
        guard let entry = await broker.invoices.books.entry(number) else {
            throw Problems.unknownFinanceProposal(number)
        }
        var differences: [CorrectionPreview.Difference]?
        if case .pending(let proposal) = entry, case .correction(let correction) = proposal.what {
            differences = try await self.differences(of: correction)
        }
        let views = try await financeViews(of: [entry])
        return try JSONReply.response(
            views.view(entry, differences: differences), status: .init(code: status))
    }

    private func differences(
        of correction: FinanceProposal.Correction
    ) async throws -> [CorrectionPreview.Difference] {
        guard correction.from < correction.to else { return [] }
        let (tariffs, reader) = (await broker.tariffs, store.reader)
        let correctable = Correctable(sku: correction.sku, interval: correction.from..<correction.to)
        do {
            return try await NIOThreadPool.singleton.runIfActive {
                var preview = CorrectionPreview(correction)
                for record in try correctable.standing(reader, tariffs) { preview.add(record) }
                return preview.differences
            }
        } catch StoreError.limitExceeded(_, let limit) {
            throw Problems.tooManyItems(limit)
        }
    }

    /// With the names and reasons of these.
    private func financeViews(of entries: [FinanceViews.Entry]) async throws -> FinanceViews {
        var views = FinanceViews(
            names: await names(of: entries.flatMap(\.users)),
            currency: await broker.invoices.policy.priceBook?.currency)
        var missing = Set(entries.map(\.proposal.number))
        var filter = AuditFilter()
        filter.only = ["finance.proposed", "finance.rejected"]
        filter.from = entries.map(\.proposal.at).min()
        var before: Int64?
        repeat {
            let page = try await store.read(.audit(filter, before: before, limit: Limits.auditedProposals))
            for event in page.events {
                let reason = event.values[.reason].map { String(decoding: $0, as: UTF8.self) }
                switch try BooksRecord.event(kind: event.entry.kind, payload: event.entry.payload) {
                case .proposed(let proposal, _):
                    missing.remove(proposal.number)
                    views.reasons[proposal.number] = reason
                case .rejected(let number, _, _): views.rejections[number] = reason
                default: break
                }
            }
            before = page.before
        } while before != nil && !missing.isEmpty
        return views
    }

    private func financeNumber(_ context: AllotRequestContext) throws -> Int64 {
        let text = try context.parameters.require("id")
        guard text.hasPrefix("f-"), let number = Int64(text.dropFirst(2)), number > 0 else {
            throw Problems.invalidField("id", "a proposal's id, such as f-12")
        }
        return number
    }
}

/// An adjustment that is asked for; nil for the earliest open period.
private struct AdjustmentDraft: Sendable {
    var department: DepartmentID
    var team: TeamID?
    var amount: Amount
    var period: Period?

    init(_ asked: AdjustmentRequest, _ policy: Policy) throws(Problem) {
        guard let department = policy.departments.first(where: { $0.id.text == asked.department }) else {
            throw Problems.unknownDepartment(
                "adjustment.department", asked.department, known: policy.departments.map(\.id.text))
        }
        self.department = department.id
        if let team = asked.team {
            guard let known = department.teams.first(where: { $0.id.text == team }) else {
                throw Problems.unknownDepartment("adjustment.team", team, known: department.teams.map(\.id.text))
            }
            self.team = known.id
        }
        let isNegative = asked.amount.hasPrefix("-")
        guard let amount = Amount(isNegative ? String(asked.amount.dropFirst()) : asked.amount) else {
            throw Problems.invalidField("adjustment.amount", "a decimal such as 120.50 or -120.50")
        }
        self.amount = isNegative ? .zero - amount : amount
        period = try asked.period.map { text throws(Problem) in try API.period(text, field: "adjustment.period") }
    }

    func adjustment(in period: Period) -> FinanceProposal.Adjustment {
        FinanceProposal.Adjustment(department: department, team: team, amount: amount, period: period)
    }
}

extension FinanceProposal.Correction {
    fileprivate init(_ asked: CorrectionRequest) throws(Problem) {
        guard let price = Price(asked.perHour) else {
            throw Problems.invalidField("correction.perHour", "a decimal with 6 places at most, such as 0.04")
        }
        self.init(
            sku: try API.sku(asked.sku, field: "correction.sku"), from: asked.from.timestamp, to: asked.to.timestamp,
            perHour: price)
    }
}

extension TariffTable {
    /// Whether something of the SKU was used.
    fileprivate func knows(_ sku: SKU) -> Bool { tariffs.values.contains { $0.sku == sku } }
}

extension Policy {
    /// Whether the price book has the SKU.
    fileprivate func prices(_ sku: SKU) -> Bool { priceBook?.rates.contains { $0.sku == sku } ?? false }
}
