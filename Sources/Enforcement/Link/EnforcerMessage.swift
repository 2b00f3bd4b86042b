import FoundationEssentials
import Telemetry
import Units

/// One request of the daemon to the enforcer.
struct EnforcerRequest: Sendable, Hashable, Codable {
    /// The form of the messages: both sides are of one release, and another release's are refused.
    static let currentForm = 2

    var form = EnforcerRequest.currentForm
    /// Chosen by the client; the reply carries it.
    var id: UInt64
    var verb: EnforcerVerb
}

/// The four verbs.
enum EnforcerVerb: Sendable, Hashable, Codable {
    case inventory
    case start(StartOrder)
    case stop(StopOrder)
    case observe(Observed)

    /// What is to be observed.
    enum Observed: Sendable, Hashable, Codable {
        case commands(since: UInt64, within: Span)
        case devices([WatchedDevice])
    }
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
    case stopped(StopReceipt)
    case observation(Observation)
    case look(MachineLook)
    case failure(ExecutorFailure)
}

/// A message as the bytes of one frame.
enum EnforcerCodec {
    /// - Parameter limit: of the frame, in bytes.
    static func encode(
        _ message: some Encodable, limit: Int = EnforcementLimits.requestBytes
    ) throws(ExecutorFailure) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        guard let data = try? encoder.encode(message) else { throw .refused("message: cannot be encoded") }
        guard data.count <= limit else {
            throw .refused("message: \(data.count) bytes are more than \(limit)")
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

extension MachineLook {
    /// As much of it as a reply holds: before all others, those of its openers that somebody has to hear of.
    func fitted(first isFirst: (DeviceOpener) -> Bool = { _ in false }) -> MachineLook {
        let limit = EnforcementLimits.lookedAtOpeners
        guard openers.count > limit else { return self }
        var look = self
        let ordered = openers.filter(isFirst) + openers.filter { !isFirst($0) }
        look.openers = ordered.prefix(limit).sorted { $0.pid < $1.pid }
        look.isCut = true
        let line = "more than \(limit) processes have devices open: not all are told"
        look.blind = blind.prefix(TelemetryLimits.blindLines - 1) + [line]
        return look
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
            case .stop(let order):
                return .stopped(try await stop(order))
            case .observe(.commands(let version, let within)):
                return .observation(try await observe(since: version, within: within))
            case .observe(.devices(let devices)):
                return .look(try await observe(devices).fitted())
            }
        } catch {
            return .failure(error)
        }
    }
}
