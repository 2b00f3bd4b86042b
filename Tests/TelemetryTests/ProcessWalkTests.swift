import CLinux
import Glibc
import Testing
import Units

@testable import Telemetry

@Suite("Who has a device open, by a written /proc")
struct ProcessWalkTests {
    private let proc = TemporaryFolder()
    private let device = watched("a", files: ["/dev/full"])

    /// A process that has `/dev/full` open, unless told otherwise.
    private func process(
        _ pid: Int, name: String = "python3", state: String = "S", flags: Int = 0x40_0000, threads: Int = 1,
        uids: String = "1001\t0\t0\t0", group: String = "0::/user.slice\n", file: String? = "/dev/full",
        maps: String = ""
    ) {
        let before = "\(pid) (\(name)) \(state) 1 1 1 0 -1 \(flags) 0 0 0 0 0 0 0 0 20 0 \(threads) 0 98765"
        proc.write("\(pid)/stat", before + " 0 0 0 0\n")
        proc.write("\(pid)/status", "Name:\tx\nUid:\t\(uids)\nGid:\t0\t0\t0\t0\n")
        proc.write("\(pid)/cgroup", group)
        proc.write("\(pid)/maps", maps)
        proc.makeFolder("\(pid)/fd")
        proc.makeFolder("\(pid)/task/\(pid)")
        if let file { proc.link("\(pid)/fd/7", to: file) }
    }

    private func scan(_ devices: [WatchedDevice]? = nil) -> DeviceScan {
        TelemetryTests.scan(devices ?? [device], proc: proc.path)
    }

    @Test func `a process is told with what /proc tells of it`() {
        process(812, group: "1:cpu:/other\n0::/user.slice/user-1001.slice/session-3.scope\n")
        proc.makeFolder("self")
        proc.write("uptime", "1 1\n")
        let expected = DeviceOpener(
            pid: 812, startTime: 98765, user: UserID(1001), command: "python3",
            group: "/user.slice/user-1001.slice/session-3.scope", devices: [DeviceID("a")])
        #expect(scan() == DeviceScan(openers: [expected]))
    }

    @Test func `a name may hold brackets and blanks, and nothing in it is passed on that is not printable`() {
        process(5, name: "a) S 1 (b\n\u{1b}[31m")
        #expect(scan().openers.map(\.command) == ["a) S 1 (b??[31m"])
        proc.remove("5")
        process(5, name: String(repeating: "x", count: 300), group: "0::/" + String(repeating: "y", count: 4000) + "\n")
        #expect(scan().openers.map(\.command.utf8.count) == [64])
        #expect(scan().openers.map(\.group.utf8.count) == [512])
    }

    @Test(arguments: [("S", 0x20_0040, 1), ("Z", 0, 1), ("X", 0, 1)])
    func `a thread of the kernel and a process that has ended hold nothing`(state: String, flags: Int, threads: Int) {
        process(9, state: state, flags: flags, threads: threads)
        #expect(scan() == DeviceScan(openers: []))
    }

    @Test func `a process whose first thread has ended holds what the others hold`() {
        process(9, state: "Z", threads: 2, file: nil)
        proc.makeFolder("9/task/10/fd")
        proc.link("9/task/10/fd/3", to: "/dev/full")
        #expect(scan().openers.map(\.pid) == [9])
    }

    @Test func `a process that ends while it is looked at is nobody's`() {
        process(9)
        proc.remove("9/stat")
        process(10)
        proc.remove("10/fd")
        proc.makeFolder("11")
        #expect(scan() == DeviceScan(openers: []))
    }

    @Test func `what can not be read is told, and the rest is read`() {
        process(9)
        process(10)
        proc.remove("9/fd")
        proc.write("9/fd", "")
        let scan = scan()
        #expect(scan.openers.map(\.pid) == [10])
        #expect(scan.blind == ["pid 9: Not a directory"])
        #expect(!scan.isComplete)
    }

    @Test func `a process whose facts can not be read makes the look incomplete`() {
        for (pid, file) in [(9, "stat"), (10, "status"), (11, "cgroup")] {
            process(pid)
            proc.remove("\(pid)/\(file)")
            proc.makeFolder("\(pid)/\(file)")
        }
        proc.write("12", "")
        let scan = scan()
        #expect(scan.openers == [] && scan.reach == .part)
        #expect(scan.blind == [9, 10, 11].map { "pid \($0): Is a directory" } + ["pid 12: Not a directory"])
    }

    @Test func `more openers than are told make it cut, by pid, and are told of`() {
        for pid in [3, 1, 2] { process(pid) }
        var scan = scan()
        scan.cut(to: 3)
        #expect(scan.isComplete)
        scan.cut(to: 2)
        #expect(scan.isCut && !scan.isComplete && scan.openers.map(\.pid) == [1, 2])
        #expect(scan.blind == ["more than 2 processes have devices open: the others are not told"])
    }

