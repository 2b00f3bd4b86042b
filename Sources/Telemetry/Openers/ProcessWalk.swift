import CLinux
import Glibc
import Units

/// One walk through the processes.
struct ProcessWalk {
    private let devices: [WatchedDevice]
    private let proc: String
    private let besides: Int32?
    private let readsUsage: Bool
    private let place: WalkPlace
    private let numbers: DeviceNumbers
    /// What DRM's drivers count for the files that are open, where it was asked for.
    private(set) var usage: [FoundUsage] = []
    private var openers: [DeviceOpener] = []
    private var hasDenied = false
    private var blind: [String] = []
    private var isCut = false
    private var isComplete = true

    /// An open file of a DRM device.
    struct FoundUsage {
        /// Position in the list of devices.
        var device: Int
        /// nil where it can't be read, or tells nothing.
        var client: DRMClient?
    }

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
        do throws(SystemError) {
            let root = try ProcFolder(proc)
            let pids = try processes(root)
            // One that has ended is nobody to avoid; its number may be used again.
            let avoided = place.avoided.value.intersection(pids)
            place.avoided.value = avoided
            defer { place.pid.value = nil }
            for pid in pids where pid != besides {
                if avoided.contains(pid) {
                    note("pid \(pid) is stuck in the kernel, and is not looked into")
                    continue
                }
                place.pid.value = pid
                guard let folder = try? ProcFolder(String(pid), in: root) else { continue }
                visit(pid, folder)
            }
        } catch {
            note("\(proc): \(error.reason): nobody can tell who has devices open")
        }
        if hasDenied {
            // Without their number, which is another at each look: what is told is told once.
            note("some processes may not be looked into (CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH let)")
        }
        openers.sort { $0.pid < $1.pid }
        if openers.count > TelemetryLimits.openers {
            isCut = true
            openers.removeLast(openers.count - TelemetryLimits.openers)
        }
        return DeviceScan(
            openers: openers, isCut: isCut, blind: blind, isComplete: isComplete && !isCut,
            unseen: numbers.missing.keys.map { devices[$0].id }.sorted())
    }

    private mutating func processes(_ root: borrowing ProcFolder) throws(SystemError) -> [Int32] {
        var pids: [Int32] = []
        let isWhole = try root.numbers { pid, _ in
            pids.append(pid)
            return pids.count < TelemetryLimits.processes
        }
        if !isWhole { note("only \(TelemetryLimits.processes) processes were looked into") }
        return pids.sorted()
    }

    private mutating func visit(_ pid: Int32, _ folder: borrowing ProcFolder) {
        var found = Set<Int>()
        do throws(SystemError) {
            try readFiles(of: folder, into: &found)
            try readOtherThreads(of: pid, folder, into: &found)
            try readMappings(of: folder, pid, into: &found)
        } catch {
            // What is a kernel thread's, or of a process that has ended, is nobody's any more.
            if !error.isGone, ProcessFacts(folder)?.hasEnded == false {
                if error.isDenied { hasDenied = true } else { note("pid \(pid): \(error.reason)") }
                isComplete = false
            }
        }
        guard !found.isEmpty else { return }
        if let opener = DeviceOpener(pid: pid, folder, devices: found.map { devices[$0].id }) { openers.append(opener) }
    }

    /// Looks at every open file of a process or thread.
    private mutating func readFiles(of folder: borrowing ProcFolder, into found: inout Set<Int>) throws(SystemError) {
        let files = try ProcFolder("fd", in: folder)
        var count = 0
        let numbers = numbers
        var clients: [(file: Int32, devices: [Int])] = []
        let isWhole = try files.numbers { number, name in
            count += 1
            if let file = files.look(name), DeviceNumbers.isDevice(file), let devices = numbers.devices[file.number] {
                found.formUnion(devices)
                if readsUsage, file.number >> 32 == DeviceNumbers.drm { clients.append((number, devices)) }
            }
            return count < TelemetryLimits.filesPerProcess
        }
        if !isWhole { note("of a process only \(TelemetryLimits.filesPerProcess) open files were looked at") }
        for (place, (file, devices)) in clients.enumerated() {
            let isRead = place < TelemetryLimits.clientsPerProcess
            let client = isRead ? folder.text("fdinfo/\(file)").flatMap { DRMClient($0) } : nil
            usage.append(contentsOf: devices.map { FoundUsage(device: $0, client: client) })
        }
    }

    /// A thread may have left the process's table of open files for one of its own (unshare(2)), or outlived the thread
    /// that the process is named by.
    private mutating func readOtherThreads(
        of pid: Int32, _ folder: borrowing ProcFolder, into found: inout Set<Int>
    ) throws(SystemError) {
        let threads = try ProcFolder("task", in: folder)
        var apart: [Int32] = []
        var count = 0
        let isReal = proc == "/proc"
        let isWhole = try threads.numbers { thread, _ in
            count += 1
            if thread != pid, !isReal || allot_share_files(pid, thread) != 1 { apart.append(thread) }
            return count < TelemetryLimits.threadsPerProcess
        }
        if !isWhole { note("of a process only \(TelemetryLimits.threadsPerProcess) threads were looked at") }
        for thread in apart {
            do throws(SystemError) {
                let folder = try ProcFolder(String(thread), in: threads)
                try readFiles(of: folder, into: &found)
            } catch {
                if !error.isGone { throw error }
            }
        }
    }

    /// A mapping outlives the descriptor that it was made by.
    private mutating func readMappings(
        of folder: borrowing ProcFolder, _ pid: Int32, into found: inout Set<Int>
    ) throws(SystemError) {
        if numbers.places.isEmpty { return }
        var reader = MappingReader(numbers.places)
        let isWhole = try folder.read("maps", limitBytes: TelemetryLimits.mappingBytes) { reader.read($0) }
        if !isWhole { note("pid \(pid): only \(TelemetryLimits.mappingBytes) bytes of its mappings were read") }
        for number in reader.found { found.formUnion(numbers.devices[number] ?? []) }
    }

    private mutating func note(_ line: String) {
        isComplete = false
        tell(line)
    }

    private mutating func tell(_ line: String) {
        if blind.count < TelemetryLimits.blindLines, !blind.contains(line) {
            blind.append(Words.printable(line, limitBytes: TelemetryLimits.sentenceBytes))
        }
    }
}
