import AllotAPI
import HTTPTypes
import Hummingbird
import NIOCore

/// Reads a request's body as JSON, strictly (see `JSONScanner` and `JSONTreeDecoder`).
///
///     let ask = try JSONBody.decode(ReservationRequest.self, from: request, context)
enum JSONBody {
    /// Throws a `Problem` (415 for another type) or a `JSONFault` (400 for what is not JSON, 422 for what does not
    /// fit), each of which names the field and what is expected. With `allowsEmpty` no body at all is read as `{}`,
    /// for requests whose fields are all optional.
    static func decode<Value: Decodable>(
        _ type: Value.Type, from request: Request, _ context: AllotRequestContext, allowsEmpty: Bool = false
    ) throws -> Value {
        if allowsEmpty, context.body.readableBytes == 0 {
            return try decode(type, from: ByteBuffer(string: "{}"), limits: context.jsonLimits)
        }
        try requireJSON(request.headers[.contentType])
        return try decode(type, from: context.body, limits: context.jsonLimits)
    }

    /// Decodes a text that is known to be JSON by its place.
    static func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: ByteBuffer, limits: JSONLimits
    ) throws -> Value {
        let document = try JSONScanner.scan(bytes.readableBytesView, limits: limits)
        return try JSONTreeDecoder.decode(type, from: document)
    }

    /// `application/json`, in any case, with no parameter but `charset=utf-8`.
    private static func requireJSON(_ contentType: String?) throws(Problem) {
        guard let contentType else { throw Problems.unsupportedMediaType(nil) }
        if contentType == "application/json" { return }
        let parts = contentType.lowercased().split(separator: ";", omittingEmptySubsequences: false)
            .map { $0.filter { $0 != " " && $0 != "\t" && $0 != "\"" } }
        guard parts.first == "application/json", parts.dropFirst().allSatisfy({ $0 == "charset=utf-8" || $0.isEmpty })
        else { throw Problems.unsupportedMediaType(contentType) }
    }
}

/// Makes `request.decode(as:context:)` as strict as `JSONBody`.
struct JSONBodyDecoder: RequestDecoder {
    func decode<Value: Decodable>(
        _ type: Value.Type, from request: Request, context: some RequestContext
    ) async throws -> Value {
        guard let context = context as? AllotRequestContext else {
            return try JSONBody.decode(type, from: try await request.body.collect(upTo: 0), limits: JSONLimits())
        }
        return try JSONBody.decode(type, from: request, context)
    }
}

/// Makes JSON replies, with members in the order of their names.
struct JSONReply: ResponseEncoder {
    /// A reply with `value` as its body.
    static func response(
        _ value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) throws -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(
            status: status, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try JSONText.encode(value))))
    }

    func encode(_ value: some Encodable, from request: Request, context: some RequestContext) throws -> Response {
        try JSONReply.response(value)
    }
}
