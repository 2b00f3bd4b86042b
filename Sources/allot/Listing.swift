import AllotAPI
import ArgumentParser

/// `allot list`, the command that is run most: its plain forms are read here, in a tenth of a millisecond, since the
/// argument parser's reflection takes longer than the daemon's answer.
struct Listing: Sendable, Hashable {
    var all = false
    var ended = false
    var state: Route.StateFilter?
    var socket: String?
    var output: OutputFormat = .table
    var utc = false

    func run() async throws {
        let session = GlobalOptions.session(socket: socket, output: output, utc: utc)
        let isSummary = output == .table
        let states: [Route.StateFilter] = ended ? [.live, .ended] : [state ?? .live]
        let kind = ended || state == .ended ? "" : " that wait or run; 'allot list --ended' has the ended ones"
        let routes = states.map { state in
            { @Sendable [all] (cursor: String?) in
                Route.reservations(scope: all ? .all : .own, state: state, cursor: cursor)
            }
        }
        try await session.list(routes, nothing: all ? "no reservations\(kind)" : "you have no reservations\(kind)") {
            try Page<ReservationView>(json: $0, detail: isSummary ? .summary : .full).items
        }
    }
}

extension Listing {
    /// Reads what stands behind the program's name.
    /// - Returns: nil for everything but `list` with options in full, each with a blank before its value: the argument
    ///   parser knows what to do with the rest.
    init?(plain arguments: some Sequence<String>) {
        var words = Array(arguments)[...]
        var isList = false
        while let word = words.popFirst() {
            switch word {
            case "list" where !isList: isList = true
            case "--all" where isList: all = true
            case "--ended" where isList: ended = true
            case "--utc": utc = true
            case "--socket":
                guard let value = words.popFirst(), !value.hasPrefix("-") else { return nil }
                socket = value
            case "--output":
                guard let value = words.popFirst().flatMap(OutputFormat.init(rawValue:)) else { return nil }
                output = value
            default: return nil
            }
        }
        guard isList else { return nil }
    }
}
