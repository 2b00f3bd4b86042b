import Glibc
import Logging

/// Sets up logging, once, as the first thing in `main`.
enum LogBootstrap {
    /// One for the process, as `LoggingSystem` itself is.
    private static let threshold = LogThreshold(.info)

    /// Logs to the journal where standard error leads there, else to standard error.
    static func bootstrap(level: Logger.Level, environment: [String: String] = Environment.all) {
        threshold.level = level
        if isJournal(environment["JOURNAL_STREAM"]) {
            LoggingSystem.bootstrap { JournalHandler(label: $0, threshold: threshold) }
        } else {
            LoggingSystem.bootstrap { _ in StderrHandler(threshold: threshold) }
        }
    }

    /// Changes the level of every logger that has none of its own.
    static func setLevel(_ level: Logger.Level) {
        threshold.level = level
    }

    /// Whether `descriptor` is the journal stream that `JOURNAL_STREAM` names as `device:inode` (systemd.exec(5)). The
    /// variable alone does not say: a shell that the service starts has it too, and another standard error.
    static func isJournal(_ stream: String?, descriptor: Int32 = STDERR_FILENO) -> Bool {
        guard let numbers = stream?.split(separator: ":").map({ UInt64($0) }), numbers.count == 2 else { return false }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return false }
        return numbers[0] == UInt64(status.st_dev) && numbers[1] == UInt64(status.st_ino)
    }
}
