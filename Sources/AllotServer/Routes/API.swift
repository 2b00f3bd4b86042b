import AllotAPI
import Enforcement
import HTTPTypes
import Hummingbird
import NIOCore
import Policy
import Scheduling
import Storage
import Units

/// The API: what the routes share. A route decodes, asks the broker, and replies; it holds no rule.
struct API: Sendable {
    let broker: Broker
    let store: Store
    let accounts: SystemAccounts
    let executor: any Executor
    let logs: any LogSource
    let reconciler: Reconciler
    let clock: SystemClock
    let execution: Execution
    let simulator: Simulator
    /// Where anchors are written to as well; nil where they are not.
    var anchorFile: String?
    let verifications = VerificationGate()
    let exports = ExportGate()
    var limits = UserLimits()
    var figures = RequestFigures()
    /// What looks at the machine's use; nil where nothing does.
    var lookout: Lookout?
    private let quotes = RateLimit(Limits.quotes, users: Limits.quotingUsers)

    /// What is fixed about how commands are run.
    struct Execution: Sendable {
        /// `systemd` or `process`.
        var name: String
        /// The one user whose commands can be started; nil for all.
        var onlyUser: UserID?
        /// The lowest uid that may hold a reservation: the enforcer confines no account of the system's; nil where
        /// nobody is confined, and everybody may.
        var lowestUser: UserID?
    }

    /// The router with every path of `/v1`.
    func router() -> Router<AllotRequestContext> {
        let router = Router(context: AllotRequestContext.self)
        let routes = router.group("/v1").add(middleware: RequestRate(limits: limits)).add(
            middleware: AuditMiddleware(api: self))
        addReservationRoutes(to: routes)
        addReadingRoutes(to: routes)
        addRunningRoutes(to: routes)
        addDrainRoutes(to: routes)
        addBudgetRoutes(to: routes)
        addOperationRoutes(to: routes)
        addSimulationRoutes(to: routes)
        addPolicyRoutes(to: routes)
        addAuditRoutes(to: routes)
        addUsageRoutes(to: routes)
        addInvoiceRoutes(to: routes)
        addFinanceRoutes(to: routes)
        addPeriodRoutes(to: routes)
        addExportRoutes(to: routes)
        return router
    }

    /// Who asks, by the kernel's word, with the accounts and roles that the policy gives that user.
    /// - Throws: a problem where the table lets none of what the user is call the operation.
    func caller(_ context: AllotRequestContext, _ operation: Access.Operation) async throws -> Caller {
        let caller = try await identify(context)
        guard caller.extent(of: operation) > .none else { throw Problems.roleNeeded(operation) }
        return caller
    }

    /// The same without a look at the table.
    func identify(_ context: AllotRequestContext) async throws -> Caller {
        let id = UserID(context.peer.uid)
        let user: SystemUser
        do throws(AccountError) {
            user = try await accounts.user(id)
        } catch .unknownID {
            throw Problems.forbidden("This machine has no account of uid \(id), or has none any more")
        }
        let policy = broker.policies.directory
        var roles = policy.roles(user: user.name, groups: user.groups)
        if id == .root { roles.insert(.admin) }
        let subject = Subject(
            user: id, accounts: policy.accounts(user: user.name, groups: user.groups), isAdmin: roles.contains(.admin),
            manages: Set(policy.managed(user: user.name, groups: user.groups)))
        return Caller(
            subject: subject, name: user.name, groups: user.groups, roles: roles, note: context.callerNote)
    }

    /// Views of reservations for a caller, with the names of these users at hand.
    func views(for caller: Caller, users: some Sequence<UserID> = [], of engine: Engine) async -> ReservationViews {
        var names = [caller.subject.user: caller.name]
        for user in users where names[user] == nil {
            names[user] = (try? await accounts.user(user).name) ?? user.description
        }
        return ReservationViews(
            host: engine.host, viewer: caller,
            names: { [names] in names[$0] ?? $0.description })
    }

    /// Counts a question that plans on a copy, and refuses it where the user has asked too many.
    func admitQuestion(of user: UserID) throws(Problem) {
        guard quotes.admits(user) else { throw Problems.tooManyQuotes(quotes.allowance) }
    }

    /// The reservation that a path names.
    func reservationID(_ context: AllotRequestContext) throws -> ReservationID {
        let text = try context.parameters.require("id")
        guard let id = ReservationID(text) else {
            throw Problem(
                type: "/problems/unknown-reservation", title: "No such reservation", status: 404,
                detail: "'\(text.prefix(40))' is no reservation's id; they look like r-1042")
        }
        return id
    }

    /// One reservation, live or ended.
    func find(_ id: ReservationID) async throws -> Decision {
        if let live = await broker.decision(about: id) { return live }
        guard let row = try await store.read(.reservation(id)) else {
            throw Rejection.unknownReservation(id).problem
        }
        let reservation = try ReservationRecord.reservation(row.body)
        let details = Details(fields: try await store.read(.personal(of: id)))
        return Decision(reservation: reservation, details: details, placement: nil, ahead: nil)
    }
}

/// Who asks.
struct Caller: Sendable {
    var subject: Subject
    var name: String
    var groups: Set<String> = []
    var roles: Set<Role> = []
    /// What the journal has of the connection's caller.
    var note: CallerNote?
}

extension Reply {
    /// As the HTTP response that it is.
    var response: Response {
        var headers = HTTPFields()
        headers[.contentType] = contentType
        return Response(
            status: .init(code: status), headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }

    /// A reservation as a reply.
    init(_ view: ReservationView, status: Int) {
        var writer = JSONWriter(capacity: 768)
        view.write(to: &writer)
        self.init(status: status, body: writer.bytes)
    }
}
