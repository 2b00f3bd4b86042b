import CLinux
import Glibc
import Units

/// What one process has open and mapped.
extension ProcessWalk {
    /// Looks at every open file of a process or thread.
    mutating func readFiles(of folder: borrowing ProcFolder, into found: inout Set<Int>) throws(SystemError) {
        let files = try ProcFolder("fd", in: folder)
        let numbers = numbers
        var clients: [(file: Int32, devices: [Int])] = []
        var count = 0
        let isWhole = try files.numbers { number, name in
            if let file = files.look(name), DeviceNumbers.isDevice(file), let devices = numbers.devices[file.number] {
                found.formUnion(devices)
                if readsUsage, file.number >> 32 == DeviceNumbers.drm { clients.append((number, devices)) }
            }
            count += 1
            return bear(TelemetryLimits.fileCost, folder)
        }
        if !isWhole { isTooLarge("after \(count) of its open files") }
        for (place, (file, devices)) in clients.enumerated() {
            let isRead = place < TelemetryLimits.clientsPerProcess
            let client = isRead ? folder.text("fdinfo/\(file)").flatMap { DRMClient($0) } : nil
            usage.append(contentsOf: devices.map { FoundUsage(device: $0, client: client) })
        }
    }

    /// Looks at open files of threads that left the process's table of them for one of their own (unshare(2)), or that
    /// outlived the thread that the process is named by.
    /// - Parameter compares: whether to ask the kernel who has the process's table. That waits for a process whose
    ///   memory is being replaced; without it each thread's table is looked at.
    /// - Returns: the threads beside the one that the process is named by.
    mutating func readThreads(
        of pid: Int32, _ folder: borrowing ProcFolder, compares: Bool, into found: inout Set<Int>
    ) throws(SystemError) -> [Int32] {
        let threads = try ProcFolder("task", in: folder)
        var others: [Int32] = []
        let isWhole = try threads.numbers { thread, _ in
            if thread != pid { others.append(thread) }
            return others.count < TelemetryLimits.threadsPerProcess
        }
        if !isWhole { isTooLarge("after \(others.count) of its threads") }
        let compares = compares && proc == "/proc"
        for thread in others where !compares || allot_share_files(pid, thread) != 1 {
            guard bear(TelemetryLimits.tableCost, folder) else {
                isTooLarge("after some of its threads' open files")
                break
            }
            do throws(SystemError) {
                let thread = try ProcFolder(String(thread), in: threads)
                try readFiles(of: thread, into: &found)
            } catch {
                if !error.isGone { throw error }
            }
        }
        return others
    }

    /// Looks at what is mapped: a mapping outlives the descriptor that it was made by.
    /// - Parameter others: threads of the process. All have the same memory, but of the one that the process is named
    ///   by, nothing is told once that one has ended.
    mutating func readMappings(
        of folder: borrowing ProcFolder, _ others: [Int32], into found: inout Set<Int>
    ) throws(SystemError) {
        if numbers.places.isEmpty { return }
        if try readMappings("maps", folder, into: &found) { return }
        for thread in others where try readMappings("task/\(thread)/maps", folder, into: &found) { return }
    }

    /// False where a list of mappings has nothing in it.
    private mutating func readMappings(
        _ name: String, _ folder: borrowing ProcFolder, into found: inout Set<Int>
    ) throws(SystemError) -> Bool {
        var reader = MappingReader(numbers.places)
        var count = 0
        do throws(SystemError) {
            let isWhole = try folder.read(name) { bytes in
                reader.read(bytes)
                count += bytes.count
                return bear(bytes.count, folder)
            }
            if !isWhole { isTooLarge("after \(count) bytes of its mappings") }
        } catch {
            if !error.isGone { throw error }
        }
        for number in reader.found { found.formUnion(numbers.devices[number] ?? []) }
        return count > 0
    }

    /// Counts what was read; false where it is to be the last of this process.
    private mutating func bear(_ bytes: Int, _ folder: borrowing ProcFolder) -> Bool {
        burden.add(bytes) { (try? ProcessFacts.user(folder)) ?? UserID(.max) }
    }

    private mutating func isTooLarge(_ limit: String) {
        gap = gap ?? Gap(cause: .tooLarge, reason: "looking into it was given up \(limit)")
    }
}
