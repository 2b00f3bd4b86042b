import CLinux
import Glibc
public import Units

/// Looks at a machine's devices, again and again, and keeps what has to be compared from look to look.
///
/// What may wait in the kernel or in a driver is done on threads of its own: a driver that does not answer becomes a
/// fault of its device, and never holds up who looks.
public actor DeviceWatch {
    /// Where a machine shows what is looked at.
    public struct Places: Sendable {
        public var proc: String
        public var sys: String
        /// Where control groups of version 2 are mounted.
        public var groups: String
        /// NVIDIA's library: a name that the system's loader finds, or a path.
        public var nvml: String

        public init(
            proc: String = "/proc", sys: String = "/sys", groups: String = "/sys/fs/cgroup",
            nvml: String = "libnvidia-ml.so.1"
        ) {
            self.proc = proc
            self.sys = sys
            self.groups = groups
            self.nvml = nvml
        }
    }

    private let places: Places
    private var machine: LookThread<MachineRequest, MachineAnswer>
    private var walk: WalkPlace
    private let nvml: LookThread<NVMLRequest, NVMLLook>
    private let place = Place<NVMLStand?>(nil)
    private let besides: Int32?
    private let patience: Duration
    private let hang: Duration
    private let stuck: Duration
    private let now: @Sendable () -> Int64

    /// - Parameters:
    ///   - besides: the process whose open devices don't count: this one.
    ///   - patience: for how long one look waits for an answer.
    ///   - hang: after how long at one device of NVIDIA's it has a fault.
    ///   - stuck: after how long at one process it is left out, as long as it holds up who looks into it. Shorter than
    ///     `patience`, so that the look after one that was held up goes on without it.
    public init(
        places: Places = Places(), besides: Int32? = getpid(), patience: Duration = .seconds(10),
        hang: Duration = .seconds(30), stuck: Duration = .seconds(8)
    ) {
        self.init(
            places: places, besides: besides, patience: patience, hang: hang, stuck: stuck, now: { Clock.boottime() })
    }

    /// - Parameter now: nanoseconds of CLOCK_BOOTTIME.
    init(
        places: Places, besides: Int32?, patience: Duration, hang: Duration = .seconds(30),
        stuck: Duration = .seconds(8), now: @escaping @Sendable () -> Int64
    ) {
        self.besides = besides
        self.patience = patience
        self.hang = hang
        self.stuck = stuck
        self.places = places
        self.now = now
        walk = WalkPlace(now: now)
        machine = DeviceWatch.machine(places, besides, walk)
        let place = place
        nvml = LookThread {
            let session = NVMLSession(path: places.nvml, place: place, now: now)
            return { session.look($0.devices, at: Clock.boottime(), countsUse: $0.countsUse) }
        }
    }

    /// Looks at devices, and at the control groups of reservations. How busy a device was is since the look before: one
    /// asker only is to call this.
    public func look(devices: [WatchedDevice], groups: [ReservationID] = []) async -> MachineLook {
        let devices = Array(devices.prefix(TelemetryLimits.devices))
        let groups = Array(groups.prefix(TelemetryLimits.groups))
        async let told = askNVML(devices, countsUse: true)
        let seen = await askMachine(.look(devices, groups))
        let nvml = await told
        guard var seen else { return unseen(devices, nvml) }
        await add(nvml, to: &seen.scan)
        return MachineLook.combined(devices, seen, nvml)
    }

    /// Adds processes that NVIDIA's library knows of and the walk did not find, for it may not look into all.
    private func add(_ nvml: NVMLLook, to scan: inout DeviceScan) async {
        var unknown: [Int32: [DeviceID]] = [:]
        for (device, reading) in nvml.readings {
            for pid in reading.pids where pid != besides {
                let opener = scan.openers.first { $0.pid == pid }
                if opener?.devices.contains(device) != true { unknown[pid, default: []].append(device) }
            }
        }
        if unknown.isEmpty { return }
        let found = await askMachine(.processes(unknown))?.scan.openers ?? []
        for opener in found {
            if let place = scan.openers.firstIndex(where: { $0.pid == opener.pid }) {
                scan.openers[place].devices = (scan.openers[place].devices + opener.devices).sorted()
            } else {
                scan.openers.append(opener)
            }
        }
        scan.cut(to: TelemetryLimits.openers)
    }

    /// Who has devices open; what is not found within the look's time is told as not seen.
    public func openers(of devices: [WatchedDevice]) async -> DeviceScan {
        let devices = Array(devices.prefix(TelemetryLimits.devices))
        return await askMachine(.openers(devices))?.scan ?? DeviceWatch.late(devices)
    }

    /// Why devices are not healthy, by device. Leaves alone the time since which use is counted.
    public func faults(of devices: [WatchedDevice]) async -> [DeviceID: String] {
        let devices = Array(devices.prefix(TelemetryLimits.devices))
        async let told = askNVML(devices, countsUse: false)
        let seen = await askMachine(.health(devices))
        let nvml = await told
        var faults = seen?.faults ?? [:]
        for (device, reading) in nvml.readings where faults[device] == nil { faults[device] = reading.fault }
        return faults
    }

    private static func machine(
        _ places: Places, _ besides: Int32?, _ walk: WalkPlace
    ) -> LookThread<MachineRequest, MachineAnswer> {
        LookThread {
            var reader = MachineReader(places: places, besides: besides, walk: walk)
            return { reader.read($0) }
        }
    }

    /// A process may be stuck in the kernel so that who looks into it is stuck as well. Then another thread goes on
    /// without what holds up of that process; the one that is stuck is given up, and says when it gets on.
    private func askMachine(_ request: MachineRequest) async -> MachineAnswer? {
        if let answer = await machine.ask(request, within: patience) { return answer }
        guard let stand = walk.stand, now() - stand.since >= stuck.nanoseconds, !walk.avoided.isFull,
            let startTime = startTime(of: stand.pid)
        else { return nil }
        walk.avoided.add(stand.pid, startTime: startTime)
        walk = walk.takenOver()
        machine = DeviceWatch.machine(places, besides, walk)
        return nil
    }

    /// As the kernel tells it also of a process whose memory is locked.
    private func startTime(of pid: Int32) -> UInt64? {
        guard let folder = try? ProcFolder("\(places.proc)/\(pid)") else { return nil }
        return (try? ProcessFacts(folder))?.startTime
    }

    private static func late(_ devices: [WatchedDevice]) -> DeviceScan {
        DeviceScan(
            openers: [], blind: ["the kernel does not answer: who has devices open is not known"], reach: .late,
            unseen: devices.map(\.id).sorted())
    }

    private func askNVML(_ devices: [WatchedDevice], countsUse: Bool) async -> NVMLLook {
        let nvidia = devices.filter { $0.vendor == "nvidia" }
        // Also without any: a session that is open lets its devices go.
        let look = await nvml.ask(NVMLRequest(devices: nvidia, countsUse: countsUse), within: patience)
        if let look { return look }
        if nvidia.isEmpty { return NVMLLook() }
        var late = NVMLLook(blind: ["NVIDIA's library does not answer"])
        guard let stand = place.value, now() - stand.since >= hang.nanoseconds else { return late }
        for device in nvidia where stand.device == nil || device.id == stand.device {
            late.readings[device.id] = NVMLReading(fault: "NVIDIA's driver does not answer")
        }
        return late
    }

    private func unseen(_ devices: [WatchedDevice], _ nvml: NVMLLook) -> MachineLook {
        let answer = MachineAnswer(at: Clock.boottime(), scan: DeviceWatch.late(devices))
        return MachineLook.combined(devices, answer, nvml)
    }
}

/// What NVIDIA's thread is asked.
private struct NVMLRequest: Sendable {
    var devices: [WatchedDevice]
    var countsUse: Bool
}

extension Duration {
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
