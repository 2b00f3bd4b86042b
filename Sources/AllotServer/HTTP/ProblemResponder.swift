import AllotAPI
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// The router, with every error turned into a problem document (RFC 9457): those that routes throw, those that
/// Hummingbird makes itself, and those that nobody foresaw.
struct ProblemResponder: Sendable {
    private let router: RouterResponder<AllotRequestContext>
    private let routes: RouteTable

    init(_ router: Router<AllotRequestContext>) {
        routes = RouteTable(router)
        self.router = router.buildResponder()
    }

    func respond(to request: Request, context: AllotRequestContext) async -> Response {
        do {
            let response = try await router.respond(to: request, context: context)
            guard response.status.code >= 400, response.headers[.contentType] != ProblemReply.mediaType else {
                return response
            }
            return await worded(response, to: request, context: context)
        } catch {
            return ProblemResponder.response(to: error, request: request, logger: context.logger)
        }
    }

    /// The reply for an error that a route threw.
    static func response(to error: any Error, request: Request, logger: Logger) -> Response {
        if let known = error as? any ProblemConvertible { return response(known.problem) }
        if error is CancellationError { return response(Problems.shuttingDown()) }
        let id = String(UInt32.random(in: 0x1000_0000 ... .max), radix: 16)
        logger.error(
            "Request failed",
            metadata: [
                "id": "\(id)", "method": "\(request.method.rawValue)", "path": "\(request.uri.path)",
                "error": "\(String(reflecting: error))",
            ])
        return response(Problems.unforeseen(id: id))
    }

    /// The reply for a problem.
    static func response(_ problem: Problem) -> Response {
        let reply = ProblemReply(problem)
        return Response(
            status: reply.status, headers: reply.headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body)))
    }

    /// A problem in place of an error reply that has none.
    private func worded(_ response: Response, to request: Request, context: AllotRequestContext) async -> Response {
        let path = request.uri.path
        if response.status == .notFound, context.endpointPath == ProblemResponder.noRoute {
            let allowed = routes.methods(at: path)
            return ProblemResponder.response(
                allowed.isEmpty
                    ? Problems.notFound(path) : Problems.methodNotAllowed(request.method.rawValue, allowed))
        }
        let problem = Problems.plain(
            response.status.code, title: response.status.reasonPhrase, detail: await message(of: response))
        var worded = ProblemResponder.response(problem)
        for field in response.headers where field.name != .contentType && field.name != .contentLength {
            worded.headers.append(field)
        }
        return worded
    }

    /// What Hummingbird sets as the endpoint where no route matches.
    private static let noRoute = "NotFound"

    /// The message in the JSON that Hummingbird makes of an `HTTPError`.
    private func message(of response: Response) async -> String? {
        struct Body: Decodable {
            struct Message: Decodable { let message: String }
            let error: Message
        }
        let collector = BodyCollector()
        guard (try? await response.body.write(collector)) != nil,
            let document = try? JSONScanner.scan(collector.bytes.readableBytesView, limits: JSONLimits())
        else { return nil }
        return try? JSONTreeDecoder.decode(Body.self, from: document).error.message
    }
}

/// A problem as a reply.
struct ProblemReply {
    static let mediaType = "application/problem+json"

    let status: HTTPResponse.Status
    let headers: HTTPFields
    let body: [UInt8]

    init(_ problem: Problem) {
        status = HTTPResponse.Status(code: problem.status)
        var headers = HTTPFields()
        headers[.contentType] = ProblemReply.mediaType
        if problem.status == 503 || problem.status == 429 { headers[.retryAfter] = "1" }
        if problem.status == 405, case .texts(let allowed) = problem.members["allowed"] {
            headers[.allow] = allowed.joined(separator: ", ")
        }
        self.headers = headers
        // A problem is text and whole numbers, which always encode.
        body = (try? JSONText.encode(problem)) ?? []
    }
}

/// Which methods a path has, for the `Allow` of a refused one.
struct RouteTable: Sendable {
    private let routes: [(components: [String], method: String)]

    init(_ router: Router<AllotRequestContext>) {
        routes = router.routes.map { route in
            (route.path.description.split(separator: "/").map(String.init), route.method.rawValue)
        }
    }

    /// Sorted; empty where the path has no route at all.
    func methods(at path: String) -> [String] {
        let parts = path.split(separator: "/").map(String.init)
        let methods = routes.filter { matches($0.components, parts) }.map(\.method)
        return Set(methods).sorted()
    }

    private func matches(_ components: [String], _ parts: [String]) -> Bool {
        if components.last == "**" {
            let fixed = components.dropLast()
            return parts.count >= fixed.count && zip(fixed, parts).allSatisfy(matches)
        }
        return components.count == parts.count && zip(components, parts).allSatisfy(matches)
    }

    private func matches(_ component: String, _ part: String) -> Bool {
        component == part || component == "*" || component.hasPrefix(":") || component.hasPrefix("{")
    }
}
