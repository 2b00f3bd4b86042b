import CLinux
import Glibc
import Units

/// One walk through all processes, for those that have devices open or mapped.
///
/// It waits for no file system: what is open is told by its device number, never by a name. Looking into others'
/// processes takes CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH. Kernel threads have no open files. A descriptor that is
/// under way in a socket, and that nobody has received yet, is open nowhere that the kernel shows.
struct ProcessWalk {
    let devices: [WatchedDevice]
    let proc: String
    let readsUsage: Bool
    let place: WalkPlace
    let numbers: DeviceNumbers
    private let besides: Int32?
    /// What DRM's drivers count for the files that are open, where it was asked for.
    var usage: [FoundUsage] = []
    /// Why the process that is looked into just now is not looked into wholly.
    var gap: Gap?
    var burden = WalkBurden()
    private var openers: [DeviceOpener] = []
    private var unread: [UnreadProcess] = []
    private var blind: [String] = []
    private var reach = DeviceScan.Reach.all

    /// An open file of a DRM device.
    struct FoundUsage {
        /// Position in the list of devices.
        var device: Int
        /// nil where it can't be read, or tells nothing.
        var client: DRMClient?
    }

    struct Gap {
        var cause: UnreadProcess.Cause
        var reason: String
    }

    /// - Parameter besides: a process that is left out: the caller's own.
    init(devices: [WatchedDevice], proc: String, besides: Int32?, readsUsage: Bool, at place: WalkPlace = WalkPlace()) {
        self.devices = Array(devices.prefix(TelemetryLimits.devices))
        self.proc = proc
        self.besides = besides
        self.readsUsage = readsUsage
        self.place = place
        numbers = DeviceNumbers(self.devices)
    }

    mutating func scan() -> DeviceScan {
        for (_, reason) in numbers.missing.sorted(by: { $0.key < $1.key }) {
            tell("cannot tell who has it open: \(reason)")
        }
        defer { place.leave() }
        do throws(SystemError) {
            let root = try ProcFolder(proc)
            let pids = try processes(root)
            place.avoided.keep(pids)
            for pid in pids where pid != besides {
                // Nobody waits for what this walk finds any more.
                guard place.come(to: pid) else { break }
                visit(pid, in: root)
            }
        } catch {
            miss("\(proc): \(error.reason): nobody can tell who has devices open")
        }
        var scan = DeviceScan(
            openers: openers, blind: blind, unread: unread, reach: reach,
            unseen: numbers.missing.keys.map { devices[$0].id }.sorted())
        scan.cut(to: TelemetryLimits.openers)
        return scan
    }

    private mutating func processes(_ root: borrowing ProcFolder) throws(SystemError) -> [Int32] {
        var pids: [Int32] = []
        let isWhole = try root.numbers { pid, _ in
            pids.append(pid)
            return pids.count < TelemetryLimits.processes
        }
        if !isWhole { miss("only \(TelemetryLimits.processes) processes were looked into") }
        return pids.sorted()
    }

    private mutating func visit(_ pid: Int32, in root: borrowing ProcFolder) {
        do throws(SystemError) {
            let folder = try ProcFolder(String(pid), in: root)
            gap = nil
            burden.begin()
            let found = look(into: pid, folder)
            if found.isEmpty, gap == nil { return }
            // What is a kernel thread's, or of a process that has ended, is nobody's any more.
            guard let opener = try DeviceOpener(pid: pid, folder, devices: found.map { devices[$0].id }) else { return }
            if !found.isEmpty { openers.append(opener) }
            if let gap { note(opener, gap) }
        } catch {
            if !error.isGone { miss("pid \(pid): \(error.reason)") }
        }
    }

    /// The devices that a process is seen to have open.
    private mutating func look(into pid: Int32, _ folder: borrowing ProcFolder) -> Set<Int> {
        let avoidance = place.avoided.depth(of: pid) { (try? ProcessFacts(folder))?.startTime }
        if avoidance != nil { gap = Gap(cause: .stuck, reason: "it is stuck in the kernel") }
        var found = Set<Int>()
        if avoidance == .everything { return found }
        do throws(SystemError) {
            try readFiles(of: folder, into: &found)
            let others = try readThreads(of: pid, folder, compares: avoidance == nil, into: &found)
            if avoidance == nil { try readMappings(of: folder, others, into: &found) }
        } catch {
            if !error.isGone {
                let reason = error.isDenied ? ProcessWalk.denied : error.reason
                gap = Gap(cause: .unreadable, reason: reason)
            }
        }
        // Another walk may have been stuck with it until now.
        if avoidance == nil { place.avoided.free(pid) }
        return found
    }

    static let denied = "it may not be looked into (CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH let)"

    private mutating func note(_ process: DeviceOpener, _ gap: Gap) {
        if gap.reason == ProcessWalk.denied {
            // Without their number, which is another at each look: what is told is told once.
            tell("some processes may not be looked into (CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH let)")
        } else {
            tell("pid \(process.pid): \(gap.reason)")
        }
        guard unread.count < TelemetryLimits.unread else {
            reach = .part
            return
        }
        unread.append(UnreadProcess(process: process, cause: gap.cause, reason: gap.reason))
    }

    /// Some processes are not come to.
    private mutating func miss(_ line: String) {
        reach = .part
        tell(line)
    }

    private mutating func tell(_ line: String) {
        if blind.count < TelemetryLimits.blindLines, !blind.contains(line) {
            blind.append(Words.printable(line, limitBytes: TelemetryLimits.sentenceBytes))
        }
    }
}
