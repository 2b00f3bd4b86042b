import class Foundation.ProcessInfo
import Policy
import Scheduling
import Simulation
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

    @Test func `no stream of commands breaks a promise`() {
        for seed in PromiseTests.seeds {
            var stream = RandomStream(seed: seed)
            stream.run(commands: 120)
            for broken in stream.brokenPromises() {
                Issue.record("seed \(seed): \(broken)")
            }
        }
    }

    @Test func `no stream of commands breaks a promise over several hosts`() {
        for seed in PromiseTests.fewerSeeds {
            let hosts = 2 + Int(seed % 4)
            var stream = RandomStream(seed: seed, hosts: hosts)
            stream.run(commands: 60)
            for broken in stream.brokenPromises() {
                Issue.record("seed \(seed), \(hosts) hosts: \(broken)")
            }
        }
    }

    @Test func `the same stream over several hosts gives the same history`() {
        for seed in PromiseTests.fewerSeeds.prefix(20) {
            let histories = (0..<2).map { _ in
                var stream = RandomStream(seed: seed, hosts: 4)
                stream.run(commands: 80)
                return stream.history.map { $0.event }
            }
            #expect(histories[0] == histories[1], "seed \(seed)")
        }
    }

    @Test func `a check that sees a device granted twice exists`() throws {
        var stream = RandomStream(seed: 1)
        stream.run(commands: 60)
        let grant = try #require(
            stream.history.lazy.compactMap { entry -> Reservation.Active? in
                if case .started(_, let active) = entry.event { active } else { nil }
            }.first)
        stream.history.append((grant.startedAt, .started(ReservationID(999_999), grant)))
        #expect(!stream.brokenPromises().isEmpty)
    }

    /// A history as if whoever is named held so many devices, licences and all, beside what is there.
    @Test(arguments: ["holds", "beyond nominal", "not lent", "of team", "of user", "licence"])
    func `a check that sees a limit of the policy passed exists`(name: String) throws {
        for seed in UInt64(1)...40 {
            var stream = RandomStream(seed: seed)
            stream.run(commands: 60)
            guard stream.policy != .unconfigured else { continue }
            stream.forgeGrants()
            if stream.brokenPromises().contains(where: { $0.contains(name) }) { return }
        }
        Issue.record("no forged grant was found")
    }
}

extension Span {
    static func milliseconds(_ count: Int64) -> Span { Span(milliseconds: count) }
}
