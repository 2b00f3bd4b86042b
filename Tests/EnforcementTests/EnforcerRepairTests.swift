import FoundationEssentials
import Glibc
import Telemetry
import Testing
import Units

@testable import Enforcement

/// What the enforcer makes of a machine on which things have gone missing.
@Suite("The enforcer finds what is missing, and makes it anew")
struct EnforcerRepairTests {
    private let folder: TemporaryFolder
    private let units = NotingUnits()
    private let sight = NotingSight()

    init() throws {
        folder = try TemporaryFolder()
    }

    private func service() throws -> EnforcerService {
        try EnforcerService(
            units: units, sight: sight, stateDirectory: folder.path, rules: OrderRules(lowestUser: 1000),
            files: FileChoice(), account: { Account(name: "a", uid: $0, home: "/", shell: "/", isExpired: false) },
            logger: silent)
    }

    private let holding = grant(5, owner: 1000)
    private var five: ReservationID { holding.reservation }

    private func isWhole(_ service: EnforcerService) async throws -> Bool? {
        try await service.inventory().standing.first { $0.reservation == five }?.isWhole
    }

    @Test func `a slice that was deleted is missed, and comes back with the next order`() async throws {
        let service = try service()
        _ = try await service.start(.holding(holding))
        #expect(try await isWhole(service) == true)
        units.delete("allot-r5.slice")
        #expect(try await isWhole(service) == false)
        _ = try await service.start(.holding(holding))
        #expect(try await isWhole(service) == true)
        #expect(units.starts.withLock { $0["allot-r5.slice"] } == 2)
    }

    @Test func `after a start of the machine, who comes first finds the whole grant`() async throws {
        let file = "/dev/dri/renderD128"
        sight.present.withLock { $0 = [file] }
        let holding = grant(5, owner: 1000, devices: [device("d", vendor: "amd", files: [file])])
        _ = try await service().start(.holding(holding))
        // What has no disk is gone: slices, and entries in files' lists.
        units.delete("allot-r5.slice")
        sight.lists.withLock { $0 = [:] }
        let later = try service()
        _ = try await later.start(.command(command("true"), holding))
        #expect(sight.lists.withLock { $0[file] } == [1000])
        #expect(try await isWhole(later) == true)
    }

    @Test func `who comes in finds the devices' lists as they were made, whoever has emptied them`() async throws {
        let file = "/dev/dri/renderD128"
        sight.present.withLock { $0 = [file] }
        let holding = grant(5, owner: 1000, devices: [device("d", vendor: "amd", files: [file])])
        let service = try service()
        _ = try await service.start(.holding(holding))
        sight.lists.withLock { $0 = [:] }
        #expect(try await isWhole(service) == false)
        _ = try await service.start(.command(command("true"), holding))
        #expect(sight.lists.withLock { $0[file] } == [1000])
        #expect(try await isWhole(service) == true)
        #expect(units.starts.withLock { $0["allot-r5.slice"] } == 1, "the slice is left alone")
    }

    @Test func `a slice without a record is told, and is not whole`() async throws {
        let service = try service()
        units.imply("allot-r5.slice")
        #expect(try await isWhole(service) == false)
    }

    @Test func `a slice whose rules were changed is given them again`() async throws {
        let service = try service()
        _ = try await service.start(.holding(holding))
        units.change("allot-r5.slice", TransientUnit.Property("DevicePolicy", .text("auto")))
        #expect(try await isWhole(service) == false)
        _ = try await service.start(.holding(holding))
        #expect(try await isWhole(service) == true)
        #expect(units.sets.withLock { $0 } == ["allot-r5.slice"])
        let properties = try #require(units.unit("allot-r5.slice")?.properties)
        #expect(properties.filter { $0.name == "Description" }.count == 1, "what is fixed is not set")
        let lists = properties.filter { $0.name == "DeviceAllow" }.map(\.value)
        #expect(lists.suffix(2) == [.devices([]), .devices([])], "emptied, then filled")
    }

    @Test func `a slice that systemd made of itself is ended, and made with its rules`() async throws {
        let service = try service()
        _ = try await service.start(.holding(holding))
        units.delete("allot-r5.slice")
        units.imply("allot-r5.slice")
        #expect(try await isWhole(service) == false)
        _ = try await service.start(.holding(holding))
        #expect(try await isWhole(service) == true)
        #expect(units.sets.withLock { $0 } == [] && units.starts.withLock { $0["allot-r5.slice"] } == 2)
    }

    @Test func `a command goes into no slice without rules`() async throws {
        let service = try service()
        _ = try await service.start(.holding(holding))
        units.delete("allot-r5.slice")
        _ = try await service.start(.command(command("true"), holding))
        #expect(units.names == ["allot-r5.service", "allot-r5.slice"])
        #expect(try await isWhole(service) == true)
    }

    @Test func `a command that had run is not run again, and has ended`() async throws {
        var service = try service()
        _ = try await service.start(.holding(holding))
        _ = try await service.start(.command(command("true"), holding))
        let before = try await service.observe(since: 0, within: .zero)
        #expect(before.commands == [CommandState(reservation: five, exitCode: nil)])
        // By hand: systemctl stop.
        units.delete("allot-r5.slice")
        units.delete("allot-r5.service")
        let ended = [CommandState(reservation: five, exitCode: CommandState.unknownExit)]
        #expect(try await service.observe(since: before.version, within: .seconds(20)).commands == ended)
        for _ in 0..<2 {
            _ = try await service.start(.holding(holding))
            _ = try await service.start(.command(command("true"), holding))
            #expect(units.starts.withLock { $0["allot-r5.service"] } == 1)
            #expect(try await service.observe(since: 0, within: .zero).commands == ended)
            // Once more after a restart.
            service = try self.service()
        }
    }

