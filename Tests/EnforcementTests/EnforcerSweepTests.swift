import Glibc
import Telemetry
import Testing
import Units

@testable import Enforcement

/// What becomes of processes that have a device open without a grant of it. The files are on no machine: what is seen
/// of them is told by `NotingSight`.
@Suite("The end of a grant frees its devices")
struct EnforcerSweepTests {
    private let folder: TemporaryFolder
    private let units = NotingUnits()
    private let sight = NotingSight()
    private static let file = "/dev/nvidia4321"
    private static let part = "/dev/nvidia-caps/nvidia-cap4321"
    private static let otherPart = "/dev/nvidia-caps/nvidia-cap4322"

    init() throws {
        folder = try TemporaryFolder()
    }

    /// A service in which these grants stand.
    private func service(
        _ holdings: Holding..., stuckPatience: Duration = .seconds(30)
    ) throws -> EnforcerService {
        let records = try RecordFolder<GrantRecord>(path: folder.path)
        for holding in holdings {
            try records.save(GrantRecord(holding: holding), name: holding.reservation.description)
        }
        return try EnforcerService(
            units: units, sight: sight, stateDirectory: folder.path, rules: OrderRules(lowestUser: 1000),
            files: FileChoice(), account: { _ in nil }, stuckPatience: stuckPatience, logger: silent)
    }

    private func holding(_ number: Int64, _ files: String...) -> Holding {
        grant(number, owner: 1000, devices: [device("d\(number)", files: files + ["/dev/nvidiactl"])])
    }

    @Test func `what has a device open after the end is killed, and told by the device's name`() async throws {
        let service = try service(holding(5, EnforcerSweepTests.file))
        let thief = opener(812, user: 1001, EnforcerSweepTests.file)
        sight.processes.withLock { $0 = [NotingSight.Process(opener: thief)] }
        let receipt = try await service.stop(ReservationID(5), grace: .zero)
        #expect(receipt.unfit == [])
        #expect(receipt.ended.map(\.pid) == [812] && receipt.ended.first?.devices == [DeviceID("d5")])
        #expect(sight.signals.withLock { $0 } == ["812:9"])
        #expect(try await service.inventory().reservations == [])
    }

    @Test func `what forks while it is killed is looked for again`() async throws {
        let service = try service(holding(5, EnforcerSweepTests.file))
        var process = NotingSight.Process(opener: opener(1, EnforcerSweepTests.file))
        for pid in 2...6 {
            process = NotingSight.Process(opener: opener(Int32(pid), EnforcerSweepTests.file), leaves: [process])
        }
        sight.processes.withLock { $0 = [process] }
        let receipt = try await service.stop(ReservationID(5), grace: .zero)
        #expect(receipt.ended.map(\.pid) == [6, 5, 4, 3, 2, 1] && receipt.unfit == [])
    }

    @Test func `a device that cannot be freed is unfit, and says who has it open`() async throws {
        let service = try service(holding(5, EnforcerSweepTests.file))
        let stuck = (1...5).map { NotingSight.Process(opener: opener($0, EnforcerSweepTests.file), diesOf: []) }
        sight.processes.withLock { $0 = stuck }
        let receipt = try await service.stop(ReservationID(5), grace: .zero)
        let unfit = try #require(receipt.unfit.first)
        #expect(unfit.id == DeviceID("d5") && receipt.unfit.count == 1)
        #expect(unfit.reason == "held open by 5 processes", "who they are is not for everybody")
        #expect(unfit.processes == (1...5).map { "pid \($0) (python3, uid 1000)" })
        #expect(try await service.inventory().reservations == [], "the grant is over all the same")
    }

