import AllotAPI
import HTTPTypes
import NIOHTTP1

/// Checks a request's head and turns it into the router's terms.
enum RequestHead {
    /// What is wrong with a head, before a byte of its body is read; nil when nothing is.
    static func problem(with head: HTTPRequestHead, limits: HTTPLimits, bodyBytes: Int) -> Problem? {
        if head.uri.utf8.count > limits.targetBytes { return Problems.targetTooLong(limits.targetBytes) }
        if head.version.minor > 0, head.headers["host"].count != 1 {
            return Problems.malformed("It needs one Host field")
        }
        if let length = head.headers.first(name: "content-length"), (Int(length) ?? .max) > bodyBytes {
            return Problems.bodyTooLarge(bodyBytes)
        }
        if let expectation = head.headers.first(name: "expect"), !isContinue(expectation) {
            return Problems.expectationFailed(expectation)
        }
        if head.method == .CONNECT { return Problems.methodNotAllowed("CONNECT", []) }
        // The parser stops at a head that asks for another protocol, so that a body after it would be lost.
        if asksForUpgrade(head), hasBody(head) { return Problems.malformed("Upgrade is not offered") }
        if target(head.uri) == nil { return Problems.malformed("The request target is not a path") }
        return nil
    }

    /// Whether the client waits for `100 Continue` before it sends the body.
    static func waitsForContinue(_ head: HTTPRequestHead) -> Bool {
        head.headers.first(name: "expect").map(isContinue) ?? false && hasBody(head)
    }

    /// Whether no second request can follow on the connection.
    static func isLast(_ head: HTTPRequestHead) -> Bool {
        !head.isKeepAlive || asksForUpgrade(head)
    }

    /// The head in the router's terms, or nil where it has none.
    static func request(_ head: HTTPRequestHead) -> HTTPRequest? {
        guard let method = HTTPRequest.Method(head.method.rawValue), let target = target(head.uri) else { return nil }
        var fields = HTTPFields()
        fields.reserveCapacity(head.headers.count)
        var authority: String?
        for (name, value) in head.headers {
            guard let name = HTTPField.Name(name) else { continue }
            if name == hostName {
                authority = value
            } else {
                fields.append(HTTPField(name: name, value: value))
            }
        }
        return HTTPRequest(method: method, scheme: "http", authority: authority, path: target, headerFields: fields)
    }

    private static let hostName = HTTPField.Name("host")

    /// The path and query of a target in origin form or absolute form (RFC 9112, section 3.2), or nil.
    private static func target(_ uri: String) -> String? {
        if uri.utf8.first == UInt8(ascii: "/") { return uri }
        guard uri.lowercased().hasPrefix("http://") else { return nil }
        let rest = uri.dropFirst("http://".count)
        return rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? "/"
    }

    private static func isContinue(_ expectation: String) -> Bool { expectation.lowercased() == "100-continue" }

    private static func asksForUpgrade(_ head: HTTPRequestHead) -> Bool { head.headers.contains(name: "upgrade") }

    private static func hasBody(_ head: HTTPRequestHead) -> Bool {
        head.headers.contains(name: "transfer-encoding") || (head.headers.first(name: "content-length") ?? "0") != "0"
    }
}
