import AllotAPI
import Crypto
import HTTPTypes
import Hummingbird
import Policy
import Scheduling
import Storage
import Units

extension API {
    func addReservationRoutes(to routes: RouterGroup<AllotRequestContext>) {
        routes.post("reservations") { request, context in try await submit(request, context) }
        routes.post("reservations/:id/cancel") { request, context in
            try await end(request, context, .cancelReservation) { Command.cancel($0, by: $1) }
        }
        routes.post("reservations/:id/release") { request, context in
            try await end(request, context, .releaseReservation) { Command.release($0, by: $1) }
        }
        routes.post("reservations/:id/extend") { request, context in try await extend(request, context) }
        routes.post("reservations/:id/approve") { request, context in
            try await answer(request, context, .approveReservation, needsReason: false) { Command.approve($0, by: $1) }
        }
        routes.post("reservations/:id/reject") { request, context in
            try await answer(request, context, .rejectReservation, needsReason: true) { Command.reject($0, by: $1) }
        }
    }

    private func submit(_ request: Hummingbird.Request, _ context: AllotRequestContext) async throws -> Response {
        let asked = try JSONBody.decode(ReservationRequest.self, from: request, context)
        let caller = try await caller(context, .submitReservation)
        let submission = try Submission(
            asked, sharedWith: try await mates(asked.shareWith ?? [], of: caller, team: asked.team),
            execution: execution,
            caller: caller.subject.user)
        return try await perform(
            .submit(submission.request, by: caller.subject), details: submission.details, status: 201, caller, request,
            context)
    }

    private func end(
        _ request: Hummingbird.Request, _ context: AllotRequestContext, _ operation: Access.Operation,
        command: @Sendable (ReservationID, Subject) -> Command
    ) async throws -> Response {
        let id = try reservationID(context)
        let asked = try JSONBody.decode(EndRequest.self, from: request, context, allowsEmpty: true)
        let caller = try await caller(context, operation)
        let details = Details(reason: try await reason(asked.reason, for: id, caller))
        return try await perform(command(id, caller.subject), details: details, status: 200, caller, request, context)
    }

    /// A yes or a no to one that waits for that.
    private func answer(
        _ request: Hummingbird.Request, _ context: AllotRequestContext, _ operation: Access.Operation,
        needsReason: Bool,
        command: @Sendable (ReservationID, Subject) -> Command
    ) async throws -> Response {
        let id = try reservationID(context)
        let asked = try JSONBody.decode(EndRequest.self, from: request, context, allowsEmpty: !needsReason)
        let caller = try await caller(context, operation)
        if needsReason, asked.reason == nil { throw Problems.invalidField("reason", "needed, to tell its owner why") }
        if let reason = asked.reason, !(1...Limits.reasonBytes).contains(reason.utf8.count) {
            throw Problems.invalidField("reason", "1 to \(Limits.reasonBytes) bytes")
        }
        return try await perform(
            command(id, caller.subject), details: Details(reason: asked.reason), status: 200, caller, request, context)
    }

    private func extend(_ request: Hummingbird.Request, _ context: AllotRequestContext) async throws -> Response {
        let id = try reservationID(context)
        let asked = try JSONBody.decode(ExtendRequest.self, from: request, context)
        let caller = try await caller(context, .extendReservation)
        let details = Details(reason: try await reason(asked.reason, for: id, caller))
        let command = Command.extend(id, by: Span(seconds: asked.durationSeconds), subject: caller.subject)
        return try await perform(command, details: details, status: 200, caller, request, context)
    }

    /// Hands a command to the broker; its reply comes after the commit.
    private func perform(
        _ command: Command, details: Details, status: Int, _ caller: Caller, _ request: Hummingbird.Request,
        _ context: AllotRequestContext
    ) async throws -> Response {
        let names = await names(caller, command)
        let host = broker.host
        let call = Call(
            command: command, actor: caller.subject.user, caller: caller.reference, details: details,
            key: try idempotencyKey(request, context)
        ) { result in
            switch result {
            case .failure(let rejection): return rejection.problem.reply
            case .success(let decision):
                let views = ReservationViews(
                    host: host, viewer: caller,
                    names: { names[$0] ?? $0.description })
                return Reply(views.view(decision), status: status)
            }
        }
        return await broker.perform(call).response
    }

