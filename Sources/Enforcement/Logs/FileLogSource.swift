import Glibc
import Units

/// Reads what the process executor keeps: one file for each command.
public struct FileLogSource: LogSource {
    private let paths: ProcessPaths

    /// - Parameter stateDirectory: the process executor's.
    public init(stateDirectory: String) {
        paths = ProcessPaths(state: stateDirectory)
    }

    /// As `LogSource`; a cursor is the number of bytes read. The last line may still lack its end.
    public func lines(
        of reservation: ReservationID, owner: UserID, after cursor: String?, limit: Int
    ) async throws(ExecutorFailure) -> LogChunk {
        guard let start = Int(cursor ?? "0"), start >= 0 else {
            throw .refused("cursor: not a place in this log")
        }
        let path = paths.log(of: reservation)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return LogChunk(bytes: [], cursor: String(start)) }
            throw .failed("log of \(reservation): \(errorText(errno))")
        }
        defer { close(descriptor) }
        let bytes = try read(descriptor, from: start)
        let lines = min(max(limit, 0), EnforcementLimits.logLines)
        let kept = bytes.prefix(FileLogSource.length(of: lines, in: bytes))
        return LogChunk(bytes: Array(kept), cursor: String(start + kept.count))
    }

    private func read(_ descriptor: Int32, from start: Int) throws(ExecutorFailure) -> [UInt8] {
        var content = [UInt8](repeating: 0, count: EnforcementLimits.logBytes)
        var filled = 0
        while filled < content.count {
            let count = content[filled...].withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress, $0.count, off_t(start + filled))
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .failed("log: \(errorText(errno))") }
            if count == 0 { break }
            filled += count
        }
        content.removeLast(content.count - filled)
        return content
    }

    private static func length(of lines: Int, in bytes: [UInt8]) -> Int {
        guard lines > 0 else { return 0 }
        var seen = 0
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
            seen += 1
            if seen == lines { return index + 1 }
        }
        return bytes.count
    }
}
