import Testing
import Units

@testable import Telemetry

@Suite(
    "How busy parts of NVIDIA's devices are, by a stub", .enabled(if: Compiler.isThere, "the stub needs a C compiler"))
struct NVMLPartsTests {
    private static let machine = [
        "device GPU-1 0000:01:00.0 - 0", "device GPU-2 0000:02:00.0 - 0", "device MIG-3 - GPU-2 3",
        "device MIG-4 - GPU-2 4", "device MIG-5 - GPU-2 4", "device MIG-6 - GPU-1 3",
    ]
    /// What an instance's counters are where a test does not say.
    private static let start = ["counts GPU-2 3 0 0", "counts GPU-2 4 0 0", "counts GPU-1 3 0 0"]

    /// A session whose looks are ten seconds apart.
    private final class Bench {
        let stub: StubNVML
        let session: NVMLSession
        let clock = SetClock()
        private var seconds: Int64 = 0

        init(_ library: String? = Compiler.nvml) throws {
            stub = try StubNVML(library)
            let clock = clock
            session = NVMLSession(path: stub.path, now: { clock.now })
        }

        func look(_ lines: [String], _ parts: [Int] = [3], countsUse: Bool = true, after: Int64 = 10) -> NVMLLook {
            stub.tell(machine + lines + start)
            seconds += after
            clock.set(seconds: seconds)
            return session.look(parts.map { part($0) }, at: clock.now, countsUse: countsUse)
        }

        /// Thousandths by part.
        func busy(_ lines: [String], _ parts: [Int] = [3], countsUse: Bool = true, after: Int64 = 10) -> [Int?] {
            let look = look(lines, parts, countsUse: countsUse, after: after)
            return parts.map { look.readings[DeviceID("MIG-\($0)")]?.busyPermille }
        }

        /// Counters that were made and not freed; nil where more were freed than made.
        var held: Int? {
            let calls = stub.calls
            let held = calls.count { $0 == "make counters" } - calls.count { $0 == "free counters" }
            return held < 0 ? nil : held
        }
    }

    private func missing(_ why: String, _ count: Int = 1) -> String {
        "NVIDIA's library does not tell how busy parts are (\(count)): \(why)"
    }

    @Test func `two looks tell how busy a part was between them, and the first tells nothing`() throws {
        let bench = try Bench()
        let first = bench.look(["counts GPU-2 3 100 1000"])
        #expect(first.readings[DeviceID("MIG-3")]?.busyPermille == nil)
        #expect(first.blind == [])
        #expect(bench.busy(["counts GPU-2 3 350 2000"]) == [250])
        #expect(bench.busy(["counts GPU-2 3 1350 3000"]) == [1000])
        #expect(bench.busy(["counts GPU-2 3 1350 4000"]) == [0])
        #expect(bench.busy(["counts GPU-2 3 1384.56 5000"]) == [35])
        #expect(bench.held == 1)
    }

    @Test func `each GPU instance is counted by itself, also those of one number on two devices`() throws {
        let bench = try Bench()
        _ = bench.look([], [3, 4, 6])
        let later = ["counts GPU-2 3 100 1000", "counts GPU-2 4 200 1000", "counts GPU-1 3 300 1000"]
        #expect(bench.busy(later, [3, 4, 6]) == [100, 200, 300])
        #expect(bench.held == 3)
    }

    @Test func `a part that shares its GPU instance is idle where the instance is, else not known`() throws {
        let bench = try Bench()
        let shared = ["slices MIG-4 3 1", "slices MIG-5 3 2"]
        #expect(bench.busy(shared, [3, 4, 5]) == [nil, nil, nil])
        let idle = bench.look(shared + ["counts GPU-2 4 0 1000", "counts GPU-2 3 10 1000"], [3, 4, 5])
        #expect(idle.blind == [])
        #expect([3, 4, 5].map { idle.readings[DeviceID("MIG-\($0)")]?.busyPermille } == [10, 0, 0])
        let busy = bench.look(shared + ["counts GPU-2 4 1 2000", "counts GPU-2 3 20 2000"], [3, 4, 5])
        #expect(busy.blind == [missing("it counts those of one GPU instance together", 2)])
        #expect([3, 4, 5].map { busy.readings[DeviceID("MIG-\($0)")]?.busyPermille } == [10, nil, nil])
        // One sample of each instance, however many parts it has.
        #expect(bench.held == 2)
    }

    @Test func `a part of which it is not known whether it shares its GPU instance is not known`() throws {
        let bench = try Bench()
        _ = bench.look([])
        let look = bench.look(["counts GPU-2 3 1 1000", "result nvmlDeviceGetAttributes_v2 3"])
        #expect(look.readings[DeviceID("MIG-3")]?.busyPermille == nil)
        #expect(look.blind == [missing("Not Supported")])
        #expect(bench.busy(["counts GPU-2 3 2 2000", "slices MIG-3 0 0"]) == [nil])
    }

    @Test(arguments: ["uncounted GPU-2", "result nvmlGpmQueryDeviceSupport 3"])
    func `a device that does not count for its parts is said once, at each look`(line: String) throws {
        let bench = try Bench()
        for _ in 0..<3 {
            let look = bench.look([line], [3, 4])
            #expect(look.readings.mapValues(\.busyPermille) == [DeviceID("MIG-3"): nil, DeviceID("MIG-4"): nil])
            #expect(look.readings.values.allSatisfy { $0.fault == nil })
            #expect(look.blind == [missing("Not Supported", 2)])
        }
        #expect(!bench.stub.calls.contains("make counters"))
    }

    @Test func `an old library is said to lack it`() throws {
        let look = try Bench(Compiler.oldNVML).look([])
        #expect(look.readings[DeviceID("MIG-3")]?.busyPermille == nil)
        #expect(look.blind.contains(missing("this version of the library lacks it")))
    }

