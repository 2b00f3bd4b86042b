import Glibc
import Testing
import Units

@testable import Enforcement

/// The rules of the privileged side, with a systemd that only notes what it is asked. The real one is tested in
/// `Tests/SystemTests/systemd`.
@Suite("The enforcer's service")
struct EnforcerServiceTests {
    private let folder: TemporaryFolder
    private let units = NotingUnits()
    private let sight = NotingSight()

    init() throws {
        folder = try TemporaryFolder()
    }

    private func service(account: Account? = .alice, files: FileChoice? = nil) throws -> EnforcerService {
        try EnforcerService(
            units: units, sight: sight, stateDirectory: folder.path, rules: OrderRules(lowestUser: 1000),
            files: files ?? FileChoice(), account: { _ in account }, logger: silent)
    }

    @Test func `a grant is a slice with exactly its own`() async throws {
        let service = try service()
        let receipt = try await service.start(
            .holding(grant(5, owner: 1000, processors: [0, 9], nodes: [1], memory: 4096)))
        #expect(receipt.environment["ALLOT_RESERVATION"] == "r-5")
        let slice = try #require(units.unit("allot-r5.slice"))
        let properties = Dictionary(uniqueKeysWithValues: slice.properties.map { ($0.name, $0.value) })
        #expect(properties["DevicePolicy"] == .text("closed"))
        #expect(properties["DeviceAllow"] == .devices([]))
        #expect(properties["AllowedCPUs"] == .mask(BitSet([0, 9])))
        #expect(properties["AllowedMemoryNodes"] == .mask(BitSet([1])))
        #expect(properties["MemoryMax"] == .number(4096))
        #expect(TransientUnit.Value.bytes(of: BitSet([0, 9])) == [1, 2])
    }

    @Test func `repeating an order changes nothing, and another grant under its number is refused`() async throws {
        let service = try service()
        _ = try await service.start(.holding(grant(5, owner: 1000)))
        _ = try await service.start(.holding(grant(5, owner: 1000)))
        await expectRefused(naming: "another grant") {
            _ = try await service.start(.holding(grant(5, owner: 1001)))
        }
        await expectRefused(naming: "another grant") {
            _ = try await service.start(.command(command("true"), grant(5, owner: 1001)))
        }
        let other = grant(5, owner: 1000, devices: [device("a")])
        await expectRefused(naming: "another grant") { _ = try await service.start(.holding(other)) }
        #expect(units.names == ["allot-r5.slice"])
    }

    @Test func `a grant that is told otherwise after a restart becomes what it is told as now`() async throws {
        let (card, render) = ("/dev/dri/card4321", "/dev/dri/renderD4321")
        sight.present.withLock { $0 = [card, render] }
        let service = try service()
        var before = grant(5, owner: 1000, devices: [device("a", vendor: "amd", files: [card])], memory: 4096)
        before.sharedWith = [UserID(1001)]
        _ = try await service.start(.holding(before))
        _ = try await service.start(.command(command("true"), before))
        #expect(sight.lists.withLock { $0 } == [card: [1000, 1001]])
        let now = grant(
            5, owner: 1000, devices: [device("a", vendor: "amd", uuid: "GPU-a", files: [render])], memory: 8192)
        _ = try await service.start(.command(command("true"), now))
        #expect(sight.lists.withLock { $0 } == [card: [], render: [1000]])
        let properties = Dictionary(
            try #require(units.unit("allot-r5.slice")).properties.map { ($0.name, $0.value) }
        ) { _, last in last }
        #expect(properties["MemoryMax"] == .number(8192))
        #expect(units.starts.withLock { $0 } == ["allot-r5.slice": 1, "allot-r5.service": 1], "what runs goes on")
        // It is what a next enforcer finds, and ends.
        let next = try self.service()
        _ = try await next.start(.holding(now))
        try await next.stop(ReservationID(5), grace: .zero)
        #expect(sight.lists.withLock { $0.values.allSatisfy(\.isEmpty) })
    }

