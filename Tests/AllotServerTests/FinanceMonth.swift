import Chargeback
import Foundation
import Policy
import Scheduling
import Storage
import Topology
import Units

@testable import AllotServer

/// October 2026 on a machine with eight GPUs, in Berlin, where one day of it has 25 hours: two departments, samples
/// that say used and idle, a failure, memory without a price, and a reservation that nobody looked at.
struct FinanceMonth {
    /// Accounts that every Debian has: none is a person.
    static let text = """
        version: 1
        timeZone: Europe/Berlin
        roles: {admin: [bin], finance: [mail, sys], auditor: [backup]}
        budgets: {idleFactor: 0.5}
        chargeback:
          adjustmentLimit: 1000
          unsold: {distribute: equal, factor: 0.01}
        departments:
          - id: speech
            name: Speech
            members: [proxy, uucp]
          - id: vision
            name: Computer Vision
            managers: [news]
            members: [news]
            teams: [{id: tracking, name: Tracking, members: [games]}]
        classes:
          - {id: standard, rank: 200}
          - {id: urgent, rank: 300, priceMultiplier: 1.5}
        priceBook:
          currency: EUR
          rates:
            - {sku: "gpu:NVIDIA H100 80GB HBM3", from: 2026-01-01, to: 2026-10-15, perHour: 2.505}
            - {sku: "gpu:NVIDIA H100 80GB HBM3", from: 2026-10-15, perHour: 2.75}
            - {sku: cpu, from: 2026-01-01, perHour: 0.041}

        """

    static let policy = PolicyText(test: text)
    private static let zone = FinanceMonth.policy.policy.timeZone
    private static let games = Subject(
        user: UserID(5), accounts: [Account(department: DepartmentID("vision"), team: TeamID("tracking"))],
        isAdmin: false)
    private static let proxy = Subject(
        user: UserID(13), accounts: [Account(department: DepartmentID("speech"), team: nil)], isAdmin: false)

    let daemon: TestDaemon
    private var count: Int64 = 0

    /// Begins the month in a folder.
    init(folder: String) async throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Config/topologies/server-8gpu-nvswitch.xml")
        let time = TestTime()
        time.advance(by: FinanceMonth.time("2026-10-01", 0) - time.now)
        daemon = try await TestDaemon(
            folder: folder, time: time, host: try Topology.Host(contentsOf: file.path), policy: FinanceMonth.policy)
        try await daemon.broker.compare(FinanceMonth.policy, logger: daemon.broker.logger)
        await daemon.broker.takeInventory()
    }

    /// Hours after the beginning of a day.
    static func time(_ day: String, _ hours: Int64) -> Timestamp {
        guard let date = CivilDate(day) else { preconditionFailure("\(day) is no day") }
        return zone.start(of: date) + .hours(hours)
    }

    /// Lets the month happen, up to half an hour behind its end.
    mutating func pass() async {
        await go(to: FinanceMonth.time("2026-10-05", 9))
        let training = await submit(
            Request(devices: 2, cores: 16, memory: .gibibytes(32), span: .hours(11)), by: FinanceMonth.games,
            tags: ["project": "lanes"])
        await go(to: FinanceMonth.time("2026-10-05", 13))
        await sample(training, hours: 4, used: 2)
        await go(to: FinanceMonth.time("2026-10-05", 19))
        await sample(training, hours: 6, used: 1)
        await end(training)
        await go(to: FinanceMonth.time("2026-10-14", 20))
        let urgent = await submit(
            Request(devices: 1, cores: 4, memory: .gibibytes(16), span: .hours(9), priorityClass: ClassID("urgent")),
            by: FinanceMonth.proxy,
            tags: ["project": "dialects"])
        await go(to: FinanceMonth.time("2026-10-15", 4))
        await end(urgent)
        await go(to: FinanceMonth.time("2026-10-24", 22))
        let long = await submit(
            Request(devices: 4, cores: 32, memory: .gibibytes(64), span: .hours(31)), by: FinanceMonth.games,
            tags: ["project": "lanes"])
        await go(to: FinanceMonth.time("2026-10-26", 3))
        await end(long)
        await go(to: FinanceMonth.time("2026-11-01", 0) + .minutes(30))
    }

    private mutating func submit(_ request: Request, by subject: Subject, tags: [String: String]) async -> ReservationID
    {
        _ = await daemon.broker.perform(
            Call(
                command: .submit(request, by: subject), actor: subject.user, details: Details(tags: tags),
                key: nil
            ) { result in
                switch result {
                case .success(let decision): Reply(status: 201, body: Array("\(decision.reservation.id)".utf8))
                case .failure(let rejection): rejection.problem.reply
                }
            })
        count += 1
        return ReservationID(count)
    }

    private func go(to time: Timestamp) async {
        // Each day's end is metered, as the daemon's timer does it.
        while let due = await daemon.broker.nextCut, due.at <= time {
            daemon.time.advance(by: due.at - daemon.time.now)
            await daemon.broker.cutIfDue()
        }
        daemon.time.advance(by: time - daemon.time.now)
        await daemon.broker.perform(.tick)
    }

    /// Of its devices that many were used for the last hours, and the others idle.
    private func sample(_ id: ReservationID, hours: Int64, used: Int) async {
        guard case .active(let active) = await daemon.broker.decision(about: id)?.reservation.state else { return }
        let devices = Array(active.grant.devices)
        let now = daemon.time.now
        await daemon.broker.meter(
            .sampled(
                id,
                UsageSample(
                    from: now - .hours(hours), to: now, used: DeviceSet(devices.prefix(used)),
                    idle: DeviceSet(devices.dropFirst(used)), processors: .used)))
    }

    private func end(_ id: ReservationID) async {
        await daemon.broker.perform(.commandEnded(id, exitCode: 0))
        await daemon.broker.perform(.stopped(id))
    }
}
