import CLinux
import Glibc
import Telemetry
import Units

/// The machine's processes and devices, through /proc and the room of telemetry.
struct LiveSight: DeviceSight {
    let groupRoot: String
    private let threads = WaitingThreads(limit: EnforcementLimits.scans)

    init() {
        // The manager of all units is in `init.scope`, beside `allot.slice`.
        let lines = (SmallFile.text("/proc/1/cgroup") ?? "").split(separator: "\n")
        let group = ["0::", "name=systemd:"].lazy.compactMap { hierarchy in
            lines.first { $0.contains(hierarchy) && $0.hasSuffix("/init.scope") }
        }.first
        let path = group?.drop { $0 != "/" }.dropLast("/init.scope".utf8.count)
        groupRoot = String(path ?? "")
    }

    func openers(of devices: [WatchedDevice]) async throws(ExecutorFailure) -> [DeviceOpener] {
        let scan = try await threads.run { DeviceOpeners.scan(devices: devices, besides: getpid()) }
        return scan.openers
    }

    func look(_ devices: [WatchedDevice], groups: [ReservationID]) async -> MachineLook {
        let at = clockNanoseconds(CLOCK_BOOTTIME)
        let scan = try? await threads.run { DeviceOpeners.scan(devices: devices, besides: getpid()) }
        guard let scan else {
            return MachineLook(
                at: at, devices: [], groups: [], openers: [], isCut: false, blind: ["there is no thread left to look"])
        }
        let opened = Set(scan.openers.flatMap(\.devices))
        return MachineLook(
            at: at,
            devices: devices.map { device in
                let isIdle = scan.isComplete && !opened.contains(device.id)
                let gone = device.files.first { !DeviceAccess.isThere($0) }
                return DeviceReading(
                    id: device.id, busyPermille: isIdle ? 0 : nil, source: .none, memoryUsed: nil, memoryTotal: nil,
                    fault: gone.map { "\($0) has gone" })
            },
            groups: groups.compactMap(LiveSight.reading), openers: scan.openers, isCut: scan.isCut, blind: scan.blind)
    }

    private static func reading(of reservation: ReservationID) -> GroupReading? {
        guard let usage = try? CgroupUsage.read(folder: UnitNames(reservation: reservation).sliceFolder) else {
            return nil
        }
        return GroupReading(
            reservation: reservation, cpuMicroseconds: usage.cpuMicroseconds, memory: usage.memory,
            memoryPeak: usage.memoryPeak, tasks: usage.tasks)
    }

    func signal(_ number: Int32, to process: ProcessIdentity) -> Bool {
        ProcessTable.signal(number, to: process)
    }

    func isRunning(_ process: ProcessIdentity) -> Bool {
        let descriptor = allot_pidfd_open(process.pid)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        guard ProcessTable.facts(of: process.pid)?.identity == process else { return false }
        // Readable once its last thread has ended, whoever waits for it.
        var held = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&held, 1, 0) == 0
    }
}
