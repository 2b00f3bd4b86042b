import CSystemd
import Glibc

/// An open journal, as one thread reads it.
struct Journal: ~Copyable {
    private let pointer: OpaquePointer

    init() throws(ExecutorFailure) {
        var opened: OpaquePointer?
        // Users' files too: what a unit with `User=` writes lies in the user's (journald.conf(5), SplitMode=).
        let result = sd_journal_open(&opened, Int32(SD_JOURNAL_LOCAL_ONLY))
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

    /// Whether there is one more entry.
    func hasNext() throws(ExecutorFailure) -> Bool { try check(sd_journal_next(pointer)) > 0 }

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
