import Glibc
import Units

/// The file that anchors are added to, line by line; the folder is the administrator's, or the daemon's own.
enum AnchorFile {
    /// Why a file can not be used.
    struct Fault: Error, Hashable, CustomStringConvertible {
        let description: String
    }

    /// The newest anchors in it, or why it can not be read; none where it is not there yet.
    static func read(_ path: String) -> (anchors: [Anchor], fault: Fault?) {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return errno == ENOENT ? ([], nil) : ([], failure(errno)) }
        defer { close(descriptor) }
        do throws(Fault) {
            let size = try check(descriptor)
            // The newest stand at the end.
            let start = max(size - Int64(Limits.anchorFileBytes), 0)
            var bytes = [UInt8](repeating: 0, count: Int(size - start))
            let count = pread(descriptor, &bytes, bytes.count, off_t(start))
            guard count >= 0 else { throw failure(errno) }
            return (Anchor.all(in: String(decoding: bytes.prefix(count), as: UTF8.self)), nil)
        } catch {
            return ([], error)
        }
    }

    /// Adds a line, which is on the disk when this returns. No other user may be able to write the file or to put
    /// another one in its place.
    static func append(_ anchor: Anchor, to path: String) throws(Fault) {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0o640)
        guard descriptor >= 0 else { throw failure(errno) }
        defer { close(descriptor) }
        _ = try check(descriptor)
        try checkFolder(of: path)
        let line = Array((anchor.line + "\n").utf8)
        guard write(descriptor, line, line.count) == line.count, fsync(descriptor) == 0 else { throw failure(errno) }
    }

    /// Its size, where it is a regular file of root or of this user that no other may write.
    private static func check(_ descriptor: Int32) throws(Fault) -> Int64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Fault(description: "it is not a regular file") }
        try checkOwner(status, "it")
        return Int64(status.st_size)
    }

    private static func checkFolder(of path: String) throws(Fault) {
        var status = stat()
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        guard stat(folder, &status) == 0 else { throw failure(errno) }
        try checkOwner(status, "its folder")
    }

    private static func checkOwner(_ status: stat, _ what: String) throws(Fault) {
        guard status.st_uid == 0 || status.st_uid == geteuid() else {
            throw Fault(description: "\(what) belongs to user \(status.st_uid)")
        }
        guard status.st_mode & 0o022 == 0 else {
            throw Fault(description: "other users may write to \(what); take that right away (chmod go-w)")
        }
    }

    private static func failure(_ code: Int32) -> Fault { Fault(description: SocketError.text(code)) }
}
