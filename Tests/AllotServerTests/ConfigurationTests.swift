import AllotServer
import Glibc
import Policy
import Testing
import Units

@Suite struct ConfigurationTests {
    @Test func `the sample names every option with its default`() throws {
        let text = try sample()
        #expect(try Configuration.read(yaml: text, name: "allotd.yaml") == Configuration())
        let written = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0.prefix { $0 != ":" } }
        let options = Mirror(reflecting: Configuration()).children.compactMap(\.label)
        #expect(written.map(String.init) == options)
    }

    /// Were a line of the sample not read, its default could hide that.
    @Test func `every option is read`() throws {
        let text = """
            socket: /s
            state: /d
            policy: /p
            topology: /t
            accelerators: [1af4:1050]
            executor: process
            enforcerSocket: /e
            logLevel: trace
            connections: 65536
            connectionsPerUser: 1
            requestsPerSecond: 1
            eventStreams: 1
            eventStreamsPerUser: 1
            anchors: {interval: 1s, file: /a, command: /c}
            telemetry: {interval: 1s, record: 10s}
            requestBytes: 8M
            requestTimeout: 10m
            stopGrace: 0s
            commitBatch: 1
            diskReserve: 64GiB
            """
        let defaults = Mirror(reflecting: Configuration()).children.map { "\($0)" }
        let read = Mirror(reflecting: try Configuration.read(yaml: text, name: "c")).children.map { "\($0)" }
        #expect(zip(defaults, read).allSatisfy { $0 != $1 }, "an option kept its default: \(read)")
        #expect(read.count == 20)
    }

    @Test func `an empty file says nothing, so everything has its default`() throws {
        for text in ["", "# nothing here\n"] {
            #expect(try Configuration.read(yaml: text, name: "c") == Configuration())
        }
    }

    @Test func `all faults are named at once with line and column`() {
        let text = """
            sockets: /run/x
            state: relative
            executor: systemD
            logLevel: verbose
            connections: 0
            requestBytes: 9M
            requestTimeout: 30
            stopGrace: 1h
            commitBatch: many
            diskReserve: [1]
            topology: somewhere
            enforcerSocket: /\(String(repeating: "e", count: 107))
            policy: "/a\\0b"
            """
        #expect(
            faults(text) == [
                "c:1:1: sockets: unknown key; did you mean `socket`?",
                "c:2:8: state: `relative` is not an absolute path",
                "c:3:11: executor: expected one of systemd, process, found `systemD`; did you mean `systemd`?",
                "c:4:11: logLevel: expected one of trace, debug, info, notice, warning, error, critical, "
                    + "found `verbose`",
                "c:5:14: connections: `0` is out of range: 1 to 65536",
                "c:6:15: requestBytes: `9M` is out of range: 4K to 8M",
                "c:7:17: requestTimeout: expected a duration such as 90s, 45m, 1h30m or 7d, found the number `30`",
                "c:8:12: stopGrace: `1h` is out of range: 0s to 10m",
                "c:9:14: commitBatch: expected a whole number from 1 to 10000, found `many`",
                "c:10:14: diskReserve: expected an amount of bytes such as 65536, 512K or 16M, found a list",
                "c:11:11: topology: `somewhere` is neither `live` nor an absolute path",
                "c:12:17: enforcerSocket: 108 characters long; at most 107",
                "c:13:9: policy: has a control character in it: `/a\\u{0}b`",
            ])
    }

    @Test func `where anchors go is read whole, and each fault of it named`() throws {
        let file = try Configuration.read(yaml: "anchors: {interval: 1d, file: /a, command: none}", name: "c")
        #expect(file.anchors.interval == .days(1))
        #expect(file.anchors.file == "/a")
        #expect(file.anchors.command == nil)
        #expect(
            faults("anchors: {interval: 2d, file: a, command: /c, comand: x}\nrequestsPerSecond: 0") == [
                "c:1:21: anchors.interval: `2d` is out of range: 1s to 1d",
                "c:1:31: anchors.file: `a` is not an absolute path",
                "c:1:47: anchors.comand: unknown key; did you mean `command`?",
                "c:2:20: requestsPerSecond: `0` is out of range: 1 to 100000",
            ])
    }

    @Test func `kinds of accelerators are read as lspci shows them, and each that is not is named`() throws {
        let file = try Configuration.read(yaml: "accelerators: [1af4:1050, 10DE:2335]", name: "c")
        #expect(file.accelerators.map(\.description) == ["1af4:1050", "10de:2335"])
        #expect(
            faults("accelerators: [1af4, 1af4:105, +af4:1050, 'xyzw:1050', 1af4:1050:1]") == [
                "c:1:16: accelerators[0]: `1af4` is not a PCI id such as 1af4:1050",
                "c:1:22: accelerators[1]: `1af4:105` is not a PCI id such as 1af4:1050",
                "c:1:32: accelerators[2]: `+af4:1050` is not a PCI id such as 1af4:1050",
                "c:1:43: accelerators[3]: `xyzw:1050` is not a PCI id such as 1af4:1050",
                "c:1:56: accelerators[4]: 11 characters long; at most 9",
            ])
    }

    @Test func `how often is looked is read whole, and a piece is no shorter than the time between two looks`() throws {
        let file = try Configuration.read(yaml: "telemetry: {interval: 1m, record: 1h}", name: "c")
        #expect(file.telemetry.interval == .minutes(1))
        #expect(file.telemetry.record == .hours(1))
        #expect(
            faults("telemetry: {interval: 1m, record: 30s}")
                == ["c:1:35: telemetry.record: `30s` is less than the `1m` from one look to the next"])
        #expect(
            faults("telemetry: {interval: 6m, record: 1s}") == [
                "c:1:23: telemetry.interval: `6m` is out of range: 1s to 5m",
                "c:1:35: telemetry.record: `1s` is out of range: 10s to 1h",
            ])
    }

    @Test func `a flag goes before the file, and the file before the default`() throws {
        let file = try Configuration.read(yaml: "socket: /file\nstate: /state\nexecutor: process", name: "c")
        let flags = ConfigurationOverrides(socket: "/flag", topology: "/host.xml")
        let merged = try file.merged(with: flags)
        #expect(merged.socket == "/flag")
        #expect(merged.state == "/state")
        #expect(merged.policy == "/etc/allot/policy.yaml")
        #expect(merged.topology == "/host.xml")
        #expect(merged.executor == .process)
        #expect(try file.merged(with: ConfigurationOverrides(executor: .systemd)).executor == .systemd)
    }

    @Test func `a topology file is refused with the systemd executor, wherever the two come from`() throws {
        let rest = ": a topology file is for development, with the process executor (--executor process)"
        let fromFlag = ConfigurationOverrides(topology: "/host.xml")
        #expect(
            refusal(Configuration(), fromFlag)
                == "--topology names a topology file, and the executor is systemd" + rest)
        let file = try Configuration.read(yaml: "topology: /host.xml", name: "c")
        #expect(
            refusal(file, ConfigurationOverrides())
                == "the option `topology` names a topology file, and the executor is systemd" + rest)
        let development = try Configuration.read(yaml: "topology: /host.xml\nexecutor: process", name: "c")
        #expect(
            refusal(development, ConfigurationOverrides(executor: .systemd))
                == "the option `topology` names a topology file, and the executor is systemd by --executor" + rest)
        #expect(try file.merged(with: ConfigurationOverrides(executor: .process)).topology == "/host.xml")
        #expect(try Configuration().merged(with: ConfigurationOverrides(executor: .process)).topology == nil)
    }

    @Test func `a flag's path is held to the same rules as the file's`() {
        let long = "/" + String(repeating: "s", count: 107)
        #expect(
            refusal(Configuration(), ConfigurationOverrides(socket: long))
                == "--socket: the path has 108 bytes; at most 107")
        #expect(
            refusal(Configuration(), ConfigurationOverrides(state: "here"))
                == "--state: `here` is not an absolute path")
    }

    @Test func `what a running daemon cannot change is named`() throws {
        let text = "socket: /s\nlogLevel: debug\nconnections: 5\nstopGrace: 1s"
        let changed = try Configuration.read(yaml: text, name: "c")
        #expect(changed.changesForNextStart(running: Configuration()) == ["socket", "connections"])
        #expect(changed.changesForNextStart(running: changed) == [])
    }

    private func faults(_ text: String) -> [String] {
        do throws(DocumentFaults) {
            _ = try Configuration.read(yaml: text, name: "c")
            return []
        } catch {
            return error.lines
        }
    }

    private func refusal(_ configuration: Configuration, _ flags: ConfigurationOverrides) -> String? {
        do throws(ConfigurationError) {
            _ = try configuration.merged(with: flags)
            return nil
        } catch {
            return error.description
        }
    }

    private func sample() throws -> String {
        let top = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        let bytes = try #require(fileBytes("\(top)/Config/allotd.yaml"))
        return String(decoding: bytes, as: UTF8.self)
    }
}

