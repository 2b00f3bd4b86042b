import AllotAPI
import Hummingbird
import Policy
import Scheduling
import Units

extension API {
    func addBudgetRoutes(to routes: RouterGroup<AllotRequestContext>) {
        routes.get("budgets") { request, context in try await budgets(request, context) }
    }

    /// The departments whose budgets a caller sees; nil for all.
    static func visibleBudgets(of caller: Caller) -> Set<DepartmentID>? {
        caller.visibleDepartments(by: .listBudgets)
    }

    private func budgets(_ request: Hummingbird.Request, _ context: AllotRequestContext) async throws -> Response {
        let query = try PageQuery(request, known: ["period"])
        let first = try query.number(after: "cursor") ?? 0
        let caller = try await caller(context, .listBudgets)
        let snapshot = await broker.snapshot()
        let period = try query.month("period").map { snapshot.engine.month(of: $0).lowerBound }
        let standings = snapshot.engine.budgetReport(
            around: period ?? snapshot.time, departments: API.visibleBudgets(of: caller), at: snapshot.time)
        let page = standings.dropFirst(first).prefix(query.limit)
        let views = BudgetViews(engine: snapshot.engine)
        return try JSONReply.response(
            Page(
                items: page.map { views.view($0) },
                nextCursor: page.endIndex == standings.count ? nil : String(page.endIndex)))
    }
}

extension PageQuery {
    /// A month such as `2026-11`, by its first day; nil where it is absent.
    func month(_ name: String) throws(Problem) -> CivilDate? {
        guard let text = text(name) else { return nil }
        guard let date = CivilDate("\(text)-01") else { throw Problems.invalidField(name, "a month such as 2026-11") }
        return date
    }
}