    @Test func `an end that is known stays known when the unit is taken away`() async throws {
        let service = try service()
        _ = try await service.start(.holding(holding))
        _ = try await service.start(.command(command("true"), holding))
        units.end("allot-r5.service", ServiceExit(exitCode: 3, hasRun: true))
        let ended = [CommandState(reservation: five, exitCode: 3)]
        #expect(try await service.observe(since: 0, within: .zero).commands == ended)
        units.delete("allot-r5.service")
        #expect(try await service.observe(since: 0, within: .zero).commands == ended)
    }

    @Test func `a command is started by the one that comes after a kill just before its start`() async throws {
        var record = GrantRecord(holding: holding)
        record.command = .starting
        try RecordFolder<GrantRecord>(path: folder.path).save(record, name: "r-5")
        let service = try service()
        _ = try await service.start(.command(command("true"), holding))
        #expect(units.starts.withLock { $0["allot-r5.service"] } == 1)
    }

    @Test func `what an end has taken away has not ended by itself`() async throws {
        var record = GrantRecord(holding: holding)
        record.command = .begun
        record.isEnding = true
        try RecordFolder<GrantRecord>(path: folder.path).save(record, name: "r-5")
        let service = try service()
        #expect(try await service.observe(since: 0, within: .zero).commands == [])
        try await service.stop(five, grace: .zero)
        // The same reservation may run once more: preempted, and queued again.
        _ = try await service.start(.holding(holding))
        _ = try await service.start(.command(command("true"), holding))
        #expect(units.starts.withLock { $0["allot-r5.service"] } == 1)
    }

    @Test func `a record of an earlier release is taken up`() async throws {
        try RecordFolder<Holding>(path: folder.path).save(holding, name: "r-5")
        let service = try service()
        _ = try await service.start(.command(command("true"), holding))
        #expect(units.starts.withLock { $0["allot-r5.service"] } == 1)
    }

    @Test func `a warning is a signal, and nothing more`() async throws {
        let service = try service()
        #expect(try await service.stop(.warn(five, .user2)) == StopReceipt())
        _ = try await service.start(.holding(holding))
        _ = try await service.stop(.warn(five, .user2))
        #expect(units.signals.withLock { $0 } == [SIGUSR2, SIGUSR2])
        #expect(try await isWhole(service) == true)
    }

    @Test func `what the bus loses is asked again, and what systemd refuses is not`() async throws {
        let service = try service()
        let lost = ["", "org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.ServiceUnknown"]
        units.failures.withLock { $0 = lost.map { BusError(name: $0, text: "away") } }
        _ = try await service.start(.holding(holding))
        #expect(try await isWhole(service) == true)
        units.failures.withLock { $0 = [BusError(name: "org.freedesktop.DBus.Error.AccessDenied", text: "no")] }
        await #expect(throws: ExecutorFailure.failed("systemd: no")) { try await service.inventory() }
        units.failures.withLock { $0 = [BusError(name: "org.freedesktop.DBus.Error.InvalidArgs", text: "bad")] }
        await #expect(throws: ExecutorFailure.refused("systemd: bad")) { try await service.inventory() }
    }

    @Test func `a look at the machine asks for the grants that stand`() async throws {
        let service = try service()
        _ = try await service.start(.holding(holding))
        let look = try await service.observe([])
        #expect(look.groups.map(\.reservation) == [five])
        let disk = WatchedDevice(
            id: DeviceID("a"), vendor: "nvidia", uuid: nil, pciAddress: nil, files: ["/dev/sda"])
        await #expect(throws: ExecutorFailure.self) { try await service.observe([disk]) }
    }

    @Test func `who uses a device without a grant is told before all others`() async throws {
        let service = try service()
        var holding = holding
        holding.devices = [device("a", vendor: "other")]
        _ = try await service.start(.holding(holding))
        let inside = "/container/allot.slice/allot-r5.slice/x.scope"
        let granted = (1...600).map { opener($0, group: inside, "a") }
        let system = opener(601, user: 0, "a")
        let rogues = [opener(700, "a"), opener(701, group: inside, "b")]
        sight.processes.withLock { $0 = (granted + [system] + rogues).map { NotingSight.Process(opener: $0) } }
        let look = try await service.observe([holding.devices[0].watched])
        let told = granted.prefix(EnforcementLimits.lookedAtOpeners - 2) + rogues
        #expect(look.openers.map(\.pid) == told.map(\.pid) && look.isCut)
        #expect(look.blind == ["more than 512 processes have devices open: not all are told"])
    }

    @Test(arguments: [
        (["/dev/fuse"], ["/dev/nvidia-modeset"], true), ([], ["/dev/nvidia0"], false), (["/etc/shadow"], [], false),
        (["/dev/../etc/shadow"], [], false), (["/dev/nvidia0"], [], false), (["/dev/./nvidia0"], [], false),
        (["/dev//dri/renderD128"], [], false), (["/dev/dri/card0"], [], false), (["/dev/"], [], false),
        (["/dev/infiniband/uverbs0"], [], true), (["/dev/nvidia-caps/nvidia-cap1"], [], false),
    ])
    func `an administrator's files are of their kind`(shared: [String], withheld: [String], isFit: Bool) {
        #expect(((try? FileChoice(shared: shared, withheld: withheld)) != nil) == isFit)
    }

    @Test func `a control file may be withheld`() throws {
        let plans = UnitPlans(files: try FileChoice(withheld: ["/dev/nvidia-modeset"]))
        let files = plans.openable(grant(1, owner: 1000, devices: [device("a", files: ["/dev/nvidia0"])]))
        #expect(files == ["/dev/nvidia-uvm", "/dev/nvidia-uvm-tools", "/dev/nvidia0", "/dev/nvidiactl"])
    }
}