@Suite struct ConfigurationFileTests {
    private let folder = ConfigurationFolder()

    @Test func `a file is read and merged with the flags`() throws {
        let path = folder.write("c.yaml", "state: /state\nsocket: /file")
        let configuration = try Configuration.load(ConfigurationOverrides(config: path, socket: "/flag"))
        #expect(configuration.state == "/state")
        #expect(configuration.socket == "/flag")
    }

    @Test func `faults of a file name it`() {
        let path = folder.write("c.yaml", "state: 5")
        #expect {
            try Configuration.load(ConfigurationOverrides(config: path))
        } throws: {
            "\($0)" == "\(path):1:8: state: expected a text, found the number `5`; if a text is meant, write \"5\""
        }
    }

    @Test func `a file that was named has to be there and has to be a file`() {
        let absent = folder.path + "/absent"
        let expected = [(absent, "No such file or directory"), (folder.path, "it is not a regular file")]
        for (path, reason) in expected {
            #expect(throws: ConfigurationError.unreadable(path: path, reason: reason)) {
                try Configuration.load(ConfigurationOverrides(config: path))
            }
        }
    }

    @Test func `a pipe in the place of a file is refused at once`() {
        let path = folder.path + "/c.yaml"
        #expect(mkfifo(path, 0o600) == 0)
        #expect(throws: ConfigurationError.unreadable(path: path, reason: "it is not a regular file")) {
            try Configuration.load(ConfigurationOverrides(config: path))
        }
    }

    @Test func `a file that is too long, or no UTF-8, is refused`() {
        let long = folder.write("long.yaml", "#" + String(repeating: "x", count: 9 << 20))
        let wrong = folder.write("wrong.yaml", [0x61, 0xff])
        for (path, start) in [(long, ":1:1: "), (wrong, ":1:2: not UTF-8")] {
            #expect {
                try Configuration.load(ConfigurationOverrides(config: path))
            } throws: {
                "\($0)".hasPrefix(path + start)
            }
        }
    }

    @Test func `a policy that was named has to be there`() throws {
        var configuration = Configuration()
        configuration.policy = folder.write("p.yaml", "version: 1\ndepartments: [{id: a}]")
        #expect(try configuration.loadPolicy()?.policy.departments.map(\.id) == [DepartmentID("a")])
        configuration.policy = folder.path + "/absent"
        let expected = ConfigurationError.unreadable(
            path: configuration.policy, reason: "No such file or directory")
        #expect(throws: expected) { try configuration.loadPolicy() }
    }

    @Test(.enabled(if: access("/etc/allot", F_OK) != 0, "skipped: this machine has an /etc/allot of its own"))
    func `without files at their default places the defaults hold`() throws {
        let configuration = try Configuration.load(ConfigurationOverrides())
        #expect(configuration == Configuration())
        #expect(try configuration.loadPolicy() == nil)
    }
}

private func fileBytes(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = getc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
    return bytes
}

/// A temporary folder that goes when the test ends.
private final class ConfigurationFolder: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/allot-configuration-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { preconditionFailure("no temporary folder") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in ["c.yaml", "p.yaml", "long.yaml", "wrong.yaml"] { remove("\(path)/\(name)") }
        rmdir(path)
    }

    func write(_ name: String, _ text: String) -> String { write(name, Array(text.utf8)) }

    func write(_ name: String, _ bytes: [UInt8]) -> String {
        let file = fopen("\(path)/\(name)", "w")
        if let file {
            fwrite(bytes, 1, bytes.count, file)
            fclose(file)
        } else {
            Issue.record("\(name) cannot be written")
        }
        return "\(path)/\(name)"
    }
}
