import CLinux
import Glibc
import Telemetry
import Units

/// The machine's processes and devices, through /proc and the room of telemetry.
struct LiveSight: DeviceSight {
    let groupRoot: String
    private let watch: DeviceWatch
    private let turns: ScanTurns

    init() {
        let watch = DeviceWatch()
        self.watch = watch
        turns = ScanTurns(watch: watch)
        // The manager of all units is in `init.scope`, beside `allot.slice`.
        let lines = (SmallFile.text("/proc/1/cgroup") ?? "").split(separator: "\n")
        let group = ["0::", "name=systemd:"].lazy.compactMap { hierarchy in
            lines.first { $0.contains(hierarchy) && $0.hasSuffix("/init.scope") }
        }.first
        let path = group?.drop { $0 != "/" }.dropLast("/init.scope".utf8.count)
        groupRoot = String(path ?? "")
    }

    func openers(of devices: [WatchedDevice]) async -> DeviceScan {
        await turns.openers(of: devices)
    }

    func look(_ devices: [WatchedDevice], groups: [ReservationID]) async -> MachineLook {
        await watch.look(devices: devices, groups: groups)
    }

    func faults(of devices: [WatchedDevice]) async -> [DeviceID: String] {
        await watch.faults(of: devices)
    }

    func signal(_ number: Int32, to process: ProcessIdentity) -> Bool {
        ProcessTable.signal(number, to: process)
    }

    func isThere(_ file: String) -> Bool { DeviceAccess.isThere(file) }

    func allow(_ users: [UInt32], _ file: String) throws(ExecutorFailure) { try DeviceAccess.allow(users, file) }

    func isAllowed(_ users: [UInt32], _ file: String) -> Bool { DeviceAccess.isAllowed(users, file) }

    func remove(_ users: [UInt32], _ file: String) throws(ExecutorFailure) { try DeviceAccess.remove(users, file) }

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

/// Has a few ask at one time, for the watch takes no more, and what it does not take was not seen.
private actor ScanTurns {
    private let watch: DeviceWatch
    private var running = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(watch: DeviceWatch) {
        self.watch = watch
    }

    func openers(of devices: [WatchedDevice]) async -> DeviceScan {
        if running == EnforcementLimits.scans {
            await withCheckedContinuation { waiting.append($0) }
        } else {
            running += 1
        }
        defer {
            if waiting.isEmpty { running -= 1 } else { waiting.removeFirst().resume() }
        }
        return await watch.openers(of: devices)
    }
}
