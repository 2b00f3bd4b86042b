import AllotAPI
import Hummingbird
import NIOHTTP1

/// An error that says for itself what a client is told. Any other error is an internal one, and told is only its id.
protocol ProblemConvertible: Error {
    var problem: Problem { get }
}

extension Problem: ProblemConvertible {
    var problem: Problem { self }
}

extension JSONFault: ProblemConvertible {}

/// The problems that the HTTP service itself tells of.
enum Problems {
    static func tooManyConnections(_ limit: Int) -> Problem {
        Problem(
            type: "/problems/too-many-connections", title: "Too many connections", status: 503,
            detail: "All \(limit) connections of the daemon are in use; try again",
            members: ["limit": .number(Int64(limit))])
    }

    static func tooManyConnectionsOfUser(_ limit: Int) -> Problem {
        Problem(
            type: "/problems/too-many-connections", title: "Too many connections", status: 429,
            detail: "You have \(limit) connections open, which is the limit for one user; close some",
            members: ["limit": .number(Int64(limit))])
    }

    static func targetTooLong(_ limit: Int) -> Problem {
        Problem(
            type: "/problems/target-too-long", title: "The request target is too long", status: 414,
            detail: "The path with its query may have \(limit) bytes", members: ["limitBytes": .number(Int64(limit))])
    }

    static func headTooLarge(_ limits: HTTPLimits) -> Problem {
        Problem(
            type: "/problems/head-too-large", title: "The request's header fields are too large", status: 431,
            detail: "At most \(limits.headFields) header fields of \(limits.headBytes) bytes in all are read",
            members: ["limitBytes": .number(Int64(limits.headBytes)), "limit": .number(Int64(limits.headFields))])
    }

    static func bodyTooLarge(_ limit: Int) -> Problem {
        Problem(
            type: "/problems/body-too-large", title: "The body is too large", status: 413,
            detail: "A body may have \(limit) bytes", members: ["limitBytes": .number(Int64(limit))])
    }

    static func tooSlow(_ part: String, _ limit: Duration) -> Problem {
        Problem(
            type: "/problems/too-slow", title: "The request took too long to arrive", status: 408,
            detail: "Its \(part) was not complete after \(limit)")
    }

    static func malformed(_ detail: String) -> Problem {
        Problem(
            type: "/problems/malformed-request", title: "This is not a valid HTTP request", status: 400, detail: detail)
    }

    static func expectationFailed(_ expectation: String) -> Problem {
        Problem(
            type: "/problems/expectation-failed", title: "An expectation that is not known", status: 417,
            detail: "Expect: \(String(expectation.prefix(80))); only 100-continue is known")
    }

    static func notFound(_ path: String) -> Problem {
        Problem(
            type: "/problems/not-found", title: "There is no such thing", status: 404,
            detail: "There is nothing at \(String(path.prefix(200)))")
    }

    static func methodNotAllowed(_ method: String, _ allowed: [String]) -> Problem {
        Problem(
            type: "/problems/method-not-allowed", title: "The method is not allowed here", status: 405,
            detail: "\(String(method.prefix(40))) is not among \(allowed.joined(separator: ", "))",
            members: ["allowed": .texts(allowed)])
    }

    static func unsupportedMediaType(_ found: String?, expected: String = "application/json") -> Problem {
        Problem(
            type: "/problems/unsupported-media-type", title: "The body is of another type than is read", status: 415,
            detail: "Content-Type is \(found.map { String($0.prefix(80)) } ?? "missing"); \(expected) is expected")
    }

    static func shuttingDown() -> Problem {
        Problem(
            type: "/problems/shutting-down", title: "The daemon is ending", status: 503, detail: "Try again in a moment"
        )
    }

    /// An error that nobody foresaw: the client learns the id under which the log has it, and nothing of what it was.
    static func unforeseen(id: String) -> Problem {
        Problem(
            type: "/problems/internal", title: "An internal error", status: 500,
            detail: "The daemon's log has it under \(id)", members: ["id": .text(id)])
    }

    /// A status that a library chose, in words.
    static func plain(_ status: Int, title: String, detail: String?) -> Problem {
        Problem(type: "about:blank", title: title, status: status, detail: detail ?? title)
    }

    /// What the parser refused.
    static func parser(_ error: HTTPParserError, isInTarget: Bool, limits: HTTPLimits) -> Problem {
        switch error {
        case .headerOverflow: return isInTarget ? targetTooLong(limits.targetBytes) : headTooLarge(limits)
        case .invalidVersion:
            return Problem(
                type: "/problems/malformed-request", title: "This is not a valid HTTP request", status: 505,
                detail: "HTTP/1.1 is spoken here")
        case .invalidEOFState: return malformed("The connection was closed in the middle of the request")
        case .invalidMethod: return malformed("The method is not one of HTTP's")
        case .invalidURL: return malformed("The request target has a character that does not belong there")
        case .invalidHeaderToken: return malformed("A header field has a character that does not belong there")
        case .invalidContentLength, .unexpectedContentLength: return malformed("Content-Length is not valid")
        case .invalidChunkSize: return malformed("A chunk's size is not valid")
        case .lfExpected: return malformed("A line does not end with CR LF")
        default: return malformed("It cannot be parsed")
        }
    }
}
