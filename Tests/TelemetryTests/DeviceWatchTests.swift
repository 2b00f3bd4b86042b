import Foundation
import Testing
import Units

@testable import Telemetry

@Suite("Looks at a written machine")
struct DeviceWatchTests {
    private let machine = TemporaryFolder()

    private func watch(nvml: String = "/nowhere/nvml.so", patience: Duration = .seconds(60)) -> DeviceWatch {
        DeviceWatch(places: places(nvml), besides: nil, patience: patience)
    }

    private func places(_ nvml: String) -> DeviceWatch.Places {
        machine.makeFolder("proc")
        return DeviceWatch.Places(
            proc: machine.path + "/proc", sys: machine.path + "/sys", groups: machine.path + "/groups", nvml: nvml)
    }

    private func process(_ pid: Int, file: String? = nil, fdinfo: String = "") {
        machine.write("proc/\(pid)/stat", "\(pid) (a.out) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 777 0 0 0\n")
        machine.write("proc/\(pid)/status", "Uid:\t1001\t1001\t1001\t1001\n")
        machine.write("proc/\(pid)/cgroup", "0::/allot.slice/allot-r7.slice\n")
        machine.write("proc/\(pid)/maps", "")
        machine.makeFolder("proc/\(pid)/fd")
        machine.makeFolder("proc/\(pid)/task/\(pid)")
        machine.write("proc/\(pid)/fdinfo/5", fdinfo)
        if let file {
            machine.remove("proc/\(pid)/fd/5")
            machine.link("proc/\(pid)/fd/5", to: file)
        }
    }

    @Test func `a look tells devices, openers and control groups`() async {
        process(12, file: "/dev/full")
        machine.write("groups/allot.slice/allot-r7.slice/cpu.stat", "usage_usec 5000\n")
        machine.write("groups/allot.slice/allot-r7.slice/pids.current", "3\n")
        machine.write("groups/allot.slice/allot-r8.slice/cpu.stat", "usage_usec x\n")
        let before = Clock.boottime()
        let look = await watch().look(
            devices: [watched("b", files: ["/dev/full"]), watched("a", files: ["/dev/zero"])],
            groups: [7, 8, 9].map { ReservationID($0) })
        #expect(look.at >= before)
        #expect(look.devices.map(\.id) == [DeviceID("b"), DeviceID("a")])
        #expect(look.devices.map(\.busyPermille) == [nil, 0])
        #expect(look.openers.map(\.devices) == [[DeviceID("b")]])
        #expect(look.openers.map(\.group) == ["/allot.slice/allot-r7.slice"])
        let group = GroupReading(
            reservation: ReservationID(7), cpuMicroseconds: 5000, memory: nil, memoryPeak: nil, tasks: 3)
        #expect(look.groups == [group])
        #expect(look.blind.count == 1 && look.blind[0].contains("allot-r8.slice/cpu.stat: not what the kernel writes"))
        #expect(!look.isCut)
    }

    @Test(.enabled(if: getuid() == 0, "making a device file needs root"))
    func `two looks tell how busy a DRM device was between them`() async throws {
        let file = machine.path + "/renderD128"
        try #require(mknod(file, S_IFCHR | 0o666, 226 << 8 | 128) == 0)
        let watch = watch()
        let device = watched("a", vendor: "intel", files: [file])
        process(12, file: file, fdinfo: FDInfo.i915(client: 1, render: 0, video: 0))
        process(13, file: file, fdinfo: FDInfo.i915(client: 1, render: 0, video: 0))
        let first = await watch.look(devices: [device])
        #expect(first.devices[0].busyPermille == nil && first.devices[0].memoryUsed == ByteCount(bytes: 16 << 20))
        process(12, file: file, fdinfo: FDInfo.i915(client: 1, render: 1 << 60, video: 0))
        process(13, file: file, fdinfo: FDInfo.i915(client: 1, render: 1 << 60, video: 0))
        let second = await watch.look(devices: [device])
        #expect(second.devices[0].busyPermille == 1000 && second.devices[0].source == .fdinfo)
        #expect(second.openers.map(\.pid) == [12, 13])
        let third = await watch.look(devices: [device])
        #expect(third.devices[0].busyPermille == 0 && third.devices[0].source == .fdinfo)
    }