    @Test func `who asks again about an unfit device is told again, also after a restart`() async throws {
        let process = NotingSight.Process(opener: opener(2, EnforcerSweepTests.file), diesOf: [])
        sight.processes.withLock { $0 = [process] }
        let first = try await service(holding(5, EnforcerSweepTests.file)).stop(ReservationID(5), grace: .zero)
        #expect(first.unfit.map(\.id) == [DeviceID("d5")])
        let later = try service()
        #expect(try await later.inventory().reservations == [])
        #expect(try await later.stop(ReservationID(5), grace: .zero) == first)
        sight.processes.withLock { $0 = [] }
        for _ in 0..<2 { #expect(try await later.stop(ReservationID(5), grace: .zero) == StopReceipt()) }
        #expect(try SmallFile.names(in: "\(folder.path)/unfit") == [])
    }

    @Test func `a device that is not healthy is unfit`() async throws {
        let service = try service(holding(5, EnforcerSweepTests.file))
        sight.faults.withLock { $0[DeviceID("d5")] = "XID 79: it has fallen off the bus" }
        let receipt = try await service.stop(ReservationID(5), grace: .zero)
        #expect(receipt.unfit == [UnfitDevice(id: DeviceID("d5"), reason: "XID 79: it has fallen off the bus")])
    }

    @Test func `a device is not free because nobody can tell, and one that is gone has no holder`() async throws {
        let service = try service(holding(5, EnforcerSweepTests.file), holding(6, EnforcerSweepTests.part))
        sight.unseen.withLock { $0 = [EnforcerSweepTests.file, EnforcerSweepTests.part] }
        sight.present.withLock { $0 = [EnforcerSweepTests.file] }
        let unfit = UnfitDevice(id: DeviceID("d5"), reason: "nobody can tell who has it open")
        #expect(try await service.stop(ReservationID(5), grace: .zero).unfit == [unfit])
        #expect(try await service.stop(ReservationID(6), grace: .zero).unfit == [])
    }

    @Test func `accounts of the system may have it open`() async throws {
        let service = try service(holding(5, EnforcerSweepTests.file))
        let monitor = NotingSight.Process(opener: opener(7, user: 999, EnforcerSweepTests.file))
        let display = NotingSight.Process(opener: opener(8, user: 0, EnforcerSweepTests.file))
        let dynamic = NotingSight.Process(opener: opener(9, user: 64_242, EnforcerSweepTests.file))
        let nobody = NotingSight.Process(opener: opener(10, user: 65_534, EnforcerSweepTests.file))
        sight.processes.withLock { $0 = [monitor, display, dynamic, nobody] }
        #expect(try await service.stop(ReservationID(5), grace: .zero) == StopReceipt())
        #expect(sight.signals.withLock { $0 } == [])
    }

    @Test func `holders of other parts of a device are left alone, unless they have this part open`() async throws {
        let mine = holding(5, EnforcerSweepTests.file, EnforcerSweepTests.part)
        let theirs = holding(6, EnforcerSweepTests.file, EnforcerSweepTests.otherPart)
        let service = try service(mine, theirs)
        let inside = "/container/allot.slice/allot-r6.slice/allot-r6.service"
        let rightful = opener(61, group: inside, EnforcerSweepTests.file, EnforcerSweepTests.otherPart)
        let thief = opener(62, group: inside, EnforcerSweepTests.file, EnforcerSweepTests.part)
        sight.processes.withLock { $0 = [rightful, thief].map { NotingSight.Process(opener: $0) } }
        let receipt = try await service.stop(ReservationID(5), grace: .zero)
        #expect(receipt.ended.map(\.pid) == [62])
        #expect(sight.processes.withLock { $0.map(\.opener.pid) } == [61])
    }

    @Test func `a control group only counts where systemd makes it`() async throws {
        let shared = [5, 6].map { number in
            grant(number, owner: 1000, devices: [device("d", files: [EnforcerSweepTests.file])])
        }
        let service = try service(shared[0], shared[1])
        // A user may make groups of any name below their own.
        let groups = [
            "/container/user.slice/user-1000.slice/user@1000.service/allot.slice/allot-r6.slice",
            "/allot.slice/allot-r6.slice", "/container/allot.slice/allot-r06.slice",
            "/container/allot.slice/allot-r6.slice.d", "/container/allot.slice", "",
            "/container/allot.slice/allot-r5.slice/x.scope",
        ]
        for (pid, group) in groups.enumerated() {
            sight.processes.withLock { processes in
                let thief = opener(Int32(pid) + 2, group: group, EnforcerSweepTests.file)
                processes.append(NotingSight.Process(opener: thief))
            }
        }
        let rightful = opener(99, group: "/container/allot.slice/allot-r6.slice/y.scope", EnforcerSweepTests.file)
        sight.processes.withLock { $0.append(NotingSight.Process(opener: rightful)) }
        let receipt = try await service.stop(ReservationID(5), grace: .zero)
        #expect(receipt.ended.map(\.pid) == groups.indices.map { Int32($0) + 2 })
        #expect(sight.processes.withLock { $0.map(\.opener.pid) } == [99])
    }

    @Test func `a grant without devices is not looked for`() async throws {
        let service = try service(grant(5, owner: 1000))
        #expect(try await service.stop(ReservationID(5), grace: .zero) == StopReceipt())
        #expect(sight.looks.withLock { $0 } == 0)
    }

    // MARK: - What a look can't tell

    @Test func `a process that stays too large to be looked into is ended, for it may hide a device`() async throws {
        let service = try service(holding(5, EnforcerSweepTests.file))
        sight.processes.withLock {
            $0 = [NotingSight.Process(opener: opener(812, user: 1001, EnforcerSweepTests.file))]
        }
        sight.closed.withLock { $0 = [812: (.tooLarge, "why")] }
        let receipt = try await service.stop(ReservationID(5), grace: .zero)
        #expect(receipt.unfit == [])
        #expect(receipt.ended.map(\.pid) == [812] && receipt.ended.first?.devices == [])
        #expect(sight.signals.withLock { $0 } == ["812:9"])
        #expect(sight.looks.withLock { $0 } == EnforcementLimits.closedLooks + 2, "it had time to open up")
    }

    @Test func `a process that is stuck has time to get on, and is ended after that`() async throws {
        for isEnded in [false, true] {
            let patience = Duration.milliseconds(isEnded ? 300 : 3_600_000)
            let service = try service(holding(5, EnforcerSweepTests.file), stuckPatience: patience)
            let stuck = opener(812, user: 1001, EnforcerSweepTests.otherPart)
            sight.processes.withLock { $0 = [NotingSight.Process(opener: stuck)] }
            sight.closed.withLock { $0 = [812: (.stuck, "it is stuck in the kernel")] }
            let began = ContinuousClock.now
            if !isEnded {
                sight.meanwhile.withLock { event in
                    event = { [sight] in
                        if sight.looks.withLock({ $0 }) == EnforcementLimits.closedLooks + 2 {
                            sight.closed.withLock { $0 = [:] }
                        }
                    }
                }
            }
            let receipt = try await service.stop(ReservationID(5), grace: .zero)
            sight.meanwhile.withLock { $0 = nil }
            #expect(receipt.unfit == [] && receipt.ended.map(\.pid) == (isEnded ? [812] : []))
            #expect(!isEnded || .now - began >= patience)
        }
    }

    @Test func `a device is unfit because of a process that nothing can tell of, by its name`() async throws {
        let service = try service(holding(5, EnforcerSweepTests.file))
        let process = NotingSight.Process(opener: opener(812, user: 1001, EnforcerSweepTests.file), diesOf: [])
        sight.processes.withLock { $0 = [process] }
        sight.closed.withLock { $0 = [812: (.tooLarge, "there is too much of it")] }
        let receipt = try await service.stop(ReservationID(5), grace: .zero)
        let reason = "may be held open by 1 process: there is too much of it"
        let unfit = UnfitDevice(id: DeviceID("d5"), reason: reason, processes: ["pid 812 (python3, uid 1001)"])
        #expect(receipt.unfit == [unfit])
    }

    @Test func `nobody is ended for a right that the enforcer lacks`() async throws {
        let service = try service(holding(5, EnforcerSweepTests.file))
        sight.processes.withLock { $0 = (7...12).map { NotingSight.Process(opener: opener($0)) } }
        sight.closed.withLock { $0 = Dictionary(uniqueKeysWithValues: (7...12).map { ($0, (.unreadable, "no")) }) }
        let receipt = try await service.stop(ReservationID(5), grace: .zero)
        #expect(sight.signals.withLock { $0 } == [])
        #expect(receipt.unfit.first?.reason == "may be held open by 6 processes: no", "\(receipt.unfit)")
        #expect(receipt.unfit.first?.processes.count == EnforcementLimits.namedProcesses)
    }

    @Test func `what the system's own processes have open need not be known`() async throws {
        let service = try service(holding(5, EnforcerSweepTests.file))
        sight.processes.withLock { $0 = [NotingSight.Process(opener: opener(1, user: 0))] }
        sight.closed.withLock { $0 = [1: (.unreadable, "Permission denied")] }
        #expect(try await service.stop(ReservationID(5), grace: .zero) == StopReceipt())
        #expect(sight.signals.withLock { $0 } == [])
    }

    @Test func `a device is not free where not every process was come to`() async throws {
        let service = try service(holding(5, EnforcerSweepTests.file))
        sight.reaches.withLock { $0 = [(.part, "only 5 processes were looked into")] }
        let reason = "not every process was looked into: only 5 processes were looked into"
        let unfit = [UnfitDevice(id: DeviceID("d5"), reason: reason)]
        #expect(try await service.stop(ReservationID(5), grace: .zero).unfit == unfit)
    }

    @Test func `an answer that comes late is waited for`() async throws {
        let service = try service(holding(5, EnforcerSweepTests.file))
        let late = Array(repeating: (DeviceScan.Reach.late, "the kernel does not answer"), count: 20)
        sight.reaches.withLock { $0 = late + [(.all, "")] }
        #expect(try await service.stop(ReservationID(5), grace: .zero) == StopReceipt())
        #expect(sight.looks.withLock { $0 } == 22)
    }

    @Test func `who is granted a part of the device during a look is left alone`() async throws {
        let mine = holding(5, EnforcerSweepTests.file, EnforcerSweepTests.part)
        let theirs = holding(6, EnforcerSweepTests.file, EnforcerSweepTests.otherPart)
        let service = try service(mine)
        sight.present.withLock { $0 = Set(theirs.files) }
        let group = "/container/allot.slice/allot-r6.slice/allot-r6-run-9-1.scope"
        sight.meanwhile.withLock { event in
            event = {
                _ = try? await service.start(.holding(theirs))
            }
        }
        let process = NotingSight.Process(opener: opener(9, group: group, EnforcerSweepTests.file))
        sight.processes.withLock { $0 = [process] }
        #expect(try await service.stop(ReservationID(5), grace: .zero) == StopReceipt())
        #expect(try await service.inventory().reservations == [ReservationID(6)])
    }

    // MARK: - Without a grant

    private func unreserved(_ pid: Int32, user: UInt32 = 1000) -> UnreservedProcess {
        UnreservedProcess(
            pid: pid, startTime: UInt64(clamping: pid) * 10, user: UserID(user),
            devices: [
                WatchedDevice(
                    id: DeviceID("GPU-1"), vendor: "nvidia", uuid: nil, pciAddress: nil,
                    files: [EnforcerSweepTests.file])
            ])
    }

    @Test func `a process that uses a device without a grant is told to end, then killed`() async throws {
        let service = try service()
        let polite = NotingSight.Process(opener: opener(2, EnforcerSweepTests.file))
        let stubborn = NotingSight.Process(opener: opener(3, EnforcerSweepTests.file), diesOf: [SIGKILL])
        sight.processes.withLock { $0 = [polite, stubborn] }
        for pid: Int32 in [2, 3] {
            let receipt = try await service.stop(.unreserved(unreserved(pid), grace: Span(milliseconds: 30)))
            #expect(receipt.ended.map(\.pid) == [pid] && receipt.ended.first?.devices == [DeviceID("GPU-1")])
        }
        #expect(sight.signals.withLock { $0 } == ["2:15", "3:15", "3:9"])
    }

    @Test func `one that heeds the word by closing the device lives on`() async throws {
        let service = try service()
        let process = NotingSight.Process(opener: opener(2, EnforcerSweepTests.file), diesOf: [], closesOnTerm: true)
        sight.processes.withLock { $0 = [process] }
        let receipt = try await service.stop(.unreserved(unreserved(2), grace: Span(milliseconds: 30)))
        #expect(receipt.ended == [])
        #expect(sight.signals.withLock { $0 } == ["2:15"])
    }

    @Test func `nothing is ended that is not what it was said to be`() async throws {
        let service = try service(holding(5, EnforcerSweepTests.file))
        let inside = opener(2, group: "/container/allot.slice/allot-r5.slice/x.scope", EnforcerSweepTests.file)
        let elsewhere = opener(3, "/dev/nvidia4322")
        let later = opener(4, EnforcerSweepTests.file)
        let system = opener(6, user: 999, EnforcerSweepTests.file)
        sight.processes.withLock { $0 = [inside, elsewhere, later, system].map { NotingSight.Process(opener: $0) } }
        var reused = unreserved(4)
        reused.startTime += 1
        for process in [unreserved(2), unreserved(3), reused, unreserved(5)] {
            #expect(try await service.stop(.unreserved(process, grace: .zero)) == StopReceipt())
        }
        for (process, word) in [
            (unreserved(4, user: 1001), "not of uid 1001"), (unreserved(6, user: 999), "uid 999"),
            (unreserved(1), "pid 1"), (unreserved(-1), "pid -1"),
        ] {
            await #expect {
                try await service.stop(.unreserved(process, grace: .zero))
            } throws: { error in
                guard case .refused(let reason) = error as? ExecutorFailure else { return false }
                return reason.contains(word)
            }
        }
        var elsewise = unreserved(4)
        elsewise.devices[0].files = ["/dev/sda"]
        await #expect(throws: ExecutorFailure.self) {
            try await service.stop(.unreserved(elsewise, grace: .zero))
        }
        #expect(sight.signals.withLock { $0 } == [])
    }
}
