import Glibc
import Units

/// What /proc tells about a process beside its files.
struct ProcessFacts {
    var startTime: UInt64
    var command: String
    /// It runs no more, or is a thread of the kernel: it holds nothing.
    var hasEnded: Bool

    /// PF_KTHREAD of the kernel's `sched.h`, as field 9 of stat gives it.
    private static let kernelThread: UInt64 = 0x20_0000

    /// - Throws: what the kernel said no with; `isGone` where there is no such process any more.
    init(_ folder: borrowing ProcFolder) throws(SystemError) {
        let text = try folder.smallFile("stat")
        guard let start = text.firstIndex(of: "("), let end = text.lastIndex(of: ")") else {
            throw SystemError(code: EINVAL)
        }
        // The name in brackets may hold anything, spaces and brackets too; fields are counted from behind it.
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let flags = UInt64(fields[6]), let startTime = UInt64(fields[19]) else {
            throw SystemError(code: EINVAL)
        }
        self.startTime = startTime
        command = Words.printable(text[text.index(after: start)..<end], limitBytes: TelemetryLimits.commandBytes)
        hasEnded = ["X", "x"].contains(fields[0]) || flags & ProcessFacts.kernelThread != 0
        // The thread that names a process may be a zombie while others live on.
        if fields[0] == "Z", let threads = Int(fields[17]), threads <= 1 { hasEnded = true }
    }

    /// Its real uid.
    static func user(_ folder: borrowing ProcFolder) throws(SystemError) -> UserID {
        let line = try folder.smallFile("status").split(separator: "\n").first { $0.hasPrefix("Uid:") }
        let uid = line?.dropFirst(4).split { $0 == "\t" || $0 == " " }.first.flatMap { UInt32($0) }
        guard let uid else { throw SystemError(code: EINVAL) }
        return UserID(uid)
    }

    /// Its control group of version 2, or on a machine with version 1 the one that systemd keeps it in; empty where it
    /// is told of none.
    static func group(_ folder: borrowing ProcFolder) throws(SystemError) -> String {
        let text: String
        do throws(SystemError) {
            text = try folder.smallFile("cgroup")
        } catch {
            // A kernel without control groups has no such file.
            guard error.code == ENOENT else { throw error }
            return ""
        }
        let lines = text.split(separator: "\n")
        // `0::/path`, `9:name=systemd:/path`: where both are there, they are the same.
        let line = lines.first { $0.hasPrefix("0::/") } ?? lines.first { $0.contains(":name=systemd:/") }
        return Words.printable(line?.drop { $0 != "/" } ?? "", limitBytes: TelemetryLimits.groupBytes)
    }
}

extension DeviceOpener {
    /// A process by what /proc tells of it; nil where it has ended.
    init?(pid: Int32, _ folder: borrowing ProcFolder, devices: [DeviceID]) throws(SystemError) {
        let facts = try ProcessFacts(folder)
        if facts.hasEnded { return nil }
        self.init(
            pid: pid, startTime: facts.startTime, user: try ProcessFacts.user(folder), command: facts.command,
            group: try ProcessFacts.group(folder), devices: devices.sorted())
    }

    /// Processes that are known to use devices, as far as they run. What this reads is open to everybody.
    static func read(_ found: [Int32: [DeviceID]], proc: String) -> [DeviceOpener] {
        guard let root = try? ProcFolder(proc) else { return [] }
        var openers: [DeviceOpener] = []
        for (pid, devices) in found.sorted(by: { $0.key < $1.key }) {
            guard let folder = try? ProcFolder(String(pid), in: root) else { continue }
            if let opener = try? DeviceOpener(pid: pid, folder, devices: devices) { openers.append(opener) }
        }
        return openers
    }
}
