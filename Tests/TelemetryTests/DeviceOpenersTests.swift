import Glibc
import Testing
import Units

@testable import Telemetry

@Suite(
    "Who has a device open, by real processes",
    .enabled(if: getuid() == 0 && Compiler.isThere, "making a device file needs root, and the programs a C compiler"))
struct DeviceOpenersTests {
    private let folder = TemporaryFolder()

    private func child(_ how: String, _ file: String, user: UInt32? = nil) throws -> Child {
        try Child(try #require(Compiler.opener), [how, file] + (user.map { [String($0)] } ?? []))
    }

    @Test(arguments: ["open", "copy", "pass", "thread", "orphaned-thread", "many"])
    func `a process that has a device open is found`(how: String) throws {
        let file = StandIn.full(folder.path + "/device")
        let child = try child(how, file)
        let scan = TelemetryTests.scan([watched("a", files: [file])])
        let opener = try #require(scan.openers.first { $0.pid == child.pid })
        #expect(opener.devices == [DeviceID("a")])
        #expect(opener.command == "opener")
        #expect(opener.user == UserID(getuid()))
        #expect(opener.startTime > 0)
        // A container may keep its first process's memory from root too.
        #expect(scan.isComplete || scan.blind.allSatisfy { $0.contains(" may not be looked into ") })
    }

    @Test(arguments: ["map", "orphaned-map"])
    func `a device that is mapped and closed is found`(how: String) throws {
        let file = StandIn.zero(folder.path + "/device")
        let child = try child(how, file)
        let scan = TelemetryTests.scan([watched("a", files: [file])])
        #expect(scan.openers.map(\.pid).contains(child.pid))
    }

    @Test func `a process that has closed it is none`() throws {
        let file = StandIn.full(folder.path + "/device")
        let child = try child("closed", file)
        let scan = TelemetryTests.scan([watched("a", files: [file])])
        #expect(!scan.openers.map(\.pid).contains(child.pid))
    }

    @Test func `another file of the same device is the same device, and a file of that name is not`() throws {
        let file = StandIn.full(folder.path + "/device")
        let second = StandIn.full(folder.path + "/second")
        folder.write("elsewhere/device", "")
        let same = try child("open", second)
        let other = try child("open", folder.path + "/elsewhere/device")
        let pids = scan([watched("a", files: [file])]).openers.map(\.pid)
        #expect(pids.contains(same.pid) && !pids.contains(other.pid))
    }

    @Test func `a process of another user is told with its real uid`() throws {
        let file = StandIn.full(folder.path + "/device")
        chmod(folder.path, 0o755)
        let child = try child("open", file, user: 4242)
        let scan = TelemetryTests.scan([watched("a", files: [file])])
        #expect(scan.openers.first { $0.pid == child.pid }?.user == UserID(4242))
    }

    @Test func `all devices of a process are told, and one process may be left out`() throws {
        let first = StandIn.full(folder.path + "/first")
        let second = StandIn.zero(folder.path + "/second")
        let one = open(first, O_RDWR | O_CLOEXEC)
        let two = open(second, O_RDWR | O_CLOEXEC)
        defer {
            close(one)
            close(two)
        }
        let devices = [watched("b", files: [first]), watched("a", files: [second])]
        let own = scan(devices).openers.first { $0.pid == getpid() }
        #expect(own?.devices == [DeviceID("a"), DeviceID("b")])
        #expect(!scan(devices, besides: getpid()).openers.map(\.pid).contains(getpid()))
    }
}

@Suite("Who has a device open, where one may not look")
struct DeniedOpenersTests {
    @Test(.enabled(if: getuid() != 0, "root may look everywhere"))
    func `what may not be looked into is counted, and nothing is proven`() {
        let scan = TelemetryTests.scan([watched("a", files: ["/dev/full"])])
        #expect(!scan.isComplete)
        #expect(
            scan.blind.contains { $0.hasSuffix("may not be looked into (CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH let)") })
    }
}