    @Test(.enabled(if: getuid() == 0, "making a device file needs root"))
    func `a device that vanishes has a fault`() async {
        let file = StandIn.full(machine.path + "/device")
        let watch = watch()
        machine.makeFolder("sys/bus/pci/devices/0000:01:00.0")
        let device = watched("a", pciAddress: "0000:01:00.0", files: [file])
        #expect(await watch.look(devices: [device]).devices[0].fault == nil)
        #expect(await watch.faults(of: [device]) == [:])
        machine.remove("sys/bus/pci/devices/0000:01:00.0")
        #expect(await watch.faults(of: [device]) == [DeviceID("a"): "the bus shows no device at 0000:01:00.0"])
        machine.makeFolder("sys/bus/pci/devices/0000:01:00.0")
        machine.remove("device")
        let look = await watch.look(devices: [device])
        #expect(look.devices[0].fault == "\(file) is gone" && look.devices[0].busyPermille == nil)
        machine.write("device", "")
        #expect(await watch.faults(of: [device]) == [DeviceID("a"): "\(file) is no device file any more"])
    }

    @Test func `who has a device open is told without a look`() async {
        process(12, file: "/dev/full")
        let scan = await watch().openers(of: [watched("a", files: ["/dev/full"])])
        #expect(scan.openers.map(\.pid) == [12] && scan.isComplete)
    }

    /// A process that holds up who reads its mappings: a pipe that nobody writes stands for a lock in the kernel.
    private func stuckProcess(_ pid: Int, file: String? = nil) throws {
        process(pid, file: file)
        machine.remove("proc/\(pid)/maps")
        try #require(mkfifo("\(machine.path)/proc/\(pid)/maps", 0o600) == 0)
    }

    /// Lets it go on, and read its mappings again.
    private func release(_ pid: Int) {
        let writer = open("\(machine.path)/proc/\(pid)/maps", O_WRONLY | O_CLOEXEC)
        machine.remove("proc/\(pid)/maps")
        machine.write("proc/\(pid)/maps", "")
        close(writer)
    }

    private static let late = "the kernel does not answer: who has devices open is not known"

    @Test func `the mappings of a process that holds up who reads them are left out until it lets go`() async throws {
        process(12, file: "/dev/full")
        try stuckProcess(13, file: "/dev/full")
        let watch = DeviceWatch(places: places("/nowhere"), besides: nil, patience: .seconds(2), stuck: .zero)
        let devices = [watched("a", files: ["/dev/full"]), watched("b", files: ["/dev/zero"])]
        let first = await watch.look(devices: devices)
        #expect(first.openers == [] && first.devices.map(\.busyPermille) == [nil, nil])
        #expect(first.blind == [DeviceWatchTests.late])
        var second = DeviceScan(openers: [])
        for _ in 0..<20 where second.openers.isEmpty { second = await watch.openers(of: devices) }
        #expect(second.openers.map(\.pid) == [12, 13], "its open files hold up nobody")
        #expect(second.unread.map(\.process.pid) == [13] && second.unread.map(\.cause) == [.stuck])
        #expect(second.blind == ["pid 13: it is stuck in the kernel"] && !second.isComplete)
        #expect(await watch.look(devices: devices).devices.map(\.busyPermille) == [nil, nil])
        release(13)
        var third = second
        for _ in 0..<10_000 where !third.isComplete { third = await watch.openers(of: devices) }
        #expect(third.isComplete && third.openers.map(\.pid) == [12, 13])
    }

