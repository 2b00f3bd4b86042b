import Glibc
import Logging
import Units

/// Logs to standard error, one line an event: `2026-11-02T09:30:00.123Z notice  Serving socket=/run/allot/allotd.sock`.
struct StderrHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    private let threshold: LogThreshold
    private var ownLevel: Logger.Level?
    private let write: @Sendable (String) -> Void

    /// `write` takes a whole line with its line break.
    init(threshold: LogThreshold, write: @escaping @Sendable (String) -> Void = StderrHandler.writeToStderr) {
        self.threshold = threshold
        self.write = write
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
        let text = LogText.line(event.message.description, LogText.fields(metadata, event.metadata))
        let level = event.level.rawValue.padding(to: 8)
        write("\(StderrHandler.now()) \(level) \(text)\n")
    }

    private static func now() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return RFC3339.string(Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000))
    }

    /// In one call, so that lines of several threads do not mix. A log that nobody takes is lost, not waited for.
    static func writeToStderr(_ line: String) {
        var line = line
        line.withUTF8 { bytes in _ = Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(0, width - count))
    }
}
