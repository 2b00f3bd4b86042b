import AllotAPI
import Chargeback
import Enforcement
import Glibc
import Hummingbird
import Policy
import Scheduling
import Storage
import Units

extension API {
    func addReadingRoutes(to routes: RouterGroup<AllotRequestContext>) {
        routes.get("host") { _, context in
            _ = try await caller(context, .showHost)
            return try JSONReply.response(HostViews(engine: await broker.snapshot().engine).host())
        }
        routes.get("devices") { request, context in
            _ = try await caller(context, .listDevices)
            return try await devices(request)
        }
        routes.get("reservations") { request, context in try await list(request, context) }
        routes.get("reservations/:id") { _, context in
            let caller = try await caller(context, .showReservation)
            let found = try await find(try reservationID(context))
            let engine = await broker.snapshot().engine
            let users = [found.reservation.owner] + found.reservation.sharedWith
            let views = await views(for: caller, users: users, of: engine)
            var view = views.view(found)
            if views.mayKnow(found.reservation) { view.dockerOptions = dockerOptions(found.reservation, engine) }
            return Reply(view, status: 200).response
        }
        routes.get("reservations/:id/explanation") { _, context in try await explain(context) }
        routes.get("plan") { request, context in try await plan(request, context) }
        routes.get("fairshare") { request, context in try await fairShare(request, context) }
        routes.post("quotes") { request, context in try await quote(request, context) }
    }

    /// For a container inside an active reservation; nil where no slice holds it.
    private func dockerOptions(_ reservation: Reservation, _ engine: Engine) -> [String]? {
        guard execution.name == "systemd", case .active(let active) = reservation.state else { return nil }
        return Holding(reservation, active, on: engine.host).dockerOptions { access($0, F_OK) == 0 }
    }

    private func devices(_ request: Hummingbird.Request) async throws -> Response {
        let query = try PageQuery(request)
        let all = HostViews(engine: await broker.snapshot().engine).devices()
        let page = all.dropFirst(try query.number(after: "cursor") ?? 0).prefix(query.limit)
        let isLast = page.endIndex == all.count
        return try JSONReply.response(Page(items: Array(page), nextCursor: isLast ? nil : String(page.endIndex)))
    }

    private func list(_ request: Hummingbird.Request, _ context: AllotRequestContext) async throws -> Response {
        let query = try PageQuery(request, known: ["scope", "state"])
        let scope = try query.choice("scope", Route.Scope.self) ?? .own
        let state = try query.choice("state", Route.StateFilter.self) ?? .live
        let caller = try await caller(context, .listReservations)
        let owner = scope == .own ? caller.subject.user : nil
        let cursor = try query.cursor.map { text throws(Problem) in
            guard let id = ReservationID(text) else { throw Problems.invalidField("cursor", "one that a page gave") }
            return id
        }
        let page =
            state == .ended
            ? try await endedPage(owner: owner, before: cursor, limit: query.limit)
            : await livePage(owner: owner, state: state, after: cursor, limit: query.limit)
        let engine = await broker.snapshot().engine
        let users = Set(page.items.flatMap { [$0.reservation.owner] + $0.reservation.sharedWith })
        let views = await views(for: caller, users: users, of: engine)
        let items = page.items.map { views.view($0) }
        return Reply(status: 200, body: Page(items: items, nextCursor: page.next?.description).json).response
    }

    private func endedPage(
        owner: UserID?, before: ReservationID?, limit: Int
    ) async throws -> (items: [Decision], next: ReservationID?) {
        let rows = try await store.read(.endedReservations(owner: owner, before: before, limit: limit))
        var items: [Decision] = []
        for row in rows {
            items.append(
                Decision(
                    reservation: try ReservationRecord.reservation(row.body),
                    details: Details(fields: try await store.read(.personal(of: row.id))), placement: nil, ahead: nil))
        }
        return (items, rows.count == limit ? rows.last?.id : nil)
    }

    private func livePage(
        owner: UserID?, state: Route.StateFilter, after: ReservationID?, limit: Int
    ) async -> (items: [Decision], next: ReservationID?) {
        let snapshot = await broker.snapshot()
        let engine = snapshot.engine
        var items: [Decision] = []
        for id in engine.liveReservations(after: after) {
            guard let reservation = engine.state.reservations[id], owner == nil || reservation.owner == owner,
                reservation.state.matches(state)
            else { continue }
            // One more than the page: it has a next one.
            if items.count == limit { return (items, items.last?.reservation.id) }
            items.append(Decision(reservation, snapshot.details[id], in: engine, snapshot.attendance))
        }
        return (items, nil)
    }

