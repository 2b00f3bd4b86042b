import AllotAPI
import FoundationEssentials

/// A request to the daemon.
public struct Call: Sendable, Hashable {
    /// The methods that the API uses.
    public enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
    }

    public var method: Method
    /// The path and query, as `Route` gives them.
    public var path: String
    /// nil for none.
    public var body: [UInt8]?
    public var contentType = "application/json"
    /// From its start to its reply's end, where that may take longer than `ClientLimits.requestSeconds`.
    public var timeoutSeconds: Int64?
    /// Sent as `Idempotency-Key`: the request may then be sent again when the connection breaks.
    public var idempotencyKey: String?
    /// Sent as `Last-Event-ID`: an event stream goes on behind it.
    public var lastEventID: Int64?

    /// A request that changes nothing.
    public static func get(_ path: String) -> Call {
        Call(method: .get, path: path)
    }

    /// A request without a body.
    /// - Parameter idempotent: Whether it may be sent twice with the effect of once.
    public static func post(_ path: String, idempotent: Bool) -> Call {
        Call(method: .post, path: path, idempotencyKey: idempotent ? randomKey() : nil)
    }

    /// A request with a body; it may be sent twice with the effect of once.
    public static func post(_ path: String, _ body: some Encodable) throws -> Call {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Call(
            method: .post, path: path, body: Array(try encoder.encode(body)), idempotencyKey: randomKey())
    }

    /// A request whose body is bytes. It is not sent again.
    /// - Parameter timeoutSeconds: How long the answer may take.
    public static func post(_ path: String, bytes: [UInt8], timeoutSeconds: Int64) -> Call {
        Call(
            method: .post, path: path, body: bytes.isEmpty ? nil : bytes, contentType: "application/octet-stream",
            timeoutSeconds: timeoutSeconds)
    }

    /// 128 random bits in hexadecimal digits.
    static func randomKey() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<2).map { _ in
            let digits = String(UInt64.random(in: .min ... .max, using: &generator), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    /// Whether sending it again does no harm.
    var mayRepeat: Bool { method == .get || idempotencyKey != nil }
}

/// The daemon's answer, where it is no problem.
public struct Reply: Sendable, Hashable {
    public let status: Int
    public let contentType: String?
    public let body: [UInt8]

    public init(status: Int, contentType: String?, body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// The body as a type of the API.
    /// - Throws: `ClientError.unreadable` for what is not that type's JSON.
    public func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws(ClientError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(body))
        } catch {
            throw ClientError.unreadable("\(type): \(Reply.reason(error))")
        }
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        switch error {
        case .keyNotFound(let key, _): return "no field \(key.stringValue)"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
        @unknown default: return "\(error)"
        }
    }
}
