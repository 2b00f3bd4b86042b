import AllotAPI
import Hummingbird
import Scheduling
import Storage
import Units

/// Sees to it that what a route refuses, and what it carries out without a decision of the engine's, is journaled.
///
/// A request that is no command yet (bytes that are no JSON, a field that there is not) is left out.
struct AuditMiddleware: RouterMiddleware {
    let api: API

    func handle(
        _ request: Hummingbird.Request, context: AllotRequestContext,
        next: (Hummingbird.Request, AllotRequestContext) async throws -> Response
    ) async throws -> Response {
        let operation = AuditMiddleware.operation(request, context)
        do {
            let response = try await next(request, context)
            if response.status.code < 300, AuditMiddleware.journaledWhenDone.contains(operation) {
                await done(operation, context)
            }
            return response
        } catch {
            if let problem = (error as? any ProblemConvertible)?.problem,
                AuditMiddleware.isRefusal(problem, isCommand: request.method == .post)
            {
                let refusal = Refusal(
                    user: UserID(context.peer.uid), operation: operation, problem: problem,
                    reservation: context.parameters.get("id").flatMap { ReservationID($0) })
                await api.broker.note(refusal, by: try? await api.identify(context).reference)
            }
            throw error
        }
    }

    private func done(_ operation: String, _ context: AllotRequestContext) async {
        guard let caller = try? await api.identify(context).reference else { return }
        var writer = JSONWriter()
        writer.openObject()
        writer.field("operation", operation)
        writer.closeObject()
        await api.broker.note(
            JournalEvent(
                at: .init(milliseconds: 0), actor: caller.identity.user, kind: AuditKind.commandDone,
                payload: writer.bytes, reservation: context.parameters.get("id").flatMap { ReservationID($0) }),
            by: caller)
    }

    /// Those that change something, or give something away, and of which the engine has no events.
    private static let journaledWhenDone: Set<String> = ["attachProcess", "takeBackup", "confirmClock"]

    /// What is said of a request that is no command yet.
    private static let beforeCommands: Set<String> = Set(
        [
            ProblemType.malformedJSON, .jsonLimit, .unsupportedMediaType, .unknownField, .missingField, .invalidField,
            .tooManyQuotes, .tooManyRequests, .tooManySimulations, .verificationRunning,
        ].map(\.uri))

    private static func isRefusal(_ problem: Problem, isCommand: Bool) -> Bool {
        if problem.status == 403 { return true }
        return isCommand && (400..<500).contains(problem.status) && !beforeCommands.contains(problem.type)
    }

    private static func operation(_ request: Hummingbird.Request, _ context: AllotRequestContext) -> String {
        let path = (context.endpointPath ?? "").split(separator: "/").map { part in
            part.hasPrefix(":") ? "{\(part.dropFirst())}" : String(part)
        }
        let key = "\(request.method.rawValue) /\(path.joined(separator: "/"))"
        return operations[key] ?? key
    }

    private static let operations = Dictionary(
        OpenAPI.operations.map { ("\($0.method.rawValue) \($0.path)", $0.id) }
    ) { first, _ in first }
}
