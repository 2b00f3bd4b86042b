import AllotAPI
import Hummingbird
import NIOCore
import Policy
import Scheduling
import Storage
import Units

extension API {
    func addPolicyRoutes(to routes: RouterGroup<AllotRequestContext>) {
        routes.get("policy") { request, context in try await policy(request, context) }
        routes.get("policy/versions") { request, context in try await versions(request, context) }
        routes.get("policy/proposals") { request, context in try await proposals(request, context) }
        routes.get("policy/proposals/:number") { _, context in
            let caller = try await caller(context, .showProposal)
            return try await reply(with: try proposalNumber(context), for: caller)
        }
        routes.post("policy/proposals") { request, context in try await propose(request, context) }
        routes.post("policy/impact") { request, context in
            let caller = try await caller(context, .previewPolicy)
            try admitQuestion(of: caller.subject.user)
            let text = try text(request, context)
            return try JSONReply.response(try await impact(of: text, on: await broker.snapshot()))
        }
        routes.post("policy/proposals/:number/approve") { request, context in
            let caller = try await caller(context, .approveProposal)
            _ = try decision(request, context, needsReason: false)
            let number = try proposalNumber(context)
            _ = try await broker.change(by: caller.subject.user, caller: caller.reference) {
                (control, time) throws(PolicyRejection) in
                try control.approve(number, by: caller.author, at: time)
            }
            return try await reply(with: number, for: caller)
        }
        routes.post("policy/proposals/:number/reject") { request, context in
            let caller = try await caller(context, .rejectProposal)
            let reason = try decision(request, context, needsReason: true) ?? ""
            let number = try proposalNumber(context)
            _ = try await broker.change(by: caller.subject.user, caller: caller.reference) {
                (control, time) throws(PolicyRejection) in
                try control.reject(number, reason: reason, by: caller.author, at: time)
            }
            return try await reply(with: number, for: caller)
        }
    }

    private func policy(_ request: Hummingbird.Request, _ context: AllotRequestContext) async throws -> Response {
        _ = try await caller(context, .showPolicy)
        let asked = try Query(request, known: ["version"]).number("version", in: 1...Int64(Int32.max)).map { Int($0) }
        let snapshot = await broker.snapshot()
        let ledger = snapshot.control.ledger
        let views = PolicyViews(ledger: ledger)
        guard let asked, asked != ledger.versions.count else {
            return try JSONReply.response(
                views.view(
                    ledger.current, text: snapshot.control.current.text,
                    fileDifferences: await broker.fileDifferences))
        }
        let text = try await text(of: asked, in: ledger)
        return try JSONReply.response(views.view(ledger.versions[asked - 1], text: text.text, fileDifferences: []))
    }

    private func versions(_ request: Hummingbird.Request, _ context: AllotRequestContext) async throws -> Response {
        _ = try await caller(context, .listPolicyVersions)
        let ledger = await broker.snapshot().control.ledger
        let views = await views(of: ledger)
        let page = try Newest(request, ledger.versions)
        return try JSONReply.response(Page(items: page.items.map { views.version($0) }, nextCursor: page.next))
    }

    private func proposals(_ request: Hummingbird.Request, _ context: AllotRequestContext) async throws -> Response {
        _ = try await caller(context, .listProposals)
        let ledger = await broker.snapshot().control.ledger
        let views = await views(of: ledger)
        let page = try Newest(request, ledger.proposals)
        return try JSONReply.response(Page(items: page.items.map { views.proposal($0) }, nextCursor: page.next))
    }

    private func propose(_ request: Hummingbird.Request, _ context: AllotRequestContext) async throws -> Response {
        let caller = try await caller(context, .proposePolicy)
        try admitQuestion(of: caller.subject.user)
        let query = try ProposalQuery(request)
        let snapshot = await broker.snapshot()
        let ledger = snapshot.control.ledger
        let draftText: PolicyText
        if let version = query.version {
            guard context.body.readableBytes == 0 else {
                throw Problems.invalidField("version", "with a version there is no text to send")
            }
            draftText = try await text(of: version, in: ledger)
        } else {
            draftText = try text(request, context)
        }
        let base = query.base ?? max(ledger.versions.count, 1)
        let baseText =
            base == ledger.versions.count || ledger.versions.isEmpty
            ? snapshot.control.current : try await text(of: base, in: ledger)
        _ = try await check(draftText, on: snapshot)
        let draft = ChangeControl.Draft(
            text: draftText, base: base, rollbackTo: query.version, reason: query.reason,
            effective: query.effective?.timestamp, until: query.until?.timestamp, isEmergency: query.emergency)
        let control = try await broker.change(by: caller.subject.user, caller: caller.reference) {
            (control, time) throws(PolicyRejection) in
            try control.propose(draft, from: baseText, by: caller.author, at: time)
        }
        let number = control.ledger.proposals.count
        // What would come of it is of the state before it came: afterwards there is nothing to be seen.
        return try await reply(with: number, for: caller, status: 201, on: snapshot, text: draftText)
    }

