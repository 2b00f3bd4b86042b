import Testing
import Units

@testable import Telemetry

@Suite(
    "Errors as NVIDIA's library tells them, by a stub", .enabled(if: Compiler.isThere, "the stub needs a C compiler"))
struct NVMLEventTests {
    private static let machine = [
        "device GPU-1 0000:01:00.0 - 0", "device GPU-2 0000:02:00.0 - 0", "device MIG-3 - GPU-2 3",
        "device MIG-4 - GPU-2 4",
    ]

    /// Faults by device after these events.
    private func faults(_ events: [String], _ devices: [WatchedDevice] = [nvidia(1), part(3), part(4)]) throws
        -> [String?]
    {
        let stub = try StubNVML(Compiler.nvml)
        stub.tell(NVMLEventTests.machine + events)
        let look = NVMLSession(path: stub.path).look(devices, at: 0, countsUse: true)
        return devices.map { look.readings[$0.id]?.fault }
    }

    @Test(arguments: Xid.faults.keys.sorted())
    func `an error of the device is its fault`(number: UInt64) throws {
        let fault = try #require(try faults(["event GPU-1 8 \(number) -"])[0])
        #expect(fault.hasPrefix("Xid \(number): "))
    }

    /// Brought about by programs, by the catalogue.
    private static let applications: [UInt64] = [
        8, 11, 13, 25, 31, 32, 39, 40, 41, 43, 44, 45, 68, 69, 80, 94, 109, 137,
    ]

    @Test(arguments: applications + [14, 37, 63, 92, 154, 999, 0])
    func `an error that a program brings about is none, nor is one that nobody knows`(number: UInt64) throws {
        #expect(try faults(["event GPU-1 8 \(number) -"]) == [nil, nil, nil])
    }

    @Test func `faults are those that the catalogue answers with a reset, a restart or a look at the cables`() {
        let faults: [UInt64] = [
            46, 48, 54, 62, 64, 74, 79, 95, 110, 119, 120, 136, 140, 143, 156, 158, 167, 169, 171, 172,
        ]
        #expect(Xid.faults.keys.sorted() == faults)
    }

    @Test func `a double bit error is a fault`() throws {
        #expect(try faults(["event GPU-1 2 0 -"]) == ["double bit ECC error", nil, nil])
    }

    @Test func `an error is of the part that it names, else of all parts`() throws {
        let fault = "Xid 79: GPU has fallen off the bus"
        #expect(try faults(["event GPU-2 8 79 3"]) == [nil, fault, nil])
        #expect(try faults(["event GPU-2 8 79 -"]) == [nil, fault, fault])
        #expect(try faults(["event GPU-2 8 79 3"], [nvidia(2)]) == [fault])
    }

    @Test func `an error of a device that nobody looks at, or knows, is nobody's`() throws {
        #expect(try faults(["event GPU-2 8 79 -", "event - 8 79 -"], [nvidia(1)]) == [nil])
    }

    @Test func `all that has happened is taken, and the last of it told`() throws {
        let events = (0..<100).map { _ in "event GPU-1 8 13 -" } + ["event GPU-1 8 48 -", "event GPU-1 8 79 -"]
        #expect(try faults(events)[0] == "Xid 79: GPU has fallen off the bus")
    }

    @Test func `an error is told for a minute, also by a look at health`() throws {
        let stub = try StubNVML(Compiler.nvml)
        stub.tell(NVMLEventTests.machine + ["event GPU-1 8 48 -"])
        let session = NVMLSession(path: stub.path)
        let told = [0, 60, 61].map { (seconds: Int64) in
            session.look([nvidia(1)], at: seconds * 1_000_000_000, countsUse: seconds == 0)
                .readings[DeviceID("GPU-1")]?.fault
        }
        #expect(told == ["Xid 48: double bit ECC error", "Xid 48: double bit ECC error", nil])
    }

    @Test func `a device without memory that corrects errors tells the others`() throws {
        let stub = try StubNVML(Compiler.nvml)
        stub.tell(NVMLEventTests.machine + ["result nvmlDeviceRegisterEvents 3"])
        let look = NVMLSession(path: stub.path).look([nvidia(1)], at: 0, countsUse: true)
        #expect(look.blind == [])
        #expect(stub.calls == ["init", "register GPU-1 10", "register GPU-1 8"])
    }
}

@Suite("Sessions with NVIDIA's library, by a stub", .enabled(if: Compiler.isThere, "the stub needs a C compiler"))
struct NVMLLifeTests {
    private static let machine = ["device GPU-1 0000:01:00.0 - 0", "device GPU-2 0000:02:00.0 - 0"]

