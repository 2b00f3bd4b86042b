import Testing
import Units

@testable import Telemetry

@Suite("NVIDIA's library, by a stub", .enabled(if: Compiler.isThere, "the stub needs a C compiler"))
struct NVMLSessionTests {
    private static let second: Int64 = 1_000_000_000
    private static let machine = [
        "device GPU-1 0000:01:00.0 - 0", "device GPU-2 0000:02:00.0 - 0", "device MIG-3 - GPU-2 3",
        "device MIG-4 - GPU-2 4",
    ]

    /// What the first look tells.
    private func look(_ lines: [String], _ devices: [WatchedDevice] = [nvidia(1)]) throws -> NVMLLook {
        let stub = try StubNVML(Compiler.nvml)
        stub.tell(NVMLSessionTests.machine + lines)
        return NVMLSession(path: stub.path).look(devices, at: 0, countsUse: true)
    }

    private func reading(_ lines: [String]) throws -> NVMLReading {
        try #require(try look(lines).readings[DeviceID("GPU-1")])
    }

    private func missing(_ what: String, _ why: String, _ count: Int = 1) -> String {
        "NVIDIA's library does not tell \(what) (\(count)): \(why)"
    }

    @Test func `a whole device is read`() throws {
        let look = try look(["busy GPU-1 37", "memory GPU-1 1000 600", "process GPU-1 12", "process GPU-1 11"])
        let expected = NVMLReading(
            busyPermille: 370, memoryUsed: ByteCount(bytes: 600), memoryTotal: ByteCount(bytes: 1000), fault: nil,
            pids: [12, 11])
        #expect(look == NVMLLook(readings: [DeviceID("GPU-1"): expected], blind: []))
    }

    @Test func `a device without a UUID is found by its address`() throws {
        let device = watched("0000:02:00.0", vendor: "nvidia", pciAddress: "0000:02:00.0")
        let look = try look(["busy GPU-2 5"], [device, watched("x", vendor: "nvidia"), watched("y", vendor: "amd")])
        #expect(look.readings.mapValues(\.busyPermille) == [DeviceID("0000:02:00.0"): 50])
        #expect(look.blind == ["x: neither a UUID nor a PCI address is known"])
    }

    @Test func `a part has its own memory and processes`() throws {
        let look = try look(["memory MIG-3 100 7", "process MIG-3 55", "memory GPU-2 1000 600"], [part(3)])
        let third = look.readings[DeviceID("MIG-3")]
        #expect(third?.memoryUsed == ByteCount(bytes: 7) && third?.pids == [55])
    }

    @Test func `samples since the last look are what counts`() throws {
        let stub = try StubNVML(Compiler.nvml)
        let session = NVMLSession(path: stub.path)
        func busy(_ lines: String...) -> Int? {
            stub.tell(NVMLSessionTests.machine + lines)
            return session.look([nvidia(1)], at: 0, countsUse: true).readings[DeviceID("GPU-1")]?.busyPermille
        }
        #expect(busy("busy GPU-1 9", "sample GPU-1 100 80") == 90)
        #expect(busy("busy GPU-1 9", "sample GPU-1 100 80", "sample GPU-1 200 10", "sample GPU-1 300 30") == 200)
        #expect(busy("busy GPU-1 9", "sample GPU-1 300 30") == 90)
        #expect(busy("busy GPU-1 9", "sample GPU-1 400 250", "sample GPU-1 500 40") == 400)
        #expect(busy("busy GPU-1 9", "sample GPU-1 600 70", "result nvmlDeviceGetSamples 3") == 90)
        #expect(busy("busy GPU-1 101") == nil)
    }

    @Test func `a look at health leaves the samples for the next look`() throws {
        let stub = try StubNVML(Compiler.nvml)
        stub.tell(NVMLSessionTests.machine + ["sample GPU-1 100 80"])
        let session = NVMLSession(path: stub.path)
        _ = session.look([nvidia(1)], at: 0, countsUse: true)
        stub.tell(NVMLSessionTests.machine + ["sample GPU-1 200 60", "process GPU-1 3"])
        let health = session.look([nvidia(1)], at: 0, countsUse: false).readings[DeviceID("GPU-1")]
        #expect(health?.busyPermille == nil && health?.pids == [])
        #expect(session.look([nvidia(1)], at: 0, countsUse: true).readings[DeviceID("GPU-1")]?.busyPermille == 600)
    }

