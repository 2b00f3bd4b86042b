import AllotClient
import ArgumentParser

/// How a command shows what it has.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
    case table, json, csv
}

/// The options that every command takes, before or behind its name.
struct GlobalOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The daemon's socket (default: ALLOT_SOCKET, else \(AllotClient.defaultSocketPath)).", valueName: "path"),
        completion: .file())
    var socket: String?

    @Option(help: ArgumentHelp("table, json (the API's own objects) or csv.", valueName: "format"))
    var output: OutputFormat = .table

    @Flag(help: "Read and show times in UTC instead of local time.")
    var utc = false

    var zone: Zone { utc ? .utc : .local }

    /// Everything that a command needs to do its work.
    func session() -> Session {
        GlobalOptions.session(socket: socket, output: output, utc: utc)
    }

    static func session(socket: String?, output: OutputFormat, utc: Bool) -> Session {
        let terminal = Terminal.standardOutput
        let style = Style(
            zone: utc ? .utc : .local, now: Clock.now, isColoured: terminal.isColoured, isUnicode: terminal.isUnicode,
            width: terminal.width)
        let path = socket ?? Environment["ALLOT_SOCKET"] ?? AllotClient.defaultSocketPath
        return Session(client: AllotClient(socketPath: path), output: Output(format: output, style: style))
    }
}