    @Test func `a session is kept, and a device that is asked for no more is let go`() throws {
        let stub = try StubNVML(Compiler.nvml)
        stub.tell(NVMLLifeTests.machine)
        let session = NVMLSession(path: stub.path)
        _ = session.look([], at: 0, countsUse: true)
        #expect(stub.calls == [])
        _ = session.look([nvidia(1), nvidia(2)], at: 0, countsUse: true)
        _ = session.look([nvidia(1), nvidia(2)], at: 0, countsUse: true)
        _ = session.look([nvidia(2)], at: 0, countsUse: false)
        let first = ["init", "register GPU-1 10", "register GPU-2 10"]
        #expect(stub.calls == first)
        _ = session.look([nvidia(2)], at: 0, countsUse: true)
        #expect(stub.calls == first + ["free", "shutdown", "init", "register GPU-2 10"])
        _ = session.look([], at: 0, countsUse: true)
        #expect(stub.calls.suffix(2) == ["free", "shutdown"])
    }

    @Test(
        arguments: [
            (9, "Driver Not Loaded"), (999, "Unknown Error"), (4, "Insufficient Permissions"),
            (18, "Driver/library version mismatch; restart allot-enforcer, or the machine"),
        ])
    func `a session that does not begin is tried again`(code: Int, why: String) throws {
        let stub = try StubNVML(Compiler.nvml)
        stub.tell(NVMLLifeTests.machine + ["result nvmlInit_v2 \(code)"])
        let session = NVMLSession(path: stub.path)
        let look = session.look([nvidia(1)], at: 0, countsUse: true)
        #expect(look == NVMLLook(blind: ["NVIDIA's library does not tell its start (1): \(why)"]))
        stub.tell(NVMLLifeTests.machine + ["busy GPU-1 1"])
        #expect(session.look([nvidia(1)], at: 0, countsUse: true).readings[DeviceID("GPU-1")]?.busyPermille == 10)
    }

    @Test func `a driver that goes away ends the session, and comes back in the next`() throws {
        let stub = try StubNVML(Compiler.nvml)
        let session = NVMLSession(path: stub.path)
        stub.tell(NVMLLifeTests.machine + ["result nvmlDeviceGetHandleByUUID 1"])
        #expect(session.look([nvidia(1)], at: 0, countsUse: true).readings.isEmpty)
        #expect(stub.calls == ["init", "free", "shutdown"])
        stub.tell(NVMLLifeTests.machine)
        #expect(session.look([nvidia(1)], at: 0, countsUse: true).readings.count == 1)
    }

    @Test func `no library, and a file that is none, are said`() throws {
        let absent = NVMLSession(path: "/nowhere/libnvidia-ml.so.1")
        let look = absent.look([nvidia(1)], at: 0, countsUse: true)
        #expect(look.readings.isEmpty)
        #expect(look.blind.count == 1 && look.blind[0].hasPrefix("NVIDIA's library: /nowhere/libnvidia-ml.so.1: "))
        #expect(absent.look([], at: 0, countsUse: true).blind == [])
        let other = NVMLSession(path: "/etc/passwd").look(
            [nvidia(1)], at: 0, countsUse: true)
        #expect(other.blind.count == 1 && other.blind[0].hasPrefix("NVIDIA's library: /etc/passwd: "))
    }

    @Test func `a library that lacks everything is said`() throws {
        let stub = try StubNVML(Compiler.emptyNVML)
        let look = NVMLSession(path: stub.path).look([nvidia(1)], at: 0, countsUse: true)
        #expect(
            look.blind == ["NVIDIA's library does not tell its start (1): this version of the library lacks it"])
    }

    @Test func `an old library tells what it knows`() throws {
        let stub = try StubNVML(Compiler.oldNVML)
        stub.tell(NVMLLifeTests.machine + ["busy GPU-1 4", "memory GPU-1 100 8"])
        let look = NVMLSession(path: stub.path).look([nvidia(1)], at: 0, countsUse: true)
        let reading = look.readings[DeviceID("GPU-1")]
        #expect(reading?.busyPermille == 40 && reading?.memoryUsed == ByteCount(bytes: 9) && reading?.fault == nil)
        let lacks = "(1): this version of the library lacks it"
        #expect(
            look.blind == [
                "NVIDIA's library does not tell errors as they happen \(lacks)",
                "NVIDIA's library does not tell replaced rows of memory \(lacks)",
                "NVIDIA's library does not tell what the driver asks for \(lacks)",
            ])
    }
}