    @Test func `a later process of a number that was stuck is looked into`() async throws {
        try stuckProcess(13)
        let watch = DeviceWatch(places: places("/nowhere"), besides: nil, patience: .seconds(1), stuck: .zero)
        let devices = [watched("a", files: ["/dev/full"])]
        var scan = await watch.openers(of: devices)
        for _ in 0..<20 where scan.unread.isEmpty { scan = await watch.openers(of: devices) }
        #expect(scan.unread.map(\.process.startTime) == [777])
        let writer = open("\(machine.path)/proc/13/maps", O_RDWR | O_CLOEXEC)
        defer { close(writer) }
        machine.remove("proc/13")
        process(13, file: "/dev/full")
        machine.write("proc/13/stat", "13 (a.out) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 888 0 0 0\n")
        scan = await watch.openers(of: devices)
        #expect(scan.openers.map(\.startTime) == [888] && scan.isComplete)
    }

    @Test func `nobody is blamed for the time that the processes before it took`() async throws {
        let clock = SetClock()
        process(12, file: "/dev/full")
        try stuckProcess(13)
        try stuckProcess(14)
        let watch = DeviceWatch(
            places: places("/nowhere"), besides: nil, patience: .milliseconds(500), stuck: .seconds(30),
            now: { clock.now })
        let devices = [watched("a", files: ["/dev/full"])]
        #expect(await watch.openers(of: devices).reach == .late)
        clock.set(seconds: 29)
        release(13)
        #expect(await watch.openers(of: devices).reach == .late)
        clock.set(seconds: 31)
        for _ in 0..<2 { #expect(await watch.openers(of: devices).reach == .late) }
        clock.set(seconds: 61)
        var scan = await watch.openers(of: devices)
        for _ in 0..<20 where scan.reach == .late { scan = await watch.openers(of: devices) }
        #expect(scan.unread.map(\.process.pid) == [14])
        release(14)
    }

    @Test func `a look is passed on whole`() async throws {
        process(12, file: "/dev/full")
        let look = await watch().look(devices: [watched("a", vendor: "nvidia", uuid: "GPU-1", files: ["/dev/full"])])
        #expect(!look.blind.isEmpty && !look.openers.isEmpty)
        #expect(try JSONDecoder().decode(MachineLook.self, from: JSONEncoder().encode(look)) == look)
    }

    @Test func `no more devices are looked at than the limit`() async {
        let devices = (0...TelemetryLimits.devices).map { watched("d\($0)", files: ["/dev/full"]) }
        #expect(await watch().look(devices: devices).devices.count == TelemetryLimits.devices)
    }
}

@Suite("Looks with NVIDIA's library, by a stub", .enabled(if: Compiler.isThere, "the stub needs a C compiler"))
struct NVMLWatchTests {
    private static let devices = ["device GPU-1 0000:01:00.0 - 0", "device GPU-2 0000:02:00.0 - 0"]
    private let machine = TemporaryFolder()

    private func watch(
        _ stub: StubNVML, patience: Duration = .seconds(60), hang: Duration = .seconds(3600),
        now: @escaping @Sendable () -> Int64 = Clock.boottime
    ) -> DeviceWatch {
        machine.makeFolder("proc")
        let places = DeviceWatch.Places(
            proc: machine.path + "/proc", sys: machine.path + "/sys", groups: machine.path, nvml: stub.path)
        return DeviceWatch(places: places, besides: nil, patience: patience, hang: hang, now: now)
    }

    @Test func `a process that only the library knows is an opener`() async throws {
        let stub = try StubNVML(Compiler.nvml)
        stub.tell(NVMLWatchTests.devices + ["process GPU-1 12", "process GPU-1 13", "process GPU-2 12"])
        machine.write("proc/12/stat", "12 (a.out) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 777 0 0 0\n")
        machine.write("proc/12/status", "Uid:\t1001\t0\t0\t0\n")
        let look = await watch(stub).look(devices: [nvidia(1), nvidia(2)])
        let expected = DeviceOpener(
            pid: 12, startTime: 777, user: UserID(1001), command: "a.out", group: "",
            devices: [DeviceID("GPU-1"), DeviceID("GPU-2")])
        #expect(look.openers == [expected])
    }

