import AllotAPI
import Enforcement
import HTTPTypes
import Hummingbird
import NIOCore
import Scheduling
import Units

extension API {
    func addRunningRoutes(to routes: RouterGroup<AllotRequestContext>) {
        routes.post("reservations/:id/attach") { _, context in try await attach(context) }
        routes.get("reservations/:id/logs") { request, context in try await logs(request, context) }
    }

    /// Puts the process that connected into the reservation: by the kernel's word, whatever it says of itself.
    private func attach(_ context: AllotRequestContext) async throws -> Response {
        let id = try reservationID(context)
        let caller = try await caller(context, .attachProcess)
        let found = try await find(id)
        let user = caller.subject.user
        guard found.reservation.owner == user || found.reservation.sharedWith.contains(user)
        else { throw Rejection.notOwner(id).problem }
        // Who has left the team since is cut off, whatever was shared before.
        guard !caller.subject.accounts.isEmpty else { throw Rejection.notMember(user).problem }
        if found.reservation.owner != user, try await !isMate(user, of: found.reservation.account) {
            throw Rejection.notOwner(id).problem
        }
        guard case .active(let active) = found.reservation.state else { throw notActive(found.reservation) }
        let holding = Holding(found.reservation, active, on: await broker.snapshot().engine.host)
        let peer = PeerProcess(pid: context.peer.pid, user: user)
        let receipt: StartReceipt
        do throws(ExecutorFailure) {
            _ = try await executor.start(.holding(holding))
            receipt = try await executor.start(.attach(peer, holding))
        } catch {
            throw problem(of: error)
        }
        return try JSONReply.response(
            AttachView(
                id: id.description, environment: receipt.environment, processors: holding.processors.list,
                memoryNodes: holding.memoryNodes.list, isConfined: receipt.isConfined, endsAt: DateTime(active.endsAt)))
    }

    private func notActive(_ reservation: Reservation) -> Problem {
        switch reservation.state {
        case .ending, .ended: Rejection.alreadyEnded(reservation.id).problem
        case .waiting, .active: Rejection.notActive(reservation.id).problem
        }
    }

    private func problem(of failure: ExecutorFailure) -> Problem {
        switch failure {
        case .refused(let reason):
            Problem(type: "/problems/refused", title: "The executor refuses", status: 422, detail: reason)
        case .unreachable(let reason), .failed(let reason):
            Problem(type: "/problems/executor", title: "The executor could not do it", status: 503, detail: reason)
        }
    }

    private func logs(_ request: Hummingbird.Request, _ context: AllotRequestContext) async throws -> Response {
        let id = try reservationID(context)
        let query = try Query(request, known: ["follow"])
        let follow = try query.flag("follow") ?? false
        let caller = try await caller(context, .readLogs)
        let reservation = try await find(id).reservation
        guard caller.reaches(reservation.owner, reservation.account.department, by: .readLogs) else {
            throw Rejection.notOwner(id).problem
        }
        guard reservation.hasCommand else {
            throw Problem(
                type: "/problems/no-command", title: "No command", status: 409,
                detail: "\(id) was reserved without a command; it has no log")
        }
        var headers = HTTPFields()
        headers[.contentType] = "text/plain; charset=utf-8"
        return Response(status: .ok, headers: headers, body: logBody(of: id, owner: reservation.owner, follow: follow))
    }

    /// What is there; with `follow` also what comes, until the reservation has ended.
    private func logBody(of id: ReservationID, owner: UserID, follow: Bool) -> ResponseBody {
        ResponseBody { [logs, broker] writer in
            var cursor: String?
            while !Task.isCancelled {
                let isOver = await broker.decision(about: id) == nil
                let piece = try await logs.lines(of: id, owner: owner, after: cursor, limit: Limits.logLines)
                cursor = piece.cursor
                if !piece.bytes.isEmpty {
                    try await writer.write(ByteBuffer(bytes: piece.bytes))
                } else if isOver || !follow {
                    break
                } else {
                    try await Task.sleep(for: Limits.logPoll)
                }
            }
            try await writer.finish(nil)
        }
    }
}
