import Glibc

/// The process at the other end of a connection, as /proc shows it: a hint for an audit, never a ground for a decision.
/// The kernel vouches for the pid, and that it was of the peer's uid; what a process runs can change at any time.
struct CallingProcess: Sendable, Hashable {
    let pid: Int32
    /// Clock ticks from the machine's start to the process's: with the pid it names one process for good.
    let startTicks: Int64?
    /// Its program's path; in brackets, as ps(1) writes it, what it calls itself, where the path is not shown to the
    /// daemon's user; nil where the process had ended, or its number was another's by then.
    let executable: String?

    /// Looks into /proc/PID, which is opened once, so that all that is read is of one process (proc(5)).
    static func read(_ peer: Peer) -> CallingProcess {
        let unknown = CallingProcess(pid: peer.pid, startTicks: nil, executable: nil)
        // 0 is a process of another pid namespace.
        guard peer.pid > 0 else { return unknown }
        let folder = open("/proc/\(peer.pid)", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else { return unknown }
        defer { close(folder) }
        guard let status = text("status", in: folder), isOf(peer.uid, status: status),
            let stat = text("stat", in: folder), let (name, ticks) = nameAndStart(stat: stat)
        else { return unknown }
        return CallingProcess(
            pid: peer.pid, startTicks: ticks, executable: path(in: folder) ?? "[\(name.prefix(nameLimit))]")
    }

    /// The second and the twenty-second field of `stat`. The name stands in parentheses, and may hold some itself.
    static func nameAndStart(stat: String) -> (name: String, ticks: Int64)? {
        guard let open = stat.firstIndex(of: "("), let close = stat.lastIndex(of: ")"), open < close else { return nil }
        let fields = stat[stat.index(after: close)...].split(separator: " ")
        guard fields.count > 19, let ticks = Int64(fields[19]) else { return nil }
        return (String(stat[stat.index(after: open)..<close]), ticks)
    }

    /// Whether one of the process's uids (real, effective, saved, of the file system) is this one.
    static func isOf(_ uid: UInt32, status: String) -> Bool {
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("Uid:") }) else { return false }
        return line.dropFirst(4).split(whereSeparator: \.isWhitespace).contains { $0 == "\(uid)" }
    }

    private static let fileBytes = 8192
    private static let pathBytes = 4096
    private static let nameLimit = 64

    private static func text(_ name: String, in folder: Int32) -> String? {
        let descriptor = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: fileBytes)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }

    /// Where the link `exe` leads; the link is read, not followed.
    private static func path(in folder: Int32) -> String? {
        var bytes = [CChar](repeating: 0, count: pathBytes)
        let count = readlinkat(folder, "exe", &bytes, bytes.count)
        guard count > 0 else { return nil }
        return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