    /// Names that the reply may show: the caller's, and of those it is or was shared with.
    private func names(_ caller: Caller, _ command: Command) async -> [UserID: String] {
        var names = [caller.subject.user: caller.name]
        var others: [UserID] = []
        switch command {
        case .submit(let request, _): others = request.sharedWith
        case .cancel(let id, _), .release(let id, _), .extend(let id, _, _), .approve(let id, _), .reject(let id, _):
            if let live = await broker.decision(about: id)?.reservation { others = [live.owner] + live.sharedWith }
        case .drain, .resume, .adoptTerms, .tick, .adopt, .stopped, .commandEnded, .unattended, .executionFailed,
            .hostRestarted:
            break
        }
        for user in others where names[user] == nil { names[user] = try? await accounts.user(user).name }
        return names
    }

    /// Who acts on another's reservation has to say why.
    private func reason(_ reason: String?, for id: ReservationID, _ caller: Caller) async throws -> String? {
        if let reason, !(1...Limits.reasonBytes).contains(reason.utf8.count) {
            throw Problems.invalidField("reason", "1 to \(Limits.reasonBytes) bytes")
        }
        let live = await broker.decision(about: id)?.reservation
        if reason == nil, let live, live.owner != caller.subject.user,
            caller.reaches(live.owner, live.account.department, by: .cancelReservation)
        {
            throw Problems.invalidField("reason", "needed, since \(id) is another's")
        }
        return reason
    }

    /// The users whom it is shared with: named team-mates, or of the same department where it is charged to no team.
    private func mates(_ names: [String], of caller: Caller, team: String?) async throws -> [UserID] {
        guard names.count <= Scheduling.Limits.sharedWith else {
            throw Problems.invalidField("shareWith", "at most \(Scheduling.Limits.sharedWith) users")
        }
        // Who is nowhere, or not in that team, is refused for that by the engine.
        guard !names.isEmpty,
            let account = caller.subject.accounts.first(where: { team == nil || $0.team?.text == team })
        else { return [] }
        var users: [UserID] = []
        for name in names {
            guard let user = try await accounts.user(named: name) else {
                throw Problems.invalidField("shareWith", "there is no user '\(name.prefix(40))'")
            }
            guard try await isMate(user, of: account) else {
                let place = account.team.map { "team \($0)" } ?? "department \(account.department)"
                throw Problems.invalidField("shareWith", "'\(name.prefix(40))' is not in \(place)")
            }
            users.append(user)
        }
        return users
    }

    /// Whether the user is, by now, in the team, or in the department where there is none.
    func isMate(_ user: UserID, of account: Account) async throws -> Bool {
        let found = try await accounts.user(user)
        let all = broker.policies.directory.accounts(user: found.name, groups: found.groups)
        return all.contains { $0.department == account.department && (account.team == nil || $0.team == account.team) }
    }

    private func idempotencyKey(
        _ request: Hummingbird.Request, _ context: AllotRequestContext
    ) throws(Problem) -> IdempotencyKey? {
        guard let key = HTTPField.Name.idempotencyKey.flatMap({ request.headers[$0] }) else { return nil }
        guard Limits.idempotencyKey.contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Problems.invalidField("Idempotency-Key", "1 to 128 printable ASCII characters")
        }
        var digest = SHA256()
        digest.update(data: Array(request.uri.path.utf8) + [0])
        digest.update(data: context.body.readableBytesView)
        return IdempotencyKey(
            scope: ReplyKey(user: UserID(context.peer.uid), key: key), digest: Array(digest.finalize()))
    }
}

extension HTTPField.Name {
    /// The field that makes a repeated POST safe (IETF draft "The Idempotency-Key HTTP Header Field").
    static let idempotencyKey = HTTPField.Name("Idempotency-Key")
}
