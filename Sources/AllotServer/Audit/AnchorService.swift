import AllotAPI
import Logging
import NIOPosix
import ServiceLifecycle
import Storage
import Units

/// Writes the journal's end elsewhere at intervals, where it has moved: to the system's log, and as `allotd.yaml` says
/// to a file and to a command. Whoever changes the database later can not change that.
struct AnchorService: Service {
    let settings: Configuration.Anchors
    let broker: Broker
    let logger: Logger

    func run() async throws {
        let last = await cancelWhenGracefulShutdown {
            var last: Int64 = 0
            while !Task.isCancelled {
                last = await write(after: last)
                try? await Task.sleep(for: .milliseconds(settings.interval.milliseconds))
            }
            return last
        }
        _ = await write(after: last)
    }

    /// Writes one where the journal has grown beyond `last`; the row up to which nothing new has to be said.
    func write(after last: Int64) async -> Int64 {
        guard let anchor = await broker.anchor(), anchor.head.sequence > last else { return last }
        var places = ["log"]
        var faults: [String] = []
        AnchorService.log(anchor)
        do {
            if let file = settings.file {
                try await NIOThreadPool.singleton.runIfActive { try AnchorFile.append(anchor, to: file) }
                places.append("file")
            }
        } catch {
            faults.append("file: \(error)")
        }
        do {
            if let command = settings.command {
                try await NIOThreadPool.singleton.runIfActive {
                    try AnchorCommand.run(command, anchor, within: Limits.anchorCommandTime)
                }
                places.append("command")
            }
        } catch {
            faults.append("command: \(error)")
        }
        for fault in faults { logger.error("an anchor was not written", metadata: ["place": "\(fault)"]) }
        await broker.setAnchorFaults(faults)
        return await broker.note(anchor, written: places)
    }

    /// Whatever is logged at which level: an anchor is no message that one may do without.
    private static func log(_ anchor: Anchor) {
        let fields = [
            "MESSAGE=\(anchor.line)", "PRIORITY=5", "SYSLOG_IDENTIFIER=allotd", "ALLOT_ANCHOR=\(anchor.head)",
            "ALLOT_ANCHOR_LINE=\(anchor.line)",
        ]
        let isJournal = LogBootstrap.isJournal(Environment.all["JOURNAL_STREAM"])
        if isJournal, JournalHandler.sendToJournal(fields) { return }
        StderrHandler.writeToStderr("allotd: \(anchor.line)\n")
    }
}

extension Broker {
    /// What an anchor says now; nil where the journal can not be read.
    func anchor() -> Anchor? {
        guard !isClosed, let head = try? store.journalHead(), let scalars = try? store.read(.scalars) else {
            return nil
        }
        return Anchor(
            head: head, epoch: scalars[Scalar.epoch] ?? 1, nextReservation: engine.state.nextNumber, at: now())
    }

    /// Journals that an anchor was written.
    /// - Returns: the row of that.
    func note(_ anchor: Anchor, written places: [String]) -> Int64 {
        var writer = JSONWriter()
        writer.openObject()
        writer.field("anchor", anchor.head.description)
        writer.field("places", places)
        writer.closeObject()
        note(JournalEvent(at: now(), actor: nil, kind: AuditKind.anchorWritten, payload: writer.bytes))
        return head
    }

    /// What the last anchor could not be written to, for `health`.
    func setAnchorFaults(_ faults: [String]) { anchorFaults = faults }
}
