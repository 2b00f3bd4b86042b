import AllotAPI
import Chargeback
import Hummingbird
import NIOPosix
import Policy
import Storage
import Units

extension API {
    func addPeriodRoutes(to routes: RouterGroup<AllotRequestContext>) {
        routes.get("periods") { request, context in
            let caller = try await caller(context, .listPeriods)
            let reader = await periodReader()
            let page = try Newest(request, reader.periods)
            let names = await names(of: reader.invoices.books.closed.map(\.by))
            let periods = page.items
            let items = try await NIOThreadPool.singleton.runIfActive {
                try periods.map { try reader.view($0, for: caller, names) }
            }
            return try JSONReply.response(Page(items: items, nextCursor: page.next))
        }
        routes.post("periods/:period/close") { _, context in
            let caller = try await caller(context, .closePeriod)
            let period = try API.period(try context.parameters.require("period"), field: "period")
            do throws(Broker.FinanceFailure) {
                _ = try await broker.closePeriod(period, by: caller.subject.user, caller: caller.reference)
            } catch {
                throw error.problem
            }
            let (reader, names) = (await periodReader(), [caller.subject.user: caller.name])
            let view = try await NIOThreadPool.singleton.runIfActive { try reader.view(period, for: caller, names) }
            return try JSONReply.response(view)
        }
    }
}

extension PeriodReader {
    /// A period as somebody sees it: the total is of those departments' invoices that are theirs to see.
    fileprivate func view(_ period: Period, for caller: Caller, _ names: [UserID: String]) throws -> PeriodView {
        let range = period.range(in: invoices.policy.timeZone)
        var view = PeriodView(
            period: period.description, state: .open, from: DateTime(range.lowerBound), to: DateTime(range.upperBound),
            currency: invoices.policy.priceBook?.currency, invoices: 0, total: "")
        let totals: [Amount]
        if let closed = invoices.books.closed.first(where: { $0.period == period }) {
            totals = closed.invoices.filter { caller.seesInvoices(of: $0.department, by: .listPeriods) }.map(\.total)
            view.state = .closed
            view.closedAt = DateTime(closed.at)
            view.closedBy = names[closed.by] ?? closed.by.description
        } else {
            let statement = try statement(of: period, try self.totals(of: period))
            totals = statement.invoices.filter { caller.seesInvoices(of: $0.department, by: .listPeriods) }
                .map(\.total)
            view.hindrances = hindrances(of: period, statement, ends: range.upperBound)
        }
        view.invoices = totals.count
        view.total = totals.reduce(.zero, +).description
        return view
    }

    private func hindrances(
        of period: Period, _ statement: PeriodStatement, ends: Timestamp
    ) -> PeriodView.Hindrances {
        let earliest = invoices.books.earliestOpen(at: moment)
        var view = PeriodView.Hindrances(
            isUnderWay: now < ends, earlier: earliest < period ? earliest.description : nil)
        let closing = invoices.moment(closing: period, at: now)
        let standing = invoices.standing(of: period, unrated: statement.unrated)
        for hindrance in invoices.books.hindrances(of: period, standing: standing, at: closing) {
            switch hindrance {
            case .unrated(let sku, let quantity): view.unrated.append(SKUHoursView(sku, quantity))
            // What runs in a period that is under way is no wonder.
            case .unsettled(_, let reservations):
                view.unsettled = view.isUnderWay ? [] : reservations.map(\.description)
            case .pending(let numbers): view.pending = numbers.map { FinanceViews.id($0) }
            }
        }
        return view
    }
}
