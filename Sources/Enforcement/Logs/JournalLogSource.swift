import CSystemd
import Glibc
import Units

/// Reads what systemd's journal keeps of batch commands. The reader needs the group `systemd-journal`.
public struct JournalLogSource: LogSource {
    private let threads = JournalThreads()

    public init() {}

    /// As `LogSource`; a cursor is the journal's own. A line that the journal has cut is two lines here.
    public func lines(
        of reservation: ReservationID, owner: UserID, after cursor: String?, limit: Int
    ) async throws(ExecutorFailure) -> LogChunk {
        let lines = min(max(limit, 0), EnforcementLimits.logLines)
        return try await threads.run { () throws(ExecutorFailure) in
            let journal = try Journal()
            // journald sets both from what the kernel says of the writer; reservation ids may begin anew with a new
            // database, so that the unit's name alone would show an earlier owner's lines.
            try journal.match("_SYSTEMD_UNIT=\(UnitNames(reservation: reservation).service)")
            try journal.match("_UID=\(owner)")
            try journal.seek(after: cursor)
            return try journal.read(lines: lines, cursor: cursor ?? "")
        }
    }
}

/// Runs reading of the journal, which waits for the disk, on a few threads beside the tasks'.
private actor JournalThreads {
    private var running = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func run(
        _ body: @escaping @Sendable () throws(ExecutorFailure) -> LogChunk
    ) async throws(ExecutorFailure) -> LogChunk {
        if running == EnforcementLimits.journalReaders {
            await withCheckedContinuation { waiting.append($0) }
        } else {
            running += 1
        }
        defer {
            if waiting.isEmpty { running -= 1 } else { waiting.removeFirst().resume() }
        }
        let result: Result<LogChunk, ExecutorFailure> = await withCheckedContinuation { continuation in
            do throws(ExecutorFailure) {
                try startThread {
                    do throws(ExecutorFailure) {
                        continuation.resume(returning: .success(try body()))
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        return try result.get()
    }
}

/// An open journal, as one thread reads it.
private struct Journal: ~Copyable {
    private let pointer: OpaquePointer

    init() throws(ExecutorFailure) {
        var opened: OpaquePointer?
        // Of this machine, and of the system's services, not of users' own.
        let result = sd_journal_open(&opened, Int32(SD_JOURNAL_LOCAL_ONLY) | Int32(SD_JOURNAL_SYSTEM))
        guard result >= 0, let opened else { throw .failed("journal: \(errorText(-result))") }
        pointer = opened
    }

    deinit { sd_journal_close(pointer) }

    func match(_ field: String) throws(ExecutorFailure) {
        let bytes = Array(field.utf8)
        try check(sd_journal_add_match(pointer, bytes, bytes.count))
    }

    /// Stands before the first line after the cursor.
    func seek(after cursor: String?) throws(ExecutorFailure) {
        guard let cursor, !cursor.isEmpty else {
            try check(sd_journal_seek_head(pointer))
            return
        }
        guard sd_journal_seek_cursor(pointer, cursor) >= 0 else { throw .refused("cursor: not a place in this log") }
        // The entry of the cursor itself, if it is still there, has been read.
        guard try check(sd_journal_next(pointer)) > 0 else { return }
        if try check(sd_journal_test_cursor(pointer, cursor)) == 0 { try check(sd_journal_previous(pointer)) }
    }

    func read(lines: Int, cursor: String) throws(ExecutorFailure) -> LogChunk {
        var chunk = LogChunk(bytes: [], cursor: cursor)
        var count = 0
        while count < lines, chunk.bytes.count < EnforcementLimits.logBytes, try check(sd_journal_next(pointer)) > 0 {
            chunk.bytes += try message()
            chunk.bytes.append(UInt8(ascii: "\n"))
            count += 1
        }
        if count > 0 { chunk.cursor = try place() }
        return chunk
    }

    private func message() throws(ExecutorFailure) -> [UInt8] {
        var data: UnsafeRawPointer?
        var length = 0
        // An entry without a message, or one that is damaged, is an empty line.
        guard sd_journal_get_data(pointer, "MESSAGE", &data, &length) >= 0, let data else { return [] }
        return Array(UnsafeRawBufferPointer(start: data, count: length).dropFirst("MESSAGE=".utf8.count))
    }

    private func place() throws(ExecutorFailure) -> String {
        var text: UnsafeMutablePointer<CChar>?
        try check(sd_journal_get_cursor(pointer, &text))
        defer { free(text) }
        return text.map { String(cString: $0) } ?? ""
    }

    @discardableResult
    private func check(_ result: Int32) throws(ExecutorFailure) -> Int32 {
        guard result >= 0 else { throw .failed("journal: \(errorText(-result))") }
        return result
    }
}
