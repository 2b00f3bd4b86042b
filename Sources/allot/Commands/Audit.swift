import AllotAPI
import AllotClient
import ArgumentParser

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Show who did what, and verify that nothing of it was changed.",
        subcommands: [AuditListCommand.self, AuditVerifyCommand.self])
}

struct AuditListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List commands, accepted and denied, the newest first.",
        discussion: """
            From the journal. Denials that repeat are counted and written once a minute. For auditors and admins.

            Examples:
              allot audit list --from '2026-11-24 00:00'
              allot audit list --user ada --outcome denied
              allot audit list --reservation r-1042 --output json
              allot audit list --action policy --output csv > policy.csv
            """)

    @Option(help: ArgumentHelp("Of this user: a name or a uid.", valueName: "user"))
    var user: String?

    @Option(
        help: ArgumentHelp("Of this kind, or all that begin with it: reservation, access.denied.", valueName: "kind"))
    var action: String?

    @Option(help: ArgumentHelp("About this reservation.", valueName: "id"))
    var reservation: String?

    @Option(help: "Only accepted or denied ones.")
    var outcome: AuditEntryView.Outcome?

    @Option(help: ArgumentHelp("Not before this.", valueName: "time"))
    var from: String?

    @Option(help: ArgumentHelp("Before this.", valueName: "time"))
    var until: String?

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        let session = options.session()
        let query = AuditQuery(
            user: user, action: action, reservation: reservation, outcome: outcome,
            from: try session.time(from, "--from"), until: try session.time(until, "--until"))
        try await session.list([{ Route.audit(query, cursor: $0) }], nothing: "nothing of that kind was done") {
            try Reply(status: 200, contentType: nil, body: $0).decode(Page<AuditEntryView>.self).items
        }
    }
}

struct AuditVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Recompute the journal's chain, and compare it with anchors kept elsewhere.",
        discussion: """
            Exit code 0 where all is right, 1 where something is not. Without anchors a tail that was cut off, and an \
            old database that was put in place, do not show. For auditors and admins.

            Examples:
              allot audit verify
              journalctl -t allotd -o cat --grep '^anchor ' > anchors && allot audit verify --anchors anchors
            """)

    @Option(help: ArgumentHelp("A file with anchors, line by line; - is standard input.", valueName: "file"))
    var anchors: String?

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        let session = options.session()
        let lines = try anchors.map { try AuditVerifyCommand.lines(of: $0) }
        var call = try Call.post(Route.auditVerify, AuditVerifyRequest(anchors: lines))
        call.timeoutSeconds = AuditVerifyCommand.timeoutSeconds
        let reply = try await session.client.send(call)
        try session.show(reply, as: AuditVerificationView.self)
        let view = try reply.decode(AuditVerificationView.self)
        if view.status == .failed { throw Failure(.failed, nil) }
    }

    /// A long journal takes minutes.
    private static let timeoutSeconds: Int64 = 660

    /// The newest lines that have an anchor.
    private static func lines(of path: String) throws -> [String] {
        let text = String(decoding: try InputFile(path).read(), as: UTF8.self)
        let lines = text.utf8.split(separator: UInt8(ascii: "\n")).compactMap { line -> String? in
            anchor(in: String(decoding: line, as: UTF8.self))
        }
        guard !lines.isEmpty else {
            throw Failure(.failed, "\(InputFile.name(path)): it has no anchor, which looks like 1042:9f86…")
        }
        return Array(lines.suffix(APILimits.anchors))
    }

    /// What a line says of an anchor, without what a log has put before it.
    static func anchor(in line: String) -> String? {
        guard let found = line.firstMatch(of: /[0-9]+:[0-9a-fA-F]{64}[^"\\]*/) else { return nil }
        return String(found.0.prefix(APILimits.anchorBytes))
    }
}

extension AuditEntryView.Outcome: ExpressibleByArgument {}
