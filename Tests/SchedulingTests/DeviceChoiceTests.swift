import Simulation
import Testing
import Topology
import Units

@testable import Scheduling

/// The choice of devices on one host, against a look at every subset.
@Suite struct DeviceChoiceTests {
    /// The two boards of a DGX-1: two links between some, one between others, none between the rest.
    private static func mesh() -> Host {
        var host = Host.sample(devices: 8)
        let double: [(Int, Int)] = [(0, 3), (0, 4), (1, 2), (1, 5), (2, 3), (4, 7), (5, 6), (6, 7)]
        let single: [(Int, Int)] = [(0, 1), (0, 2), (1, 3), (2, 6), (3, 7), (4, 5), (4, 6), (5, 7)]
        host.links = .none(count: 8)
        host.links.kind = "NVLink"
        for (pairs, bandwidth) in [(double, 50_000), (single, 25_000)] {
            for (first, second) in pairs {
                host.links.bandwidth[first][second] = bandwidth
                host.links.bandwidth[second][first] = bandwidth
            }
        }
        return host
    }

    private static func random(_ generator: inout SeededGenerator) -> Host {
        let count = Int.random(in: 1...9, using: &generator)
        var host = Host.sample(devices: count, second: Bool.random(using: &generator) ? "NVIDIA L4" : nil)
        host.links = .none(count: count)
        for first in 0..<count {
            for second in 0..<first {
                let bandwidth = [0, 0, 25_000, 50_000].randomElement(using: &generator) ?? 0
                host.links.bandwidth[first][second] = bandwidth
                host.links.bandwidth[second][first] = bandwidth
            }
        }
        return host
    }

    /// By the words of the criteria, for one subset.
    private func score(_ chosen: DeviceSet, free: DeviceSet, _ model: HostModel) -> DeviceChoice.Score {
        let devices = Array(chosen)
        var score = DeviceChoice.Score()
        for (position, first) in devices.enumerated() {
            for second in devices[..<position] { score.links += model.host.links.bandwidth(first, second) }
        }
        score.nodes = Set(devices.map { model.host.devices[$0].numaNode }).count
        let left = free.subtracting(chosen)
        for group in model.cells + model.islands + model.numaGroups {
            let count = group.intersection(left).count
            score.intactness += count * count
        }
        return score
    }

    @Test func `no subset is better than the one that is chosen`() throws {
        for seed in UInt64(1)...60 {
            var generator = SeededGenerator(seed: seed)
            let model = HostModel(host: Self.random(&generator))
            let all = Array(model.allDevices)
            let free = DeviceSet(all.filter { _ in Int.random(in: 0..<4, using: &generator) > 0 })
            guard !free.isEmpty else { continue }
            let count = Int.random(in: 1...free.count, using: &generator)
            let chosen = try #require(model.choice.best(count, of: [free], free: free))
            #expect(chosen.count == count && chosen.isSubset(of: free), "seed \(seed)")
            let best = score(chosen, free: free, model)
            for bits in 0..<(1 << all.count) where bits.nonzeroBitCount == count {
                let subset = DeviceSet(all.filter { bits & (1 << $0) != 0 })
                guard subset.isSubset(of: free) else { continue }
                #expect(!(best < score(subset, free: free, model)), "seed \(seed): \(Array(subset))")
            }
        }
    }

    @Test func `the best linked devices of a mesh are chosen`() throws {
        let model = HostModel(host: Self.mesh())
        let pair = try #require(model.choice.best(2, of: [model.allDevices], free: model.allDevices))
        #expect(pair == DeviceSet([0, 3]), "two links, one NUMA node")
        let four = try #require(model.choice.best(4, of: [model.allDevices], free: model.allDevices))
        #expect(four == DeviceSet([0, 1, 2, 3]))
        let rest = DeviceSet([1, 2, 4, 6])
        #expect(model.choice.best(2, of: [rest], free: rest) == DeviceSet([1, 2]))
    }

    @Test func `one device is taken where least is broken`() throws {
        let model = HostModel(host: .sample(devices: 8))
        let free = DeviceSet([0, 1, 2, 3, 6])
        #expect(model.choice.best(1, of: [free], free: free) == DeviceSet([6]))
    }

    @Test func `so many choices that they are not all scored are left to a rule`() throws {
        var host = Host.sample(devices: 32)
        for first in 0..<32 {
            for second in 0..<32 where first != second { host.links.bandwidth[first][second] = 1 + first * second }
        }
        let model = HostModel(host: host)
        #expect(model.choice.best(16, of: [model.allDevices], free: model.allDevices) == nil)
        let pair = try #require(model.choice.best(2, of: [model.allDevices], free: model.allDevices))
        #expect(pair == DeviceSet([30, 31]))
        var engine = Engine(host: host, policy: .unconfigured, time: .monday)
        let request = Request(devices: 16, cores: 1, memory: .gibibytes(1), span: .hours(1))
        let events = try engine.perform(.submit(request, by: .user(1)), at: .monday)
        guard case .started(_, let active)? = events.last else { return #expect(Bool(false), "it starts") }
        #expect(active.grant.devices.count == 16)
    }
}