    /// A line of a list of mappings that says that a device's file is mapped.
    private func mapping(of file: String) throws -> String {
        var found = allot_file()
        try #require(allot_file_look(AT_FDCWD, file, &found) == 0)
        let device = String(found.device >> 32, radix: 16) + ":" + String(found.device & 0xffff_ffff, radix: 16)
        return "7f2c00000000-7f2c00001000 rw-s 00000000 \(device) \(found.inode) \(file)\n"
    }

    @Test func `of a process whose first thread has ended, another's mappings are read`() throws {
        process(9, state: "Z", threads: 3, file: nil)
        proc.write("9/task/10/maps", "")
        proc.write("9/task/11/maps", try mapping(of: "/dev/full"))
        for thread in [10, 11] { proc.makeFolder("9/task/\(thread)/fd") }
        #expect(scan().openers.map(\.pid) == [9])
    }

    @Test func `a mapping behind as many long ones as Linux allows is found`() throws {
        let path = String(repeating: "/" + String(repeating: "x", count: 255), count: 15)
        let line = "7f2c00000000-7f2c00001000 rw-s 00000000 00:99 7 \(path)\n"
        process(9, file: nil, maps: String(repeating: line, count: 65_529) + (try mapping(of: "/dev/full")))
        let scan = scan()
        #expect(scan.openers.map(\.pid) == [9] && scan.isComplete)
    }

    @Test func `a process with more than is read is told as not looked into`() throws {
        let path = String(repeating: "/" + String(repeating: "x", count: 255), count: 32)
        let line = "7f2c00000000-7f2c00001000 rw-s 00000000 00:99 7 \(path)\n"
        let count = TelemetryLimits.processBytes / line.utf8.count + 1
        process(9, file: "/dev/full", maps: String(repeating: line, count: count))
        process(10)
        let scan = scan()
        #expect(scan.openers.map(\.pid) == [9, 10] && !scan.isComplete && scan.reach == .all)
        let unread = try #require(scan.unread.first)
        #expect(scan.unread.count == 1 && unread.process.pid == 9 && unread.process.user == UserID(1001))
        #expect(unread.cause == .tooLarge && unread.reason.hasPrefix("looking into it was given up after 3355"))
        #expect(scan.blind == ["pid 9: \(unread.reason)"])
    }

    @Test func `a file of several devices counts for each, and other files for none`() {
        process(1, file: "/dev/full")
        process(2, file: "/dev/zero")
        process(3, file: "/etc/hostname")
        process(4, file: "socket:[4711]")
        let openers = scan([device, watched("b", files: ["/dev/zero", "/dev/full"])]).openers
        #expect(openers.map(\.pid) == [1, 2])
        #expect(openers.map(\.devices) == [[DeviceID("a"), DeviceID("b")], [DeviceID("b")]])
    }

    @Test(arguments: [("/dev/absent", "No such file or directory"), ("/etc/passwd", "not a device file")])
    func `of a device whose file is none nobody can tell`(path: String, reason: String) {
        process(1)
        let scan = scan([
            device, watched("b", files: [path]), watched("c"), watched("d", uuid: "MIG-1", files: ["/dev/full"]),
        ])
        #expect(scan.openers.map(\.devices) == [[DeviceID("a")]])
        #expect(
            scan.blind == [
                "cannot tell who has it open: \(path): \(reason)",
                "cannot tell who has it open: c: no file of its own is known",
                "cannot tell who has it open: d: no file of its own is known",
            ])
        #expect(scan.isComplete && scan.unseen == [DeviceID("b"), DeviceID("c"), DeviceID("d")])
    }

    @Test func `without a /proc nothing is proven`() {
        let scan = TelemetryTests.scan([device], proc: proc.path + "/absent")
        #expect(!scan.isComplete && scan.openers.isEmpty && scan.blind.count == 1)
    }

    @Test func `a part of a device is told by the files of its capabilities`() {
        let part = watched(
            "m", files: ["/dev/nvidia0", "/dev/nvidia-caps/nvidia-cap21", "/dev/nvidia-caps/nvidia-cap22"])
        #expect(part.tellingFiles == ["/dev/nvidia-caps/nvidia-cap21", "/dev/nvidia-caps/nvidia-cap22"])
        #expect(watched("w", files: ["/dev/nvidia0"]).tellingFiles == ["/dev/nvidia0"])
    }
}

@Suite("Mappings of a process")
struct MappingReaderTests {
    private let places = [
        DeviceNumbers.Place(fileSystem: 0x5, inode: 1042): UInt64(1), .init(fileSystem: 0x103 << 32 | 0xa, inode: 7): 2,
    ]

