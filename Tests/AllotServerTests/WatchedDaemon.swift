import Enforcement
import Policy
import Scheduling
import Storage
import Telemetry
import Topology
import Units

@testable import AllotServer

/// A daemon whose machine a test looks at in its place, over restarts.
struct WatchedDaemon {
    let folder: TemporaryFolder
    let time = TestTime()
    let executor = FakeExecutor()
    let policy: PolicyText
    private(set) var daemon: TestDaemon

    /// - Parameter rules: lines of the policy, beside one department.
    init(_ rules: String, boot: String? = nil) async throws {
        folder = try TemporaryFolder()
        policy = PolicyText(
            test: """
                version: 1
                departments: [{id: lab, members: ["*"]}]
                \(rules)
                """)
        daemon = try await TestDaemon(
            folder: folder.path, time: time, policy: policy, boot: boot, executor: executor)
        try await daemon.broker.compare(policy, logger: daemon.broker.logger)
        await daemon.broker.takeInventory()
    }

    /// Ends the daemon, and starts it anew.
    /// - Parameter host: what the machine shows then.
    mutating func restart(boot: String? = nil, on host: Topology.Host = .twoDevices) async throws {
        await daemon.close()
        daemon = try await TestDaemon(
            folder: folder.path, time: time, host: host, policy: policy, last: time.now, boot: boot,
            executor: executor)
    }

    /// A look that sees devices that busy, and a slice of each reservation that has used so much of processors.
    func see(_ busy: [Int], groups: [Int64: Int64] = [:], openers: [DeviceOpener] = [], faults: [Int: String] = [:]) {
        let look = MachineLook(
            at: time.now.milliseconds * 1_000_000,
            devices: busy.enumerated().map { index, permille in
                DeviceReading(
                    id: DeviceID("GPU-\(index)"), busyPermille: permille, source: .nvml, memoryUsed: nil,
                    memoryTotal: nil, fault: faults[index])
            },
            groups: groups.sorted { $0.key < $1.key }.map { id, processors in
                GroupReading(
                    reservation: ReservationID(id), cpuMicroseconds: processors, memory: nil, memoryPeak: nil,
                    tasks: nil)
            },
            openers: openers, isCut: false, blind: [])
        executor.set { $0.look = look }
    }

    /// Looks every ten seconds for so long.
    func looks(
        for span: Span, _ busy: [Int], groups: [Int64: Int64] = [:], openers: [DeviceOpener] = []
    ) async {
        let end = time.now + span
        while time.now < end {
            time.advance(by: .seconds(10))
            see(busy, groups: groups, openers: openers)
            await daemon.lookout.look()
        }
    }

    /// The kinds of all events of the journal, but for samples and the daemon's own.
    func kinds() async throws -> [String] {
        let own = ["usage.sampled", "usage.inventory", "policy.", "daemon."]
        return try await events().map(\.kind).filter { kind in !own.contains { kind.hasPrefix($0) } }
    }

    func events() async throws -> [JournalEntry] { try await daemon.store.read(.events(after: 0, limit: 1000)) }

    func verify() throws -> JournalCheck.Report {
        try JournalCheck.run(folder: folder.path + "/state", anchor: nil)
    }
}
