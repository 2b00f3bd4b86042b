import AllotAPI
import Hummingbird
import Synchronization
import Units

/// What one user may take of the daemon over time, so that the others get their part.
final class UserLimits: Sendable {
    let requests: RateLimit
    let streams: StreamGate

    init(
        requestsPerSecond: Int64 = APILimits.requestsPerSecond, streamsOfUser: Int = APILimits.eventStreamsOfUser,
        streams: Int = APILimits.eventStreams
    ) {
        requests = RateLimit(
            RateLimit.Allowance(atOnce: 2 * requestsPerSecond, perSecond: requestsPerSecond), users: Limits.quotingUsers
        )
        self.streams = StreamGate(ofUser: streamsOfUser, inAll: streams)
    }
}

/// Refuses a user's requests past so many a second. uid 0 is not held to it: an administrator gets in.
struct RequestRate: RouterMiddleware {
    let limits: UserLimits

    func handle(
        _ request: Hummingbird.Request, context: AllotRequestContext,
        next: (Hummingbird.Request, AllotRequestContext) async throws -> Response
    ) async throws -> Response {
        let user = UserID(context.peer.uid)
        guard user == .root || limits.requests.admits(user) else {
            throw Problems.tooManyRequests(limits.requests.allowance)
        }
        return try await next(request, context)
    }
}

/// Lets in so many streams of events, of one user and in all.
final class StreamGate: Sendable {
    private let ofUser: Int
    private let inAll: Int
    private let open = Mutex<[UInt32: Int]>([:])

    init(ofUser: Int, inAll: Int) {
        self.ofUser = ofUser
        self.inAll = inAll
    }

    /// Takes a place; it is given back when nobody holds it any more. uid 0 is held to the sum alone.
    func enter(_ user: UInt32) throws(Problem) -> Place {
        let refusal = open.withLock { open -> Problem? in
            if user != 0, open[user, default: 0] >= ofUser { return Problems.tooManyStreams(ofUser, isOfUser: true) }
            if open.values.reduce(0, +) >= inAll { return Problems.tooManyStreams(inAll, isOfUser: false) }
            open[user, default: 0] += 1
            return nil
        }
        if let refusal { throw refusal }
        return Place(gate: self, user: user)
    }

    /// How many are open.
    var count: Int { open.withLock { $0.values.reduce(0, +) } }

    private func leave(_ user: UInt32) {
        open.withLock { open in
            let left = open[user, default: 1] - 1
            open[user] = left == 0 ? nil : left
        }
    }

    /// One stream, from its beginning to its end.
    final class Place: Sendable {
        private let gate: StreamGate
        private let user: UInt32

        fileprivate init(gate: StreamGate, user: UInt32) {
            self.gate = gate
            self.user = user
        }

        deinit { gate.leave(user) }
    }
}

extension Problems {
    static func tooManyRequests(_ allowance: RateLimit.Allowance) -> Problem {
        Problem(
            type: "/problems/too-many-requests", title: "Too many requests", status: 429,
            detail: "One user may send \(allowance.perSecond) requests a second, and \(allowance.atOnce) at once",
            members: ["perSecond": .number(allowance.perSecond), "atOnce": .number(allowance.atOnce)])
    }

    static func tooManyStreams(_ limit: Int, isOfUser: Bool) -> Problem {
        Problem(
            type: "/problems/too-many-streams", title: "Too many event streams", status: isOfUser ? 429 : 503,
            detail: isOfUser
                ? "You have \(limit) streams of events open, which is the limit for one user"
                : "All \(limit) streams of events are in use",
            members: ["limit": .number(Int64(limit))])
    }
}
