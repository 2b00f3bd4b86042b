import CSystemd
import Glibc
import Logging

/// Logs to the systemd journal, with the metadata as fields: `uid` becomes `ALLOT_UID` (see docs/logging.md), so that
/// `journalctl ALLOT_RESERVATION=r-1042` finds what concerns one reservation. The message carries them as well.
struct JournalHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    private let label: String
    private let threshold: LogThreshold
    private var ownLevel: Logger.Level?
    private let send: @Sendable ([String]) -> Bool

    /// `send` takes fields as `NAME=value`, and says whether the journal took them; what it did not goes to stderr.
    init(
        label: String, threshold: LogThreshold,
        send: @escaping @Sendable ([String]) -> Bool = JournalHandler.sendToJournal
    ) {
        self.label = label
        self.threshold = threshold
        self.send = send
    }

    var logLevel: Logger.Level {
        get { ownLevel ?? threshold.level }
        set { ownLevel = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let pairs = LogText.fields(metadata, event.metadata)
        let message = LogText.line(event.message.description, pairs)
        var fields = [
            "MESSAGE=\(message)", "PRIORITY=\(JournalHandler.priority(event.level))", "SYSLOG_IDENTIFIER=allotd",
            "ALLOT_LOGGER=\(label)",
        ]
        for (key, value) in pairs { fields.append("\(JournalHandler.fieldName(key))=\(value)") }
        if event.level >= .error { fields += ["CODE_FILE=\(event.file)", "CODE_LINE=\(event.line)"] }
        if !send(fields) { StderrHandler.writeToStderr("<\(JournalHandler.priority(event.level))>\(message)\n") }
    }

    /// The syslog priority (RFC 5424, section 6.2.1).
    static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .critical: 2
        case .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        case .debug, .trace: 7
        }
    }

    /// `reservationID` → `ALLOT_RESERVATION_ID`: what sd_journal_sendv(3) takes, of at most 64 bytes.
    static func fieldName(_ key: String) -> String {
        var name = "ALLOT_"
        var wasLower = false
        for byte in key.utf8.prefix(48) {
            let isUpper = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
            if isUpper, wasLower { name += "_" }
            wasLower = byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
            let isDigit = byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
            name.unicodeScalars.append(
                isUpper || isDigit ? Unicode.Scalar(byte) : wasLower ? Unicode.Scalar(byte - 32) : "_")
        }
        return String(name.prefix(64))
    }

    /// Gives them to journald. False where there is none to take them.
    static func sendToJournal(_ fields: [String]) -> Bool {
        let starts = fields.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.utf8.count) }
        var bytes = fields.flatMap { Array($0.utf8) }
        return bytes.withUnsafeMutableBytes { buffer in
            let vectors = fields.indices.map { index in
                iovec(
                    iov_base: buffer.baseAddress?.advanced(by: starts[index]),
                    iov_len: starts[index + 1] - starts[index])
            }
            return sd_journal_sendv(vectors, Int32(vectors.count)) == 0
        }
    }
}
