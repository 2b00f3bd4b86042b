import AllotAPI
import Hummingbird
import NIOPosix
import Scheduling
import Storage
import Synchronization
import Units

extension API {
    func addAuditRoutes(to routes: RouterGroup<AllotRequestContext>) {
        routes.get("audit") { request, context in
            _ = try await caller(context, .listAudit)
            return try await audit(request)
        }
        routes.post("audit/verify") { request, context in
            _ = try await caller(context, .verifyAudit)
            let asked = try JSONBody.decode(AuditVerifyRequest.self, from: request, context, allowsEmpty: true)
            return try JSONReply.response(try await verify(asked.anchors ?? []))
        }
    }

    private func audit(_ request: Hummingbird.Request) async throws -> Response {
        let query = try PageQuery(
            request, known: ["user", "action", "reservation", "outcome", "from", "until"])
        let filter = try await filter(query)
        let before = try query.number(after: "cursor").map { Int64($0) }
        let page = try await store.read(.audit(filter, before: before, limit: query.limit))
        let callers = try await store.read(.events(Set(page.events.compactMap(\.entry.caller))))
        let views = AuditViews(callers: callers)
        return try JSONReply.response(
            Page(items: page.events.map { views.view($0) }, nextCursor: page.before.map { String($0) }))
    }

    private func filter(_ query: PageQuery) async throws -> AuditFilter {
        var filter = AuditFilter()
        if let user = query.text("user") { filter.actor = try await auditedUser(user) }
        if let action = query.text("action") {
            guard (1...StorageLimits.kindBytes).contains(action.utf8.count) else {
                throw Problems.invalidField("action", "1 to \(StorageLimits.kindBytes) bytes")
            }
            filter.kind = action
        }
        if let reservation = query.text("reservation") {
            guard let id = ReservationID(reservation) else {
                throw Problems.invalidField("reservation", "a reservation's id, such as r-1042")
            }
            filter.reservation = id
        }
        filter.without = [AuditKind.callerSeen]
        switch try query.choice("outcome", AuditEntryView.Outcome.self) {
        case .accepted: filter.without += AuditKind.denied
        case .denied: filter.only = AuditKind.denied
        case nil: break
        }
        filter.ownWithout = ["reservation", "fairShare", "host"]
        filter.from = try query.time("from")?.timestamp
        filter.until = try query.time("until")?.timestamp
        return filter
    }

    private func auditedUser(_ text: String) async throws -> UserID {
        if let number = UInt32(text) { return UserID(number) }
        guard let user = try await accounts.user(named: text) else {
            throw Problems.invalidField("user", "a user of this machine, or a uid; there is no '\(text.prefix(40))'")
        }
        return user
    }

    /// Proves the journal on a thread that may wait, beside the daemon's work.
    private func verify(_ lines: [String]) async throws -> AuditVerificationView {
        guard lines.count <= Limits.anchors else {
            throw Problems.invalidField("anchors", "at most \(Limits.anchors)")
        }
        let sent = try lines.map { line throws(Problem) in
            guard line.utf8.count <= Limits.anchorLineBytes, let anchor = Anchor(line: line) else {
                throw Problems.invalidField("anchors", "lines with an anchor, which looks like 1042:9f86…")
            }
            return anchor
        }
        let place = try verifications.enter()
        defer { place.leave() }
        let own = anchorFile.map { AnchorFile.read($0) }
        let reader = store.reader
        var view = try await NIOThreadPool.singleton.runIfActive {
            AuditVerificationView(reader, anchors: (own?.anchors ?? []) + sent)
        }
        switch (anchorFile, own?.fault) {
        case (let path?, nil): view.sources.append("the daemon's file \(path)")
        case (let path?, let fault?): view.notes.append("the daemon's file \(path) can not be read: \(fault)")
        case (nil, _):
            view.notes.append(
                "the daemon writes anchors to the system's log alone: give them with --anchors (docs/audit.md)")
        }
        if !sent.isEmpty { view.sources.append("what was sent") }
        if view.anchoredSequence == nil {
            view.notes.append("nothing outside of the database vouches for it: a tail that was cut off does not show")
        }
        return view
    }
}

extension AuditVerificationView {
    /// Proves it, and says what was found.
    fileprivate init(_ reader: StoreReader, anchors: [Anchor]) {
        let report: JournalCheck.Report
        do {
            report = try JournalCheck.run(reader, anchors: anchors, limit: Limits.verificationTime)
        } catch {
            self.init(status: .failed, faults: ["\(error)"])
            return
        }
        let found = report.comparison
        self.init(status: found.faults.isEmpty ? .verified : .failed, faults: found.faults.map(\.description))
        anchor = report.anchor
        events = report.events
        reservations = report.reservations
        (compared, confirmed, ofEarlierEpochs) = (found.compared, found.confirmed, found.ofEarlierEpochs)
        anchoredSequence = found.newest?.head.sequence
        anchoredTime = found.newest?.at.map { DateTime($0) }
        unanchored = report.head.sequence - (found.newest?.head.sequence ?? 0)
        restores = report.restores.map { entry, record in
            Restore(
                sequence: entry.sequence, time: DateTime(entry.at), epoch: record.epoch, uid: entry.actor?.uid,
                backup: record.backup.description, replaced: record.replaced?.description,
                nextReservation: record.nextReservation)
        }
    }
}

/// Lets in one verification at a time, and one in so many seconds.
final class VerificationGate: Sendable {
    private let state = Mutex<(isTaken: Bool, since: ContinuousClock.Instant?)>((false, nil))

    struct Place: Sendable {
        fileprivate let gate: VerificationGate

        func leave() { gate.state.withLock { $0.isTaken = false } }
    }

    func enter(at now: ContinuousClock.Instant = .now) throws(Problem) -> Place {
        let isFree = state.withLock { state in
            let isLong = state.since.map { now - $0 >= Limits.verificationInterval } ?? true
            guard !state.isTaken, isLong else { return false }
            state = (true, now)
            return true
        }
        guard isFree else { throw Problems.verificationRunning() }
        return Place(gate: self)
    }
}

extension Problems {
    static func verificationRunning() -> Problem {
        let seconds = Limits.verificationInterval.components.seconds
        return Problem(
            type: "/problems/verification-running", title: "A verification is running", status: 429,
            detail: "One runs at a time, and one is begun in \(seconds) s; 'allotd verify' is not held to it",
            members: ["limitSeconds": .number(seconds)])
    }
}
