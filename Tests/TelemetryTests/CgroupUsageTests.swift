import Glibc
import Telemetry
import Testing
import Units

@Suite struct CgroupUsageTests {
    private let folder = TemporaryFolder()

    @Test func `a control group is read whole`() throws {
        folder.write("cpu.stat", "usage_usec 1234567\nuser_usec 1000000\nsystem_usec 234567\nnr_periods 0\n")
        folder.write("memory.current", "8589934592\n")
        folder.write("memory.peak", "9663676416\n")
        folder.write("pids.current", "12\n")
        let expected = CgroupUsage(
            cpuMicroseconds: 1_234_567, memory: .gibibytes(8), memoryPeak: .gibibytes(9), tasks: 12)
        #expect(try CgroupUsage.read(folder: folder.path) == expected)
    }

    @Test func `what the kernel does not have is nil`() throws {
        folder.write("cpu.stat", "usage_usec 7\n")
        let expected = CgroupUsage(cpuMicroseconds: 7, memory: nil, memoryPeak: nil, tasks: nil)
        #expect(try CgroupUsage.read(folder: folder.path) == expected)
        folder.write("cpu.stat", "nr_periods 0\nnot_usage_usec 3\n")
        folder.write("pids.current", "0\n")
        #expect(try CgroupUsage.read(folder: folder.path).cpuMicroseconds == nil)
    }

    @Test func `a folder that is not there, or no control group, is gone`() {
        let absent = folder.path + "/absent"
        #expect(throws: CgroupError.gone(folder: absent)) { try CgroupUsage.read(folder: absent) }
        #expect(throws: CgroupError.gone(folder: folder.path)) { try CgroupUsage.read(folder: folder.path) }
    }

    @Test(arguments: ["", "\n", "max\n", "12", "-1\n", "1 2\n", "99999999999999999999\n", "+5\n"])
    func `a number that is none is an error that names the file`(text: String) {
        folder.write("memory.current", text)
        let expected = CgroupError.malformed(path: "\(folder.path)/memory.current", text: text)
        #expect(throws: expected) { try CgroupUsage.read(folder: folder.path) }
    }

    @Test(arguments: ["usage_usec \n", "usage_usec x\n", "usage_usec -1\n", "usage_usec 1 2\n"])
    func `a line that is none is an error that names the file`(text: String) {
        folder.write("cpu.stat", text)
        let expected = CgroupError.malformed(path: "\(folder.path)/cpu.stat", text: String(text.dropLast()))
        #expect(throws: expected) { try CgroupUsage.read(folder: folder.path) }
    }

    @Test func `a file without an end is not read to its end`() {
        folder.write("cpu.stat", String(repeating: "x", count: 1 << 20))
        let expected = CgroupError.malformed(path: "\(folder.path)/cpu.stat", text: "more than 16384 bytes")
        #expect(throws: expected) { try CgroupUsage.read(folder: folder.path) }
    }

    @Test func `a file that cannot be read is an error with the system's reason`() {
        mkdir(folder.path + "/pids.current", 0o700)
        let expected = CgroupError.unreadable(path: "\(folder.path)/pids.current", reason: "Is a directory")
        #expect(throws: expected) { try CgroupUsage.read(folder: folder.path) }
    }

    @Test(.enabled(if: ownGroup() != nil, "skipped: this machine has no control group of version 2 for the test"))
    func `the group of this process is read`() throws {
        let path = try #require(ownGroup())
        #expect(try CgroupUsage.read(folder: path).cpuMicroseconds != nil)
    }
}

/// The folder of this process's control group, where version 2 is mounted in its usual place.
private func ownGroup() -> String? {
    guard let file = fopen("/proc/self/cgroup", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 4096)
    while fgets(&line, Int32(line.count), file) != nil {
        let bytes = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.hasPrefix("0::/") else { continue }
        let path = "/sys/fs/cgroup" + text.dropFirst(3).dropLast()
        return access(path + "/cpu.stat", R_OK) == 0 ? path : nil
    }
    return nil
}
