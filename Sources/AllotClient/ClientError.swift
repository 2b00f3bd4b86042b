import AllotAPI

/// Why there is no answer, or what it says instead.
public enum ClientError: Error, Sendable, Hashable {
    /// Nothing is at the path.
    case socketMissing(path: String)
    /// The socket, or a folder before it, may not be used.
    case permissionDenied(path: String)
    /// A socket is there, and nobody listens.
    case connectionRefused(path: String)
    /// Longer than a socket's address may be.
    case pathTooLong(path: String)
    /// Another failure to connect, in the system's words.
    case cannotConnect(path: String, reason: String)
    case timedOut(seconds: Int64)
    /// The connection broke before the answer was complete.
    case disconnected
    /// What answers speaks no HTTP.
    case notHTTP(String)
    case replyTooLarge(limitBytes: Int)
    /// An answer that is not what the API promises.
    case unreadable(String)
    /// The daemon's own error.
    case problem(Problem)
}

extension ClientError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .socketMissing(let path): "no socket at \(path)"
        case .permissionDenied(let path): "no permission to use the socket \(path)"
        case .connectionRefused(let path): "nobody listens at the socket \(path)"
        case .pathTooLong(let path): "the socket's path is longer than a Unix socket's may be: \(path)"
        case .cannotConnect(let path, let reason): "cannot connect to \(path): \(reason)"
        case .timedOut(let seconds): "no complete answer within \(seconds) s"
        case .disconnected: "the connection broke before the answer was complete"
        case .notHTTP(let reason): "the answer is not HTTP: \(reason)"
        case .replyTooLarge(let limit): "the answer is longer than \(limit) bytes"
        case .unreadable(let reason): "the answer is not what the API promises: \(reason)"
        case .problem(let problem): problem.detail.isEmpty ? problem.title : "\(problem.title): \(problem.detail)"
        }
    }
}
