import AllotAPI
import Chargeback
import HTTPTypes
import Hummingbird
import NIOCore
import NIOPosix
import Scheduling
import Storage
import Units

extension API {
    func addOperationRoutes(to routes: RouterGroup<AllotRequestContext>) {
        routes.get("health") { _, context in
            _ = try await caller(context, .showHealth)
            return try JSONReply.response(await health())
        }
        routes.post("clock/confirm") { _, context in
            _ = try await caller(context, .confirmClock)
            clock.confirm()
            return try JSONReply.response(await health())
        }
        routes.get("events") { request, context in try await events(request, context) }
        routes.get("backup") { _, context in
            _ = try await caller(context, .takeBackup)
            return try await backupResponse()
        }
        let metrics = MetricsReader { await metricsText() }
        routes.get("metrics") { _, context in
            _ = try await caller(context, .showMetrics)
            return Reply(status: 200, contentType: MetricsText.mediaType, body: await metrics.text()).response
        }
        routes.get("openapi.json") { _, _ in
            Reply(status: 200, body: OpenAPI.document).response
        }
    }

    func health() async -> HealthView {
        let snapshot = await broker.snapshot()
        let reading = clock.reading()
        var problems = await reconciler.problemTexts
        for fault in await broker.anchorFaults { problems.append("an anchor was not written: \(fault)") }
        if let fault = await reconciler.unreachable { problems.append("the executor does not answer: \(fault)") }
        if let failure = snapshot.failure { problems.append("the store: \(failure)") }
        if snapshot.isReserveReleased {
            problems.append("the disk is full: new work is refused until there is room for the reserve again")
        }
        if reading.isDisputed {
            problems.append(
                "the wall clock jumped and is set aside; an admin can confirm it: allot health --confirm-clock")
        }
        if let fault = await lookout?.problem { problems.append("the machine's use can not be looked at: \(fault)") }
        problems += await unratedTexts()
        let devices = HostViews(engine: snapshot.engine).devices()
        problems += devices.compactMap { $0.health == .failed ? $0.healthText : nil }
        let running = snapshot.engine.state.reservations.values.count {
            if case .waiting = $0.state { false } else { true }
        }
        return HealthView(
            status: problems.isEmpty ? .ok : .degraded, version: AllotVersion.current, time: DateTime(snapshot.time),
            clock: .init(
                differenceMilliseconds: reading.difference.milliseconds, isDisputed: reading.isDisputed),
            journalSequence: snapshot.journalSequence, waiting: snapshot.engine.state.reservations.count - running,
            active: running, lastPassMilliseconds: snapshot.lastPassMilliseconds, executor: execution.name,
            problems: problems,
            remarks: devices.compactMap { $0.health == .failed || $0.isInPlan ? nil : $0.healthText }
                + (await lookout?.blind ?? []).map { "not seen of the machine's use: \($0)" })
    }

    /// What was used of late without a price, where others have one: it is on no invoice.
    private func unratedTexts() async -> [String] {
        let reader = await periodReader()
        let texts: @Sendable () throws -> [String] = {
            try reader.unrated().sorted { $0.key < $1.key }.flatMap { period, unrated in
                let quantities = Dictionary(unrated.map { ($0.sku, $0.quantity) }) { $0 &+ $1 }
                return quantities.sorted { $0.key < $1.key }.map { sku, quantity in
                    "\(sku) was used for \(sku.hours(of: quantity)) h of \(period) without a price: finance gives it "
                        + "one by 'allot invoice correct'"
                }
            }
        }
        do {
            return try await NIOThreadPool.singleton.runIfActive(texts)
        } catch {
            return ["what was used without a price can not be read: \(error)"]
        }
    }

    private func backupResponse() async throws -> Response {
        let copy: Backup
        do throws(StoreError) {
            copy = try await store.backup()
        } catch .backupRunning {
            throw Problems.backupRunning()
        } catch .diskFull {
            throw Problems.noRoomForBackup()
        }
        var headers = HTTPFields()
        headers[.contentType] = "application/octet-stream"
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody(asyncSequence: copy.map { ByteBuffer(bytes: $0) }))
    }

    /// The journal as events: what is stored after `Last-Event-ID`, then, unless `follow=false`, what comes.
    private func events(_ request: Hummingbird.Request, _ context: AllotRequestContext) async throws -> Response {
        let query = try Query(request, known: ["follow"])
        let follow = try query.flag("follow") ?? true
        let caller = try await caller(context, .readEvents)
        let place = try limits.streams.enter(context.peer.uid)
        var last: Int64 = 0
        if let name = HTTPField.Name.lastEventID, let text = request.headers[name] {
            guard let number = Int64(text), number >= 0 else {
                throw Problems.invalidField("Last-Event-ID", "the id of an event")
            }
            last = number
        }
        let views = await views(for: caller, of: await broker.snapshot().engine)
        let feed = EventFeed(
            store: store, commits: broker.commits,
            views: EventViews(reservations: views, budgets: API.visibleBudgets(of: caller)),
            accounts: accounts, place: place)
        return EventStream.response(feed.events(after: last, follow: follow))
    }
}

extension HTTPField.Name {
    /// Where a client of an event stream left off (WHATWG HTML, section 9.2).
    static let lastEventID = HTTPField.Name("Last-Event-ID")
}

extension DeviceView {
    /// Whether it is healthy, and stays so as far as anybody knows.
    fileprivate var isInPlan: Bool { health == .healthy && drainsFrom == nil }

    /// `device GPU-5c1e… (NVIDIA H200) is drained: fan is loud`.
    fileprivate var healthText: String {
        let drains = drainsFrom.map { " from \(RFC3339.string($0.timestamp))" }
        let what = health == .healthy ? "will be drained\(drains ?? "")" : "is \(health.rawValue)"
        return "device \(id) (\(model)) \(what)\(healthReason.map { ": \($0)" } ?? "")"
    }
}
