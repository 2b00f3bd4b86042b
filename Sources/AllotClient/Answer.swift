import AllotAPI

/// An answer of any status.
struct Answer: Sendable {
    let reply: Reply
    /// Whether the connection may be used again.
    let keepsAlive: Bool

    /// The reply, where it is no problem.
    func checked() throws(ClientError) -> Reply {
        guard (200..<300).contains(reply.status) else { throw Answer.error(reply) }
        return reply
    }

    /// What an answer with a status outside 200 to 299 says.
    static func error(_ reply: Reply) -> ClientError {
        guard reply.contentType?.hasPrefix("application/problem+json") == true,
            var problem = try? reply.decode(Problem.self)
        else {
            return .unreadable("status \(reply.status) without a problem document")
        }
        // The status line is the daemon's word; the member is advisory (RFC 9457, 3.1.2).
        problem.status = reply.status
        return .problem(problem)
    }
}