    @Test(
        arguments: [
            "nvmlGpmQueryDeviceSupport", "nvmlGpmSampleAlloc", "nvmlGpmMigSampleGet", "nvmlGpmMetricsGet", "metric",
        ])
    func `an error is said, is no fault, and leaves no counters behind`(function: String) throws {
        let bench = try Bench()
        _ = bench.look([])
        let look = bench.look(["counts GPU-2 3 100 1000", "result \(function) 4"])
        #expect(look.readings[DeviceID("MIG-3")]?.busyPermille == nil)
        #expect(look.readings[DeviceID("MIG-3")]?.fault == nil)
        #expect(look.blind == [missing("Insufficient Permissions")])
        // Counters that were read are kept for the next look; those before the error are not compared with.
        let isRead = function == "nvmlGpmMetricsGet" || function == "metric"
        #expect(bench.held == (isRead ? 1 : 0))
        #expect(bench.busy(["counts GPU-2 3 300 2000"]) == [isRead ? 200 : nil])
        #expect(bench.busy(["counts GPU-2 3 400 3000"]) == [100])
        #expect(bench.held == 1)
    }

    @Test func `an instance that has no counters is said`() throws {
        let bench = try Bench()
        bench.stub.tell(NVMLPartsTests.machine)
        let look = bench.session.look([part(3)], at: 0, countsUse: true)
        #expect(look.blind == [missing("Not Found")])
        #expect(bench.held == 0)
    }

    @Test(
        arguments: [
            "nvmlGpmQueryDeviceSupport", "nvmlGpmMigSampleGet", "nvmlGpmMetricsGet", "metric",
            "nvmlDeviceGetAttributes_v2",
        ])
    func `a lost device is a fault of its parts`(function: String) throws {
        let bench = try Bench()
        _ = bench.look([], [3, 6])
        let lost = function == "nvmlDeviceGetAttributes_v2" ? "MIG-3" : "GPU-2"
        let later = ["counts GPU-2 3 1 1000", "counts GPU-1 3 1 1000", "result \(function) 15 \(lost)"]
        let look = bench.look(later, [3, 6])
        #expect(look.readings[DeviceID("MIG-3")]?.fault == "it has fallen off the bus (NVML: GPU is lost)")
        #expect(look.readings[DeviceID("MIG-3")]?.busyPermille == nil)
        #expect(look.readings[DeviceID("MIG-6")]?.fault == nil)
        #expect(look.readings[DeviceID("MIG-6")]?.busyPermille == 1)
    }

    @Test(
        arguments: [
            // No time has passed; they have gone back; more was worked than time has passed; NaN; infinity.
            ("100 1000", "100 1000"), ("100 1000", "90 2000"), ("0 1000", "1001 2000"), ("0 1000", "nan 2000"),
            ("0 1000", "5 1000"),
        ])
    func `what is no percentage is not trusted`(first: String, second: String) throws {
        let bench = try Bench()
        _ = bench.look(["counts GPU-2 3 \(first)"])
        let look = bench.look(["counts GPU-2 3 \(second)"])
        #expect(look.readings[DeviceID("MIG-3")]?.busyPermille == nil)
        #expect(look.blind == [missing("what it gives is no percentage")])
        #expect(bench.held == 1)
    }

    @Test func `a look at health leaves the counters for the next look`() throws {
        let bench = try Bench()
        _ = bench.look([])
        #expect(bench.busy(["counts GPU-2 3 1000 1000"], countsUse: false) == [nil])
        #expect(bench.busy(["counts GPU-2 3 1000 2000"]) == [500])
    }

    @Test func `looks that follow at once are not compared`() throws {
        let bench = try Bench()
        _ = bench.look([])
        let soon = bench.look(["counts GPU-2 3 1 1"], after: 0)
        #expect(soon.readings[DeviceID("MIG-3")]?.busyPermille == nil)
        #expect(soon.blind == [])
        #expect(bench.busy(["counts GPU-2 3 300 1000"]) == [300])
        #expect(bench.held == 1)
    }

    @Test func `counters go with their part, and before the session ends`() throws {
        let bench = try Bench()
        _ = bench.look([], [3, 4])
        _ = bench.look([], [3, 4])
        #expect(bench.held == 2)
        #expect(bench.busy(["counts GPU-2 3 100 1000"], [3]) == [nil])
        #expect(bench.held == 1)
        #expect(bench.busy(["counts GPU-2 3 200 2000"], [3]) == [100])
        _ = bench.session.look([], at: 0, countsUse: true)
        #expect(bench.held == 0)
        #expect(bench.stub.calls.suffix(3) == ["free", "free counters", "shutdown"])
    }

    @Test func `counters of an instance that is found no more are freed`() throws {
        let bench = try Bench()
        _ = bench.look([], [3, 4])
        _ = bench.look(["result nvmlDeviceGetGpuInstanceId 6 MIG-4"], [3, 4])
        #expect(bench.held == 1)
        #expect(bench.busy(["counts GPU-2 4 100 1000", "counts GPU-2 3 100 1000"], [3, 4]) == [100, nil])
        #expect(bench.held == 2)
    }

    @Test func `counters are freed when the driver goes away, and others begin with the next session`() throws {
        let bench = try Bench()
        _ = bench.look([])
        _ = bench.look(["result nvmlGpmMigSampleGet 1"])
        #expect(bench.held == 0)
        #expect(bench.busy(["counts GPU-2 3 100 1000"]) == [nil])
        #expect(bench.busy(["counts GPU-2 3 200 2000"]) == [100])
        #expect(bench.held == 1)
    }
}