    @Test(
        arguments: [
            ("nvmlDeviceGetUtilizationRates", "how busy it is"),
            ("nvmlDeviceGetComputeRunningProcesses_v3", "processes"), ("nvmlDeviceGetMemoryInfo_v2", "memory in use"),
            ("nvmlDeviceGetTotalEccErrors", "uncorrected errors of memory"),
            ("nvmlDeviceGetRemappedRows", "replaced rows of memory"),
            ("nvmlDeviceGetFieldValues", "what the driver asks for"), ("field", "what the driver asks for"),
            ("nvmlDeviceRegisterEvents", "errors as they happen"), ("nvmlEventSetCreate", "errors as they happen"),
            ("nvmlEventSetWait_v2", "errors as they happen"),
        ])
    func `what the library will not tell is said, and is no fault`(function: String, what: String) throws {
        for (code, why) in [(4, "Insufficient Permissions"), (999, "Unknown Error")] {
            let look = try look(["result \(function) \(code)", "busy GPU-1 37", "memory GPU-1 1000 600"])
            #expect(look.blind == [missing(what, why)])
            let reading = try #require(look.readings[DeviceID("GPU-1")])
            #expect(reading.fault == nil)
            #expect((reading.busyPermille == nil) == (what == "how busy it is"))
            #expect((reading.memoryUsed == nil) == (what == "memory in use"))
        }
    }

    @Test(
        arguments: [
            "nvmlDeviceGetHandleByUUID", "nvmlDeviceGetMemoryInfo_v2", "nvmlDeviceGetTotalEccErrors",
            "nvmlDeviceGetRemappedRows", "nvmlDeviceGetFieldValues",
        ])
    func `a device that is lost, or needs a reset, has a fault whoever says so`(function: String) throws {
        #expect(
            try reading(["result \(function) 15 GPU-1"]).fault == "it has fallen off the bus (NVML: GPU is lost)")
        #expect(try reading(["result \(function) 16"]).fault == "it needs a reset (NVML)")
        #expect(try reading(["result \(function) 15 GPU-2"]).fault == nil)
    }

    @Test func `a device that the driver does not know has a fault`() throws {
        let look = try look([], [nvidia(1), nvidia(9)])
        #expect(look.readings[DeviceID("GPU-9")]?.fault == "NVIDIA's driver knows no such device")
        #expect(look.readings[DeviceID("GPU-1")]?.fault == nil)
    }

    @Test(
        arguments: [
            ("action GPU-2 1", "the driver asks for a reset of the device"),
            ("action GPU-2 2", "the driver asks for a restart of the machine"),
            ("action GPU-2 77", "the driver asks for recovery action 77"),
            ("rows GPU-2 0 1", "a row of memory could not be replaced"), ("rows GPU-2 1 0", nil),
        ])
    func `the health of a whole device is that of its parts`(line: String, fault: String?) throws {
        let look = try look([line], [part(3), part(4), nvidia(1)])
        #expect(look.readings[DeviceID("MIG-3")]?.fault == fault)
        #expect(look.readings[DeviceID("MIG-4")]?.fault == fault)
        #expect(look.readings[DeviceID("GPU-1")]?.fault == nil)
    }

    @Test func `errors of memory are a fault when they grow, for a minute`() throws {
        let stub = try StubNVML(Compiler.nvml)
        let session = NVMLSession(path: stub.path)
        func fault(_ errors: Int, at seconds: Int64) -> String? {
            stub.tell(NVMLSessionTests.machine + ["errors GPU-1 \(errors)"])
            let look = session.look([nvidia(1)], at: seconds * NVMLSessionTests.second, countsUse: true)
            return look.readings[DeviceID("GPU-1")]?.fault
        }
        // What was there before the first look is nobody's news.
        #expect(fault(1, at: 0) == nil)
        #expect(fault(2, at: 10) == "2 uncorrected errors of memory since its last reset")
        #expect(fault(2, at: 70) == "2 uncorrected errors of memory since its last reset")
        #expect(fault(2, at: 71) == nil)
        #expect(fault(0, at: 80) == nil)
        #expect(fault(1, at: 90) == "1 uncorrected errors of memory since its last reset")
    }
}