    @Test func `what was opened is closed, whatever is withheld by then`() async throws {
        let files = ["/dev/dri/renderD4321", "/dev/kfd"]
        sight.present.withLock { $0 = Set(files) }
        let holdings = [5, 6].map { number in
            grant(number, owner: 1000, devices: [device("d\(number)", vendor: "amd")])
        }
        let service = try service()
        for holding in holdings { _ = try await service.start(.holding(holding)) }
        #expect(sight.lists.withLock { $0 } == ["/dev/kfd": [1000]])
        let strict = try self.service(files: FileChoice(withheld: ["/dev/kfd"]))
        try await strict.stop(ReservationID(5), grace: .zero)
        #expect(sight.lists.withLock { $0 } == ["/dev/kfd": [1000]], "the other grant is the same user's")
        _ = try await strict.start(.holding(holdings[1]))
        #expect(sight.lists.withLock { $0 } == ["/dev/kfd": []])
    }

    @Test func `a control file that a driver makes later is missed, and told`() async throws {
        let service = try service()
        sight.present.withLock { $0 = ["/dev/nvidia4321", "/dev/nvidiactl", "/dev/nvidia-modeset"] }
        let holding = grant(5, owner: 1000, devices: [device("a", files: ["/dev/nvidia4321"])])
        _ = try await service.start(.holding(holding))
        let blind = try await service.observe([holding.devices[0].watched]).blind
        #expect(blind == ["no grant can open these, which are not there: /dev/nvidia-uvm, /dev/nvidia-uvm-tools"])
        #expect(try await service.inventory().standing.map(\.isWhole) == [true])
        sight.present.withLock { $0.formUnion(["/dev/nvidia-uvm", "/dev/nvidia-uvm-tools"]) }
        #expect(try await service.inventory().standing.map(\.isWhole) == [false])
        _ = try await service.start(.holding(holding))
        #expect(try await service.inventory().standing.map(\.isWhole) == [true])
        #expect(try await service.observe([holding.devices[0].watched]).blind == [])
    }

