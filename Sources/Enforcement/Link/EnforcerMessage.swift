import FoundationEssentials
import Units

/// One request of the daemon to the enforcer.
struct EnforcerRequest: Sendable, Hashable, Codable {
    /// The form of the messages: both sides are of one release, and another release's are refused.
    static let currentForm = 1

    var form = EnforcerRequest.currentForm
    /// Chosen by the client; the reply carries it.
    var id: UInt64
    var verb: EnforcerVerb
}

/// The four verbs.
enum EnforcerVerb: Sendable, Hashable, Codable {
    case inventory
    case start(StartOrder)
    case stop(reservation: ReservationID, grace: Span, warning: StopWarning?)
    case observe(since: UInt64, within: Span)
}

/// The answer to one request.
struct EnforcerReply: Sendable, Hashable, Codable {
    var id: UInt64
    var answer: EnforcerAnswer
}

/// What each verb gives, or why it does not.
enum EnforcerAnswer: Sendable, Hashable, Codable {
    case inventory(Inventory)
    case started(StartReceipt)
    case stopped
    case observation(Observation)
    case failure(ExecutorFailure)
}

/// A message as the bytes of one frame.
enum EnforcerCodec {
    static func encode(_ message: some Encodable) throws(ExecutorFailure) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        guard let data = try? encoder.encode(message) else { throw .refused("message: cannot be encoded") }
        guard data.count <= EnforcementLimits.frameBytes else {
            throw .refused("message: \(data.count) bytes are more than \(EnforcementLimits.frameBytes)")
        }
        return Array(data)
    }

    static func decode<Message: Decodable>(_: Message.Type, from bytes: [UInt8]) throws(ExecutorFailure) -> Message {
        guard let message = try? JSONDecoder().decode(Message.self, from: Data(bytes)) else {
            throw .refused("message: not one of the enforcer's")
        }
        return message
    }

    /// - Throws: `ExecutorFailure.refused` for what is no request of this form.
    static func request(from bytes: [UInt8]) throws(ExecutorFailure) -> EnforcerRequest {
        let request = try decode(EnforcerRequest.self, from: bytes)
        guard request.form == EnforcerRequest.currentForm else {
            throw .refused("message: form \(request.form) is not \(EnforcerRequest.currentForm)")
        }
        return request
    }
}

extension Executor {
    /// What this executor answers to a verb.
    func answer(_ verb: EnforcerVerb) async -> EnforcerAnswer {
        do throws(ExecutorFailure) {
            switch verb {
            case .inventory:
                return .inventory(try await inventory())
            case .start(let order):
                return .started(try await start(order))
            case .stop(let reservation, let grace, let warning):
                try await stop(reservation, grace: grace, warning: warning)
                return .stopped
            case .observe(let version, let within):
                return .observation(try await observe(since: version, within: within))
            }
        } catch {
            return .failure(error)
        }
    }
}