    /// One proposal, with its impact while that can still be decided.
    private func reply(
        with number: Int, for caller: Caller, status: Int = 200, on earlier: Broker.Snapshot? = nil,
        text: PolicyText? = nil
    ) async throws -> Response {
        let snapshot = await broker.snapshot()
        let ledger = snapshot.control.ledger
        guard let proposal = ledger[number] else { throw PolicyRejection.unknownProposal(number).problem }
        var view = await views(of: ledger).proposal(proposal)
        let isUndecided = proposal.state == .pending || proposal.state == .approved
        if isUndecided || text != nil {
            if text == nil { try admitQuestion(of: caller.subject.user) }
            let before = earlier ?? snapshot
            var proposed = text
            if proposed == nil { proposed = try PolicyText(from: store, proposal.digest) }
            if let proposed { view.impact = try await impact(of: proposed, on: before) }
        }
        return try JSONReply.response(view, status: .init(code: status))
    }

    private func views(of ledger: PolicyLedger) async -> PolicyViews {
        var views = PolicyViews(ledger: ledger)
        for user in PolicyViews.users(of: ledger) { views.names[user] = try? await accounts.user(user).name }
        return views
    }

    private func text(of version: Int, in ledger: PolicyLedger) async throws -> PolicyText {
        guard ledger.versions.indices.contains(version - 1) else {
            throw PolicyRejection.unknownVersion(version, newest: ledger.versions.count).problem
        }
        return try PolicyText(from: store, ledger.versions[version - 1].digest)
    }

    /// The body as a policy.
    private func text(_ request: Hummingbird.Request, _ context: AllotRequestContext) throws -> PolicyText {
        if request.headers[.contentType] != "application/octet-stream" {
            throw Problems.unsupportedMediaType(request.headers[.contentType], expected: "application/octet-stream")
        }
        do throws(DocumentFaults) {
            return try PolicyText(yaml: Array(context.body.readableBytesView), name: "policy")
        } catch {
            throw Problems.faultyPolicy(error.lines)
        }
    }

    private func proposalNumber(_ context: AllotRequestContext) throws -> Int {
        let text = try context.parameters.require("number")
        guard let number = Int(text), number > 0 else {
            throw Problems.invalidField("number", "a proposal's number, such as 3")
        }
        return number
    }

    /// The reason of a word on a proposal.
    func decision(
        _ request: Hummingbird.Request, _ context: AllotRequestContext, needsReason: Bool
    ) throws -> String? {
        let asked = try JSONBody.decode(DecisionRequest.self, from: request, context, allowsEmpty: true)
        if let reason = asked.reason, !(1...Limits.reasonBytes).contains(reason.utf8.count) {
            throw Problems.invalidField("reason", "1 to \(Limits.reasonBytes) bytes")
        }
        guard asked.reason != nil || !needsReason else { throw Problems.invalidField("reason", "needed to reject") }
        return asked.reason
    }
}

extension Caller {
    /// The caller as who changes the policy.
    var author: ChangeControl.Author {
        ChangeControl.Author(user: subject.user, roles: roles, manages: subject.manages)
    }
}

extension ProposalQuery {
    init(_ request: Hummingbird.Request) throws(Problem) {
        let query = try Query(request, known: ["reason", "base", "version", "effective", "until", "emergency"])
        guard let reason = query.text("reason"), (1...Limits.reasonBytes).contains(reason.utf8.count) else {
            throw Problems.invalidField("reason", "needed: 1 to \(Limits.reasonBytes) bytes")
        }
        self.init(reason: reason)
        base = try query.number("base", in: 1...Int64(Int32.max)).map { Int($0) }
        version = try query.number("version", in: 1...Int64(Int32.max)).map { Int($0) }
        effective = try query.time("effective")
        until = try query.time("until")
        emergency = try query.flag("emergency") ?? false
        if version != nil, base != nil {
            throw Problems.invalidField("base", "a version is gone back to from what holds")
        }
    }
}

/// A page of a list whose newest item comes first; the cursor is how many items stand before those that are left.
struct Newest<Item> {
    var items: [Item]
    var next: String?

    init(_ request: Hummingbird.Request, _ all: [Item]) throws(Problem) {
        let query = try PageQuery(request)
        let end = min(try query.number(after: "cursor") ?? all.count, all.count)
        let start = max(end - query.limit, 0)
        items = all[start..<end].reversed()
        next = start == 0 ? nil : String(start)
    }
}
