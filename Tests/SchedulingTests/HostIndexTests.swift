import Policy
import Simulation
import Testing
import Topology
import Units

@testable import Scheduling

/// The index, against a look at every host.
@Suite struct HostIndexTests {
    /// Random hosts, reservations of them, and searches between.
    private struct Trial {
        var generator: SeededGenerator
        let fleet: Fleet
        let counters: Counters
        var profile: Profile
        var hints = Hints()
        var floor = Timestamp.monday

        init(seed: UInt64) {
            var generator = SeededGenerator(seed: seed)
            let hosts = (0..<Int.random(in: 2...21, using: &generator)).map { _ in
                Host.sample(
                    devices: [0, 2, 8, 8, 8, 12].randomElement(using: &generator) ?? 8,
                    cores: [4, 16].randomElement(using: &generator) ?? 4,
                    second: Int.random(in: 0..<3, using: &generator) == 0 ? "NVIDIA A100-SXM4-80GB" : nil)
            }
            let policy = Policy.random(
                using: &generator, devices: hosts.reduce(0) { $0 + $1.devices.count })
            fleet = Fleet(hosts, policy: policy)
            counters = Counters(policy: policy, fleet: fleet, around: .monday)
            profile = Profile(from: .monday, fleet: fleet, counters: counters)
            self.generator = generator
        }

        private mutating func shape() -> Shape {
            let demand = demand()
            let department = DepartmentID(["a", "b", "c"].randomElement(using: &generator) ?? "a")
            let key = UsageKey(
                account: Account(department: department, team: TeamID("t")),
                user: UserID(UInt32.random(in: 1...3, using: &generator)))
            return fleet.shape(
                demand, of: department, eligible: fleet.eligible(demand.filter),
                counted: counters.counted(demand, of: key, reach: .lent))
        }

        /// Scores by some demands, each as likely to count several times.
        mutating func learn() {
            var typical = TypicalDemand<DeviceFilter>()
            for _ in 0..<Int.random(in: 0...30, using: &generator) {
                let demand = demand()
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    typical.add(AskedDevices(demand), demand.filter)
                }
            }
            profile.scores = HostScores(typical, on: fleet) { [fleet] in fleet.eligible($0) }
            hints = Hints()
        }

        private mutating func demand() -> Demand {
            let isShared =
                Int.random(in: 0..<3, using: &generator) == 0 && fleet.sharing.devices.contains { !$0.isEmpty }
            return Demand(
                devices: isShared ? 1 : Int.random(in: 0...8, using: &generator),
                share: isShared ? Ratio(thousandths: Int64.random(in: 1...999, using: &generator)) : nil,
                model: Int.random(in: 0..<4, using: &generator) == 0 ? "A100" : nil,
                together: Demand.Together.allCases.randomElement(using: &generator) ?? .any,
                cores: Int.random(in: 1...8, using: &generator),
                memory: .gibibytes(Int64.random(in: 1...40, using: &generator)),
                licences: Int.random(in: 0..<4, using: &generator) == 0
                    ? [Demand.Licence(name: "solver", count: Int.random(in: 1...2, using: &generator))] : [])
        }

        /// One more place, by the index and by the scan.
        /// - Returns: both; nil where no host has room for the shape.
        mutating func next() -> (index: Fit, scan: Fit)? {
            let shape = shape()
            guard shape.local.contains(where: \.isPossible) else { return nil }
            let span = Span(seconds: Int64.random(in: 1...20_000, using: &generator))
            if Int.random(in: 0..<9, using: &generator) == 0 {
                floor = floor + .seconds(Int64.random(in: 0...900, using: &generator))
            }
            let isLater = Int.random(in: 0..<5, using: &generator) == 0
            let bound = isLater ? floor + .seconds(Int64.random(in: 1...40_000, using: &generator)) : floor
            let scan = profile.earliest(shape, span: span, from: bound)
            let index = hints.earliest(shape, span: span, from: bound, floor: floor, in: profile)
            let use = fleet.use(of: shape, scan)
            if Int.random(in: 0..<60, using: &generator) == 0 {
                profile.give(use, from: scan.start, until: scan.start)
                hints = Hints()
            }
            profile.take(use, from: scan.start, until: scan.start + span)
            return (index, scan)
        }
    }

    @Test func `every place is the one that a look at all hosts finds`() {
        for seed in PromiseTests.fewerSeeds {
            var trial = Trial(seed: seed)
            for step in 0..<60 {
                if step % 20 == 10 { trial.learn() }
                guard let (index, scan) = trial.next() else { continue }
                #expect(
                    index.host == scan.host && index.start == scan.start && index.free == scan.free,
                    "seed \(seed), step \(step): \(index), not \(scan)")
            }
        }
    }

    @Test func `what is given back is found`() throws {
        let fleet = Fleet([.sample(devices: 2), .sample(devices: 2)], policy: .unconfigured)
        let counters = Counters(policy: .unconfigured, fleet: fleet, around: .monday)
        var profile = Profile(from: .monday, fleet: fleet, counters: counters)
        let demand = Demand(devices: 2, model: nil, together: .any, cores: 1, memory: .gibibytes(1))
        let shape = fleet.shape(
            demand, of: DepartmentID("default"), eligible: fleet.eligible(demand.filter), counted: .nothing)
        var hints = Hints()
        var uses: [Use] = []
        for _ in 0..<2 {
            let fit = hints.earliest(shape, span: .hours(1), from: .monday, floor: .monday, in: profile)
            uses.append(fleet.use(of: shape, fit))
            profile.take(uses[uses.count - 1], from: .monday, until: .monday + .hours(1))
        }
        #expect(uses.map(\.host) == [0, 1])
        let late = hints.earliest(shape, span: .hours(1), from: .monday, floor: .monday, in: profile)
        #expect(late.start == .monday + .hours(1))
        profile.give(uses[1], from: .monday, until: .monday + .hours(1))
        let early = hints.earliest(shape, span: .hours(1), from: .monday, floor: .monday, in: profile)
        #expect(early.start == .monday)
        #expect(early.host == 1)
    }
}
