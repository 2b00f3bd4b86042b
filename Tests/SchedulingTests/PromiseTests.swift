import class Foundation.ProcessInfo
import Policy
import Scheduling
import Testing
import Topology
import Units

/// The promises, against random command streams. `ALLOT_SOAK_STREAMS` sets how many; a failure prints its seed, and
/// `ALLOT_SEED` replays that one alone.
@Suite struct PromiseTests {
    static let seeds: [UInt64] = {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["ALLOT_SEED"].flatMap(UInt64.init) { return [seed] }
        return Array(1...(environment["ALLOT_SOAK_STREAMS"].flatMap(UInt64.init) ?? 500))
    }()

    /// A fifth of them, for what takes longer.
    static let fewerSeeds = Array(seeds.prefix(max(seeds.count / 5, 1)))

    /// By halves, which run side by side.
    @Test(arguments: [0, 1])
    func `no stream of commands breaks a promise`(half: UInt64) {
        playStreams(PromiseTests.seeds.filter { $0 % 2 == half }, commands: 110)
    }

    @Test func `no stream of commands breaks a promise over several hosts`() {
        playStreams(PromiseTests.fewerSeeds, hosts: { 2 + Int($0 % 4) }, commands: 60)
    }

    @Test func `the same stream over several hosts gives the same history`() {
        for seed in PromiseTests.fewerSeeds.prefix(20) {
            let trial = StreamTrial(seed: seed, hosts: 4, commands: 80)
            let histories = (0..<2).map { _ in StreamPlayer(trial.stream).history.map { $0.event } }
            #expect(histories[0] == histories[1], "seed \(seed)")
        }
    }

    @Test func `a check that sees a device granted twice exists`() throws {
        var player = StreamPlayer(StreamTrial(seed: 1, commands: 60).stream)
        let grant = try #require(
            player.history.lazy.compactMap { entry -> Reservation.Active? in
                if case .started(_, let active) = entry.event { active } else { nil }
            }.first { !$0.grant.devices.isEmpty })
        player.history.append((grant.startedAt, .started(ReservationID(999_999), grant)))
        player.history.append((grant.startedAt, .started(ReservationID(999_998), grant)))
        #expect(player.brokenPromises().contains { $0.promise == .deviceOnce })
    }

    /// A history as if whoever is named held so many devices, licences and all, beside what is there.
    @Test(arguments: [Promise.quota, .nominal, .lending, .cap, .licenceOnce])
    func `a check that sees a limit of the policy passed exists`(promise: Promise) throws {
        for seed in UInt64(1)...40 {
            let stream = StreamTrial(seed: seed, commands: 60).stream
            guard stream.setup.community.departments != nil else { continue }
            var player = StreamPlayer(stream)
            player.forgeGrants()
            if player.brokenPromises().contains(where: { $0.promise == promise }) { return }
        }
        Issue.record("no forged grant was found")
    }
}

extension StreamPlayer {
    /// One grant more for everybody, in the middle of what happened.
    fileprivate mutating func forgeGrants() {
        let (time, place) = (history[history.count / 2].time, history.count / 2)
        for uid in UInt32(1000)...1004 {
            guard let account = policy.subject(uid).accounts.first else { continue }
            let id = ReservationID(900_000 + Int64(uid))
            let demand = Demand(
                devices: hosts[0].devices.count, model: nil, together: .any, cores: 1, memory: .gibibytes(1),
                licences: [Demand.Licence(name: "solver", count: 9)])
            let grant = Grant(
                devices: DeviceSet(first: hosts[0].devices.count), cores: BitSet([0]), numaNodes: BitSet(),
                memory: .gibibytes(1))
            let active = Reservation.Active(grant: grant, startedAt: time, endsAt: time + .hours(1))
            let reservation = Reservation(
                id: id, owner: UserID(uid), account: account, priorityClass: Policy.standardClass, demand: demand,
                kind: .queued, span: .hours(1), notBefore: nil, after: [], sharedWith: [], hasCommand: false,
                submittedAt: time, firstForecast: nil, forecast: nil, state: .waiting)
            history.insert((time, .submitted(reservation)), at: place)
            history.insert((time, .started(id, active)), at: place + 1)
        }
    }
}

extension Span {
    static func milliseconds(_ count: Int64) -> Span { Span(milliseconds: count) }
}