    @Test func `faults are told without a look`() async throws {
        let stub = try StubNVML(Compiler.nvml)
        stub.tell(NVMLWatchTests.devices + ["event GPU-2 8 79 -"])
        let faults = await watch(stub).faults(of: [nvidia(1), nvidia(2)])
        #expect(faults == [DeviceID("GPU-2"): "Xid 79: GPU has fallen off the bus"])
    }

    @Test(arguments: ["nvmlInit_v2", "nvmlDeviceGetHandleByUUID", "nvmlDeviceGetMemoryInfo_v2"])
    func `a driver that does not answer holds up nobody, and answers again`(function: String) async throws {
        let stub = try StubNVML(Compiler.nvml)
        let watch = watch(stub, patience: .seconds(1))
        stub.tell(NVMLWatchTests.devices + ["hang \(function)"])
        let look = await watch.look(devices: [nvidia(1), watched("b", files: ["/dev/full"])])
        #expect(look.blind.contains("NVIDIA's library does not answer"))
        #expect(look.devices.map(\.fault) == [nil, nil])
        #expect(look.devices.map(\.busyPermille) == [nil, 0])
        stub.tell(NVMLWatchTests.devices + ["busy GPU-1 50"])
        var busy: Int?
        for _ in 0..<500 where busy == nil { busy = await watch.look(devices: [nvidia(1)]).devices[0].busyPermille }
        #expect(busy == 500)
    }

    @Test func `a driver that goes on not to answer is a fault of the device that it was asked about`() async throws {
        let stub = try StubNVML(Compiler.nvml)
        let watch = watch(stub, patience: .milliseconds(500), hang: .zero)
        stub.tell(NVMLWatchTests.devices + ["hang nvmlDeviceGetMemoryInfo_v2"])
        // A busy machine may take longer to come to the call than one look waits.
        var faults: [String?] = []
        for _ in 0..<20 where faults != ["NVIDIA's driver does not answer", nil] {
            faults = await watch.look(devices: [nvidia(1), nvidia(2)]).devices.map(\.fault)
        }
        #expect(faults == ["NVIDIA's driver does not answer", nil])
        stub.tell([])
    }

    @Test func `a device is not blamed for the time that the driver took before it`() async throws {
        let clock = SetClock()
        let stub = try StubNVML(Compiler.nvml)
        let watch = watch(stub, patience: .milliseconds(500), hang: .seconds(30)) { clock.now }
        func faults() async -> [String?] {
            await watch.look(devices: [nvidia(1), nvidia(2)]).devices.map(\.fault)
        }
        stub.tell(NVMLWatchTests.devices + ["hang nvmlInit_v2"])
        #expect(await faults() == [nil, nil])
        clock.set(seconds: 29)
        stub.tell(NVMLWatchTests.devices + ["hang nvmlDeviceGetMemoryInfo_v2"])
        for _ in 0..<20 where !stub.calls.contains("register GPU-2 10") { #expect(await faults() == [nil, nil]) }
        clock.set(seconds: 31)
        for _ in 0..<2 { #expect(await faults() == [nil, nil]) }
        clock.set(seconds: 62)
        #expect(await faults() == ["NVIDIA's driver does not answer", nil])
        stub.tell([])
    }

    @Test func `a driver that does not even start is a fault of all its devices`() async throws {
        let stub = try StubNVML(Compiler.nvml)
        let watch = watch(stub, patience: .milliseconds(500), hang: .zero)
        stub.tell(NVMLWatchTests.devices + ["hang nvmlInit_v2"])
        let devices = [nvidia(1), nvidia(2), watched("b", files: ["/dev/full"])]
        let fault = "NVIDIA's driver does not answer"
        var faults: [String?] = []
        for _ in 0..<20 where faults != [fault, fault, nil] {
            faults = await watch.look(devices: devices).devices.map(\.fault)
        }
        #expect(faults == [fault, fault, nil])
        #expect(await watch.faults(of: devices) == [DeviceID("GPU-1"): fault, DeviceID("GPU-2"): fault])
        stub.tell([])
    }
}
