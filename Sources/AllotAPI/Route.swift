import Units

/// The paths of the API, as a client asks for them.
public enum Route {
    public static let host = "/v1/host"
    public static let health = "/v1/health"
    public static let metrics = "/v1/metrics"
    public static let quotes = "/v1/quotes"
    /// What is out of the plan.
    public static let drains = "/v1/drains"
    public static let resume = "/v1/drains/resume"
    public static let backup = "/v1/backup"
    public static let clockConfirm = "/v1/clock/confirm"
    public static let openAPI = "/v1/openapi.json"
    /// Where a request is submitted, and what the list of reservations begins with.
    public static let reservations = "/v1/reservations"

    /// The most items that one page of a list may have.
    public static let pageLimit = 1000

    /// The list of devices.
    public static func devices(limit: Int = pageLimit, cursor: String? = nil) -> String {
        path("/v1/devices", [("limit", String(limit)), ("cursor", cursor)])
    }

    /// The calendar.
    public static func plan(limit: Int = pageLimit, cursor: String? = nil) -> String {
        path("/v1/plan", [("limit", String(limit)), ("cursor", cursor)])
    }

    /// What is left of the departments' budgets.
    /// - Parameter period: a month such as `2026-11`; nil for this one.
    public static func budgets(period: String? = nil, limit: Int = pageLimit, cursor: String? = nil) -> String {
        path("/v1/budgets", [("period", period), ("limit", String(limit)), ("cursor", cursor)])
    }

    /// Who stands where in fair share.
    public static func fairShare(limit: Int = pageLimit, cursor: String? = nil) -> String {
        path("/v1/fairshare", [("limit", String(limit)), ("cursor", cursor)])
    }

    /// The list of reservations.
    public static func reservations(
        scope: Scope = .own, state: StateFilter = .live, limit: Int = pageLimit, cursor: String? = nil
    ) -> String {
        path(
            reservations,
            [("scope", scope.rawValue), ("state", state.rawValue), ("limit", String(limit)), ("cursor", cursor)])
    }

    public static func reservation(_ id: ReservationID) -> String { "\(reservations)/\(id)" }
    public static func explanation(_ id: ReservationID) -> String { "\(reservations)/\(id)/explanation" }
    public static func cancel(_ id: ReservationID) -> String { "\(reservations)/\(id)/cancel" }
    public static func release(_ id: ReservationID) -> String { "\(reservations)/\(id)/release" }
    public static func extend(_ id: ReservationID) -> String { "\(reservations)/\(id)/extend" }
    public static func approve(_ id: ReservationID) -> String { "\(reservations)/\(id)/approve" }
    public static func reject(_ id: ReservationID) -> String { "\(reservations)/\(id)/reject" }
    public static func attach(_ id: ReservationID) -> String { "\(reservations)/\(id)/attach" }

    /// - Parameter follow: Whether the reply goes on while the command runs.
    public static func logs(_ id: ReservationID, follow: Bool) -> String {
        path("\(reservations)/\(id)/logs", [("follow", String(follow))])
    }

    /// - Parameter follow: Whether the reply goes on with what happens later.
    public static func events(follow: Bool) -> String {
        path("/v1/events", [("follow", String(follow))])
    }

    public static let simulations = "/v1/simulations"

    /// A simulation, with what it is asked for.
    public static func simulation(_ query: SimulationQuery) -> String {
        func text(_ value: (some CustomStringConvertible)?) -> String? { value?.description }
        func time(_ value: DateTime?) -> String? { value.map { RFC3339.string($0.timestamp) } }
        return path(
            simulations,
            [
                ("source", query.source.rawValue), ("compare", String(query.compares)),
                ("policyBytes", String(query.policyBytes)), ("nodesBytes", String(query.nodesBytes)),
                ("cpus", text(query.cpus)), ("memoryBytes", text(query.memoryBytes)), ("gpus", text(query.gpus)),
                ("nodes", text(query.nodes)), ("from", time(query.from)), ("until", time(query.until)),
                ("runs", text(query.runs)), ("seed", text(query.seed)),
            ])
    }

    /// Whose reservations a list shows.
    public enum Scope: String, Sendable, CaseIterable {
        case own, all
    }

    /// Which reservations a list shows.
    public enum StateFilter: String, Sendable, CaseIterable {
        case waiting, active, ending, ended
        /// All but the ended ones.
        case live
    }

    static func path(_ path: String, _ query: [(String, String?)]) -> String {
        let parts = query.compactMap { name, value in value.map { "\(name)=\(percentEncoded($0))" } }
        return parts.isEmpty ? path : "\(path)?\(parts.joined(separator: "&"))"
    }

    /// RFC 3986: all but the unreserved characters as `%XX` of their UTF-8.
    static func percentEncoded(_ text: String) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.append(byte)
            default:
                let digits = Array("0123456789ABCDEF".utf8)
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
