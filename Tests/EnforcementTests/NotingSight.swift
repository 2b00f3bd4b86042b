import Glibc
import Synchronization
import Telemetry
import Units

@testable import Enforcement

/// Processes and devices of words only: each process has files open until it is killed.
final class NotingSight: DeviceSight {
    /// A process, and what it does when it is signalled.
    struct Process: Sendable {
        var opener: DeviceOpener
        /// Signals that it dies of.
        var diesOf: Set<Int32> = [SIGTERM, SIGKILL]
        /// Processes that it leaves behind when it is killed.
        var leaves: [Process] = []
        /// It closes its files when it is told to end, and lives on.
        var closesOnTerm = false
    }

    let groupRoot = "/container"
    let processes = Mutex<[Process]>([])
    let signals = Mutex<[String]>([])
    let faults = Mutex<[DeviceID: String]>([:])
    let looks = Mutex(0)
    /// Files that are there.
    let present = Mutex<Set<String>>([])
    /// Who is entered in the lists of files.
    let lists = Mutex<[String: Set<UInt32>]>([:])
    /// Files of which nobody can tell who has them open.
    let unseen = Mutex<[String]>([])
    /// Processes that can't be looked into, and why.
    let closed = Mutex<[Int32: (UnreadProcess.Cause, String)]>([:])
    /// What looks can't come to, as far as they are told; the last holds for all that follow.
    let reaches = Mutex<[(DeviceScan.Reach, String)]>([])
    /// What happens while a look is under way.
    let meanwhile = Mutex<(@Sendable () async -> Void)?>(nil)

    func openers(of devices: [WatchedDevice]) async -> DeviceScan {
        looks.withLock { $0 += 1 }
        let asked = Set(devices.map(\.id))
        let closed = closed.withLock { $0 }
        let seen = processes.withLock { processes in
            processes.map { process in
                var opener = process.opener
                opener.devices = closed[opener.pid] == nil ? opener.devices.filter { asked.contains($0) } : []
                return opener
            }
        }
        let unread = seen.compactMap { process in
            closed[process.pid].map { UnreadProcess(process: process, cause: $0.0, reason: $0.1) }
        }
        let reach = reaches.withLock { $0.count > 1 ? $0.removeFirst() : $0.first }
        let scan = DeviceScan(
            openers: seen.filter { !$0.devices.isEmpty }, blind: [reach?.1].compactMap(\.self), unread: unread,
            reach: reach?.0 ?? .all, unseen: unseen.withLock { $0.map { DeviceID($0) } })
        let event = meanwhile.withLock { $0 }
        await event?()
        return scan
    }

    func faults(of devices: [WatchedDevice]) async -> [DeviceID: String] { faults.withLock { $0 } }

    func look(_ devices: [WatchedDevice], groups: [ReservationID]) async -> MachineLook {
        MachineLook(
            at: 1,
            devices: devices.map {
                DeviceReading(
                    id: $0.id, busyPermille: nil, source: .none, memoryUsed: nil, memoryTotal: nil,
                    fault: nil)
            },
            groups: groups.map {
                GroupReading(reservation: $0, cpuMicroseconds: 0, memory: nil, memoryPeak: nil, tasks: nil)
            }, openers: processes.withLock { $0.map(\.opener) }, isCut: false, blind: [])
    }

    func signal(_ number: Int32, to process: ProcessIdentity) -> Bool {
        processes.withLock { processes in
            guard let index = processes.firstIndex(where: { $0.opener.identity == process }) else { return false }
            if number != SIGCONT { signals.withLock { $0.append("\(process.pid):\(number)") } }
            if processes[index].diesOf.contains(number) {
                let dead = processes.remove(at: index)
                processes += dead.leaves
            } else if number == SIGTERM, processes[index].closesOnTerm {
                processes[index].opener.devices = []
            }
            return true
        }
    }

    func isThere(_ file: String) -> Bool { present.withLock { $0.contains(file) } }

    func allow(_ users: [UInt32], _ file: String) throws(ExecutorFailure) {
        lists.withLock { $0[file, default: []].formUnion(users) }
    }

    func isAllowed(_ users: [UInt32], _ file: String) -> Bool {
        !isThere(file) || lists.withLock { $0[file]?.isSuperset(of: users) ?? users.isEmpty }
    }

    func remove(_ users: [UInt32], _ file: String) throws(ExecutorFailure) {
        lists.withLock { $0[file]?.subtract(users) }
    }

    func isRunning(_ process: ProcessIdentity) -> Bool {
        processes.withLock { $0.contains { $0.opener.identity == process } }
    }
}

/// A process that has files open, as `Holding.watched(_:)` shows them.
func opener(
    _ pid: Int32, user: UInt32 = 1000, group: String = "/container/user.slice/user-1000.slice/session-1.scope",
    _ files: String...
) -> DeviceOpener {
    DeviceOpener(
        pid: pid, startTime: UInt64(pid) * 10, user: UserID(user), command: "python3", group: group,
        devices: files.map { DeviceID($0) })
}