    @Test func `holders of shares of one device have it together`() async throws {
        let file = "/dev/nvidia4321"
        sight.present.withLock { $0 = [file] }
        let service = try service()
        func holding(_ number: Int64, share: String?, of id: String = "a") -> Holding {
            var holding = grant(number, owner: 1000, devices: [device(id, files: [file])])
            holding.share = share
            return holding
        }
        _ = try await service.start(.holding(holding(5, share: "0.5")))
        _ = try await service.start(.holding(holding(6, share: "0.25")))
        for other in [holding(7, share: nil), holding(7, share: "0.25", of: "b")] {
            await #expect(throws: ExecutorFailure.failed("\(file) is held by r-5")) {
                try await service.start(.holding(other))
            }
        }
        let scopes = [5, 6].map { "/container/allot.slice/allot-r\($0).slice/x.scope" }
        sight.processes.withLock { processes in
            processes = scopes.enumerated().map { NotingSight.Process(opener: opener(Int32($0) + 2, group: $1, file)) }
        }
        let receipt = try await service.stop(ReservationID(5), grace: .zero)
        #expect(receipt.ended.map(\.pid) == [2] && receipt.unfit == [])
    }

    @Test func `a device of a standing grant is not given to another, also after a restart`() async throws {
        // Files that are not on this machine: the claims are checked before the files.
        let mine = grant(5, owner: 1000, devices: [device("a", files: ["/dev/nvidia4321"])])
        try RecordFolder<Holding>(path: folder.path).save(mine, name: "r-5")
        let service = try service()
        #expect(try await service.inventory().reservations == [ReservationID(5)])
        let theirs = grant(6, owner: 1001, devices: [device("b", files: ["/dev/nvidia4321"])])
        // That one is about to be stopped: worth another try.
        await #expect(throws: ExecutorFailure.failed("/dev/nvidia4321 is held by r-5")) {
            try await service.start(.holding(theirs))
        }
        try await service.stop(ReservationID(5), grace: .zero)
        #expect(try await service.inventory().reservations == [])
    }

    @Test func `a device file that is missing fails, and may be tried again`() async throws {
        let service = try service()
        let absent = grant(5, owner: 1000, devices: [device("a", files: ["/dev/nvidia4321"])])
        await #expect(throws: ExecutorFailure.failed("/dev/nvidia4321: No such file or directory")) {
            try await service.start(.holding(absent))
        }
        #expect(units.names == [])
    }

    @Test func `a command is a service as its user`() async throws {
        let service = try service()
        let holding = grant(5, owner: 1000)
        _ = try await service.start(.holding(holding))
        let order = StartOrder.command(
            command("./run", "$HOME %h", environment: ["A": "$B", "HOME": "/tmp"], directory: "/data"), holding)
        _ = try await service.start(order)
        _ = try await service.start(order)
        let unit = try #require(units.unit("allot-r5.service"))
        let properties = Dictionary(uniqueKeysWithValues: unit.properties.map { ($0.name, $0.value) })
        #expect(properties["User"] == .text("alice"))
        #expect(properties["Slice"] == .text("allot-r5.slice"))
        #expect(properties["WorkingDirectory"] == .text("/data"))
        #expect(
            properties["ExecStartEx"]
                == .program(path: "/data/./run", arguments: ["./run", "$HOME %h"], flags: ["no-env-expand"]))
        #expect(properties["EnvironmentFiles"] == .files(["\(folder.path)/r-5.env"]))
        #expect(!unit.properties.contains { "\($0.value)".contains("$B") }, "properties are open to everybody")
        let file = try #require(units.files.withLock { $0.first })
        #expect(file.contains("A=\"\\$B\"\n") && file.contains("HOME=\"/tmp\"\n") && file.contains("USER=\"alice\"\n"))
        #expect(file.contains("ALLOT_RESERVATION=\"r-5\"\n"))
        #expect(access("\(folder.path)/r-5.env", F_OK) != 0, "the file is taken away")
        #expect(units.starts.withLock { $0["allot-r5.service"] } == 1)
    }

    @Test(arguments: [nil, Account(name: "alice", uid: 1000, home: "/", shell: "/bin/sh", isExpired: true)])
    func `an account that is gone or has expired runs nothing`(account: Account?) async throws {
        let service = try service(account: account)
        _ = try await service.start(.holding(grant(5, owner: 1000)))
        await expectRefused(naming: account == nil ? "no account" : "expired") {
            _ = try await service.start(.command(command("true"), grant(5, owner: 1000)))
        }
        #expect(units.names == ["allot-r5.slice"])
    }

    @Test func `a program that cannot be run is refused, and its unit is forgotten`() async throws {
        let service = try service()
        _ = try await service.start(.holding(grant(5, owner: 1000)))
        units.fate.withLock { $0 = ("failed", ServiceExit(exitCode: 203, hasRun: false)) }
        await expectRefused(naming: "no such program") {
            _ = try await service.start(.command(command("nothing"), grant(5, owner: 1000)))
        }
        #expect(units.names == ["allot-r5.slice"])
    }

    @Test func `a program may end with any code`() async throws {
        let service = try service()
        _ = try await service.start(.holding(grant(5, owner: 1000)))
        units.fate.withLock { $0 = ("failed", ServiceExit(exitCode: 203, hasRun: true)) }
        _ = try await service.start(.command(command("own"), grant(5, owner: 1000)))
        #expect(try await service.observe(since: 0, within: .zero).commands.first?.exitCode == 203)
    }

    @Test func `an older systemd is asked without what it does not know`() async throws {
        let service = try service()
        _ = try await service.start(.holding(grant(5, owner: 1000)))
        units.unknownProperty.withLock { $0 = "ExecSearchPath" }
        _ = try await service.start(.command(command("true"), grant(5, owner: 1000)))
        #expect(units.unit("allot-r5.service")?.properties.contains { $0.name == "ExecSearchPath" } == false)
    }

    @Test func `a process whose number was used again is not kept`() async throws {
        let service = try service()
        let uid = getuid() == 0 ? nil : getuid()
        // Only root's own processes are at hand under root, and those are never taken in.
        let target = uid ?? 1000
        _ = try await service.start(.holding(grant(5, owner: max(target, 1000))))
        await expectRefused(naming: "pid") {
            let peer = PeerProcess(pid: .max, user: UserID(max(target, 1000)))
            _ = try await service.start(.attach(peer, grant(5, owner: max(target, 1000))))
        }
        #expect(units.names == ["allot-r5.slice"])
    }

    @Test func `stop waits its grace, kills, and forgets what failed`() async throws {
        let service = try service()
        _ = try await service.start(.holding(grant(5, owner: 1000)))
        _ = try await service.start(.command(command("true"), grant(5, owner: 1000)))
        units.ignoresTerm.withLock { $0 = true }
        try await service.stop(ReservationID(5), grace: Span(milliseconds: 20))
        #expect(units.killed.withLock { $0 } == ["allot-r5.slice"])
        #expect(units.names == [])
        #expect(try await service.inventory().reservations == [])
    }

    @Test func `a stop that nobody waits for any more cuts no grace short`() async throws {
        let service = try service()
        _ = try await service.start(.holding(grant(5, owner: 1000)))
        units.ignoresTerm.withLock { $0 = true }
        let stop = Task { try await service.stop(ReservationID(5), grace: .seconds(600)) }
        try await until("the stop is under way") { units.stopped.withLock { !$0.isEmpty } }
        stop.cancel()
        await #expect(throws: ExecutorFailure.self) { try await stop.value }
        #expect(units.killed.withLock { $0 } == [])
        #expect(try await service.inventory().reservations == [ReservationID(5)])
    }

    @Test func `a stop that nobody waits for any more cuts no warning short`() async throws {
        let service = try service()
        _ = try await service.start(.holding(grant(5, owner: 1000)))
        _ = try await service.start(.command(command("true"), grant(5, owner: 1000)))
        let warning = StopWarning(signal: .user1, lead: .seconds(600))
        let stop = Task { try await service.stop(ReservationID(5), grace: .seconds(600), warning: warning) }
        try await until("the warning is told") { units.signals.withLock { !$0.isEmpty } }
        stop.cancel()
        await #expect(throws: ExecutorFailure.failed("r-5: the stop was given up")) { try await stop.value }
        #expect(units.stopped.withLock { $0 } == [] && units.names == ["allot-r5.service", "allot-r5.slice"])
    }

    @Test(arguments: [-1, EnforcementLimits.graceSeconds * 1000 + 1, .max, .min])
    func `a grace has its limits`(milliseconds: Int64) async throws {
        let service = try service()
        await expectRefused(naming: "grace") {
            try await service.stop(ReservationID(5), grace: Span(milliseconds: milliseconds))
        }
    }

    @Test func `observe tells each command's end, once`() async throws {
        let service = try service()
        _ = try await service.start(.holding(grant(5, owner: 1000)))
        let first = try await service.observe(since: 0, within: .zero)
        #expect(first.commands == [])
        _ = try await service.start(.command(command("true"), grant(5, owner: 1000)))
        let second = try await service.observe(since: first.version, within: .seconds(20))
        #expect(second.commands == [CommandState(reservation: ReservationID(5), exitCode: nil)])
        units.end("allot-r5.service", ServiceExit(exitCode: 6, hasRun: true))
        let third = try await service.observe(since: second.version, within: .seconds(20))
        #expect(third.commands == [CommandState(reservation: ReservationID(5), exitCode: 6)])
        #expect(try await service.observe(since: third.version, within: .zero) == third)
    }

    @Test func `a value stands in an environment file as it is`() {
        let text = EnvironmentFile.text(["B": "a\"b\\c`d$e\nf 'g' # é\t", "A": ""])
        #expect(text == "A=\"\"\nB=\"a\\\"b\\\\c\\`d\\$e\nf 'g' # é\t\"\n")
    }

    @Test func `names of units are read back strictly`() {
        #expect(UnitNames.reservation(of: "allot-r7.slice") == ReservationID(7))
        #expect(UnitNames.reservation(of: "allot-r7.service") == ReservationID(7))
        for name in [
            "allot.slice", "allot-r.slice", "allot-r07.slice", "allot-r7x.slice", "allot-r7.scope", "r7.slice",
        ] {
            #expect(UnitNames.reservation(of: name) == nil, "\(name)")
        }
    }

    private func expectRefused(naming word: String, _ body: () async throws -> Void) async {
        await #expect {
            try await body()
        } throws: { error in
            guard case .refused(let reason) = error as? ExecutorFailure else { return false }
            return reason.contains(word)
        }
    }
}

extension Account {
    fileprivate static let alice = Account(
        name: "alice", uid: 1000, home: "/home/alice", shell: "/bin/sh", isExpired: false)
}