    private func plan(_ request: Hummingbird.Request, _ context: AllotRequestContext) async throws -> Response {
        let query = try PageQuery(request)
        let caller = try await caller(context, .showPlan)
        let engine = await broker.snapshot().engine
        let entries = engine.calendar()
        let first = try query.number(after: "cursor") ?? 0
        let page = entries.dropFirst(first).prefix(query.limit)
        let views = await views(for: caller, users: Set(page.map(\.reservation.owner)), of: engine)
        let isLast = page.endIndex == entries.count
        return try JSONReply.response(
            PlanView(
                items: page.map { $0.view(views) }, nextCursor: isLast ? nil : String(page.endIndex),
                isProvisional: engine.needsPass))
    }

    private func fairShare(_ request: Hummingbird.Request, _ context: AllotRequestContext) async throws -> Response {
        let query = try PageQuery(request)
        let first = try query.number(after: "cursor") ?? 0
        let caller = try await caller(context, .showFairShare)
        try admitQuestion(of: caller.subject.user)
        let snapshot = await broker.snapshot()
        let report = await Task.detached(priority: .utility) {
            snapshot.engine.fairShareReport(at: snapshot.time)
        }.value
        var names: [UserID: String] = [:]
        for standing in report.standings {
            guard case .user(let key) = standing.who, names[key.user] == nil else { continue }
            names[key.user] = try? await accounts.user(key.user).name
        }
        let views = FairShareViews(viewer: caller, names: names)
        let all = report.standings.compactMap { views.view($0) }
        let page = all.dropFirst(first).prefix(query.limit)
        return try JSONReply.response(
            FairShareView(
                items: Array(page), nextCursor: page.endIndex == all.count ? nil : String(page.endIndex),
                unit: snapshot.engine.policy.priceBook?.currency ?? "device-hours",
                halfLifeSeconds: snapshot.engine.state.usage.halfLife.wholeSeconds))
    }

    /// Plans the queue on copies, off the writer.
    private func explain(_ context: AllotRequestContext) async throws -> Response {
        let id = try reservationID(context)
        let caller = try await caller(context, .explainReservation)
        try admitQuestion(of: caller.subject.user)
        let snapshot = await broker.snapshot()
        let engine = snapshot.engine
        if let reservation = engine.state.reservations[id], !reservation.sharedWith.contains(caller.subject.user),
            !caller.reaches(reservation.owner, reservation.account.department, by: .explainReservation)
        {
            throw Rejection.notOwner(id).problem
        }
        let explanation = try await Task.detached(priority: .utility) {
            Result { () throws(Rejection) in try engine.explain(id, at: snapshot.time) }
        }.value.mapError(\.problem).get()
        return try JSONReply.response(explanation.view)
    }

    /// Submits on a copy, off the writer: the same path, and nothing changes.
    private func quote(_ request: Hummingbird.Request, _ context: AllotRequestContext) async throws -> Response {
        let asked = try JSONBody.decode(ReservationRequest.self, from: request, context)
        let caller = try await caller(context, .quoteReservation)
        try admitQuestion(of: caller.subject.user)
        let submission = try Submission(asked, sharedWith: [], execution: execution, caller: caller.subject.user)
        let snapshot = await broker.snapshot()
        // A pass may be long: it runs beside the event loops, not on one.
        let quote = try await Task.detached(priority: .utility) {
            Result { () throws(Rejection) in
                try snapshot.engine.quote(submission.request, by: caller.subject, at: snapshot.time)
            }
        }.value.mapError(\.problem).get()
        let quantities = Quantities(
            devices: quote.devices.count, share: quote.demand.share, cores: quote.demand.cores,
            span: submission.request.span)
        let estimate = Estimate(
            quote.demand, on: quote.devices, of: snapshot.engine.host,
            over: quote.start..<(quote.start + submission.request.span),
            priorityClass: submission.request.priorityClass ?? Policy.standardClass, policy: snapshot.engine.policy)
        let unpriced = estimate?.unpriced.map(\.description) ?? []
        return try JSONReply.response(
            QuoteView(
                start: DateTime(quote.start), end: DateTime(quote.start + submission.request.span),
                devices: snapshot.engine.host.ids(of: quote.devices), cpus: quote.demand.cores,
                memoryBytes: quote.demand.memory.bytes, deviceHours: quantities.deviceHours,
                coreHours: quantities.coreHours,
                price: estimate.map { MoneyView(amount: $0.amount, currency: $0.currency) },
                unpriced: unpriced.isEmpty ? nil : unpriced,
                holds: BudgetViews(engine: snapshot.engine).holds(quote, at: snapshot.time),
                approver: quote.approval.map { $0.approver == .admin ? .admin : .manager }))
    }
}

extension Reservation.State {
    /// Whether a list with this filter shows it.
    func matches(_ filter: Route.StateFilter) -> Bool {
        switch (self, filter) {
        case (.waiting, .waiting), (.active, .active), (.ending, .ending), (.ended, .ended): true
        case (.waiting, .live), (.active, .live), (.ending, .live): true
        default: false
        }
    }
}
