import CLinux
import Glibc

/// One process over its whole life: its number may be used again, not both with the same start.
struct ProcessIdentity: Sendable, Hashable, Codable {
    var pid: Int32
    /// In clock ticks since boot (proc(5), stat field 22).
    var startTime: UInt64
}

/// What /proc tells about a process.
struct ProcessFacts: Sendable, Hashable {
    var identity: ProcessIdentity
    var parent: Int32
    var session: Int32
    /// It has ended, and its parent has not asked for its exit code yet.
    var isZombie: Bool
    /// The processor time that it has had, its children's not counted.
    var cpuMicroseconds: Int64
}

/// The kernel's table of processes, as /proc shows it.
enum ProcessTable {
    /// nil where there is no such process.
    static func facts(of pid: Int32) -> ProcessFacts? {
        guard let text = SmallFile.text("/proc/\(pid)/stat"), let end = text.lastIndex(of: ")") else { return nil }
        // The name in brackets may hold anything, spaces and brackets too; fields are counted from behind it.
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let parent = Int32(fields[1]), let session = Int32(fields[3]),
            let startTime = UInt64(fields[19]), let user = Int64(fields[11]), let system = Int64(fields[12])
        else { return nil }
        return ProcessFacts(
            identity: ProcessIdentity(pid: pid, startTime: startTime), parent: parent, session: session,
            isZombie: fields[0] == "Z" || fields[0] == "X",
            cpuMicroseconds: (user + system) * (1_000_000 / ticksPerSecond))
    }

    /// USER_HZ, which every architecture that Swift runs on has had since Linux 2.6.
    private static let ticksPerSecond: Int64 = 100

    static func all() -> [ProcessFacts] {
        let names = (try? SmallFile.names(in: "/proc")) ?? []
        return names.compactMap { Int32($0) }.compactMap { facts(of: $0) }
    }

    /// Real, effective, saved and file system uid; nil where there is no such process.
    static func users(of pid: Int32) -> [UInt32]? {
        guard let text = SmallFile.text("/proc/\(pid)/status") else { return nil }
        let line = text.split(separator: "\n").first { $0.hasPrefix("Uid:") }
        let users = line?.dropFirst(4).split { $0 == "\t" || $0 == " " }.compactMap { UInt32($0) }
        return users?.count == 4 ? users : nil
    }

    /// Whether a process was started with this `NAME=value`; false too where this user may not look.
    static func environment(of pid: Int32, contains entry: String) -> Bool {
        guard let bytes = SmallFile.read("/proc/\(pid)/environ", limitBytes: 8 << 20) else { return false }
        let wanted = Array(entry.utf8)
        return bytes.split(separator: 0).contains { $0.elementsEqual(wanted) }
    }

    /// Differs between boots; empty where the kernel does not tell.
    static func bootID() -> String {
        String((SmallFile.text("/proc/sys/kernel/random/boot_id") ?? "").prefix { $0 != "\n" })
    }

    /// Sends a signal to this very process, never to a later one of its number; false where it is gone or not ours.
    @discardableResult
    static func signal(_ number: Int32, to identity: ProcessIdentity) -> Bool {
        let descriptor = allot_pidfd_open(identity.pid)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        guard facts(of: identity.pid)?.identity == identity else { return false }
        return allot_pidfd_send_signal(descriptor, number) == 0
    }
}