    private func found(_ text: String, chunk: Int) -> Set<UInt64> {
        var reader = MappingReader(places)
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: chunk) {
            bytes[start..<min(start + chunk, bytes.count)].withUnsafeBytes { reader.read($0) }
        }
        return reader.found
    }

    @Test(arguments: [1, 7, 4096])
    func `a line tells a device by where its file lies`(chunk: Int) {
        let text = """
            55d5be759000-55d5be75b000 r--p 00000000 fe:00 1042                       /usr/bin/sleep
            7ffc6a5f1000-7ffc6a612000 rw-p 00000000 00:00 0                          [stack]
            7f2c00000000-7f2c00001000 rw-s 00001000 00:05 1042                       /dev/nvidia0 1 00:05 7
            7f2c00001000-7f2c00002000 rw-s 00000000 103:0a 7\n
            """
        #expect(found(text, chunk: chunk) == [1, 2])
        #expect(found(text.replacing("00:05", with: "00:06"), chunk: chunk) == [2])
        #expect(found("x 00:05 1042 00:06 1042 00:05 1042\n", chunk: chunk) == [])
        #expect(found("7f-8f rw-s 0 00:05 1042\n", chunk: chunk) == [1])
        #expect(found("7f-8f rw-s 0 00:05 1042", chunk: chunk) == [])
        let path = String(repeating: "/x 00:05 1042", count: 300)
        #expect(found("7f-8f rw-s 0 00:07 9 \(path)\n7f-8f rw-s 0 103:0a 7 \(path)\n", chunk: chunk) == [2])
        #expect(found("\n \n  \n7f-8f rw-s 0 00:05\n7f-8f rw-s 0 5 1042\n7f-8f\n\n", chunk: chunk) == [])
    }
}

@Suite("How much is read of processes")
struct WalkBurdenTests {
    @Test func `large processes of one user come to a limit, and small ones and others' do not`() {
        var burden = WalkBurden()
        func read(_ bytes: Int, of user: UInt32) -> Bool {
            burden.begin()
            return burden.add(bytes) { UserID(user) }
        }
        #expect(read(TelemetryLimits.processBytes, of: 1))
        #expect(read(TelemetryLimits.userBytes - TelemetryLimits.processBytes, of: 1))
        #expect(!read(TelemetryLimits.smallProcessBytes + 1, of: 1))
        for _ in 0..<2000 { #expect(read(TelemetryLimits.smallProcessBytes, of: 1)) }
        #expect(read(TelemetryLimits.processBytes, of: 2))
        #expect(!read(TelemetryLimits.processBytes + 1, of: 3))
    }
}

@Suite("Processes that walks are stuck with")
struct AvoidedProcessesTests {
    private let avoided = AvoidedProcesses()

    private func depth(_ pid: Int32, startTime: UInt64?) -> AvoidedProcesses.Depth? {
        avoided.depth(of: pid) { startTime }
    }

    @Test func `a second walk that is stuck with a process leaves out all of it`() {
        #expect(depth(7, startTime: 1) == nil)
        avoided.add(7, startTime: 1)
        #expect(depth(7, startTime: 1) == .mappings && depth(8, startTime: 1) == nil)
        avoided.add(7, startTime: 1)
        #expect(depth(7, startTime: 1) == .everything)
        avoided.free(7)
        #expect(depth(7, startTime: 1) == nil)
    }

    @Test func `a number that is used again is another process`() {
        avoided.add(7, startTime: 1)
        #expect(depth(7, startTime: 2) == nil && depth(7, startTime: nil) == nil)
        avoided.add(7, startTime: 2)
        #expect(depth(7, startTime: 2) == .mappings)
    }

    @Test func `there is a limit to them, and those that have ended do not count`() {
        for pid in 1...Int32(TelemetryLimits.avoided) {
            #expect(!avoided.isFull)
            avoided.add(pid, startTime: 1)
        }
        #expect(avoided.isFull)
        avoided.keep([1, 2])
        #expect(!avoided.isFull && depth(2, startTime: 1) == .mappings && depth(3, startTime: 1) == nil)
    }

    @Test func `a walk that is taken over ends where it stands`() {
        let clock = SetClock()
        let place = WalkPlace(now: { clock.now })
        clock.set(seconds: 3)
        #expect(place.come(to: 7) && place.stand?.pid == 7 && place.stand?.since == 3_000_000_000)
        let next = place.takenOver()
        #expect(!place.come(to: 8) && place.stand == nil)
        #expect(next.come(to: 8) && next.avoided === place.avoided)
        next.leave()
        #expect(next.stand == nil)
    }
}
