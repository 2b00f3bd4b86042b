import AllotAPI
import NIOHTTP1
import Synchronization

/// Lets in so many simulations and policies at a time, and one of each user, before a byte of their bodies is read:
/// those are long, and so is what is done with them.
final class SimulationGate: Sendable {
    private let limit: Int
    private let users = Mutex<[UInt32]>([])

    init(limit: Int) {
        self.limit = limit
    }

    /// The most bytes of the body of a simulation, or of a policy's text; nil for any other request.
    static func largeBody(_ head: HTTPRequestHead, _ limits: HTTPLimits) -> Int? {
        guard head.method == .POST else { return nil }
        let path = head.uri.prefix { $0 != "?" }
        if path == Route.simulations { return limits.simulationBytes }
        return path == Route.proposals || path == Route.impact ? limits.policyBytes : nil
    }

    /// Takes a place; it is given back when nobody holds it any more.
    func enter(_ user: UInt32) throws(Problem) -> Place {
        let refusal = users.withLock { users -> Problem? in
            if users.contains(user) { return Problems.simulationUnderWay() }
            if users.count >= limit { return Problems.tooManySimulations(limit) }
            users.append(user)
            return nil
        }
        if let refusal { throw refusal }
        return Place(gate: self, user: user)
    }

    private func leave(_ user: UInt32) {
        users.withLock { users in
            if let index = users.firstIndex(of: user) { users.remove(at: index) }
        }
    }

    /// One simulation, from its head to the end of its reply.
    final class Place: Sendable {
        private let gate: SimulationGate
        private let user: UInt32

        fileprivate init(gate: SimulationGate, user: UInt32) {
            self.gate = gate
            self.user = user
        }

        deinit { gate.leave(user) }
    }
}

extension Problems {
    static func simulationUnderWay() -> Problem {
        Problem(
            type: "/problems/too-many-simulations", title: "Too many simulations", status: 429,
            detail: "You have a simulation or a policy under way; one user has one at a time",
            members: ["limit": .number(1)])
    }

    static func tooManySimulations(_ limit: Int) -> Problem {
        Problem(
            type: "/problems/too-many-simulations", title: "Too many simulations", status: 503,
            detail:
                "\(limit) simulations or policies are under way, which is all at a time; try again when one is done",
            members: ["limit": .number(Int64(limit))])
    }
}
