import Policy
import Scheduling
import Simulation
import Testing
import Topology
import Units

/// The plan over several hosts, against a reference that tries every host at every time, one reservation after another.
@Suite struct HostsReferenceTests {
    /// What is taken, as a list; asked anew for each moment.
    private struct Reference {
        let hosts: [Host]
        let typical: TypicalDemand<String>
        var taken: [Taken] = []

        struct Taken {
            var host: Int
            var devices: DeviceSet
            var demand: Demand
            var start: Timestamp
            var end: Timestamp
        }

        private func others(on host: Int, at time: Timestamp) -> [Taken] {
            taken.filter { $0.host == host && $0.start <= time && time < $0.end }
        }

        private func free(on host: Int, at time: Timestamp) -> (devices: DeviceSet, cores: Int, memory: Int64) {
            let others = others(on: host, at: time)
            return (
                others.reduce(DeviceSet(first: hosts[host].devices.count)) { $0.subtracting($1.devices) },
                others.reduce(hosts[host].cores.count) { $0 - $1.demand.cores },
                others.reduce(hosts[host].memory.bytes) { $0 - $1.demand.memory.bytes }
            )
        }

        /// Devices free on a host over all of a span; nil where something else is short.
        private func free(_ demand: Demand, on host: Int, from start: Timestamp, until end: Timestamp) -> DeviceSet? {
            let moments = [start] + taken.map(\.start).filter { $0 > start && $0 < end }
            var devices = DeviceSet(first: hosts[host].devices.count)
            for moment in moments {
                let here = free(on: host, at: moment)
                guard here.cores >= demand.cores, here.memory >= demand.memory.bytes else { return nil }
                devices = devices.intersection(here.devices)
            }
            let groups: [[Int]] =
                demand.together == .nvlink && demand.devices > 1
                ? stride(from: 0, to: hosts[host].devices.count, by: 4).map { Array($0..<($0 + 4)) }
                : [Array(hosts[host].devices.indices)]
            let isEnough = groups.contains { $0.count(where: devices.contains) >= demand.devices }
            return isEnough ? devices : nil
        }

        /// What more is stranded on a host, and what is left there.
        private func rank(_ demand: Demand, on host: Int, at time: Timestamp) -> Int64 {
            let all = DeviceSet(first: hosts[host].devices.count)
            let here = free(on: host, at: time)
            let room = HostRoom(whole: here.devices, cores: here.cores)
            let asked = AskedDevices(devices: demand.devices, cores: demand.cores)
            let stranding = Stranding(typical.kinds.map { ($0.asked, $0.count, all) })
            return stranding.rank(from: room, to: room.without(asked.coarse, eligible: all))
        }

        /// The earliest start, and the host on which the least is stranded then.
        func place(_ demand: Demand, span: Span, from now: Timestamp) -> (start: Timestamp, host: Int)? {
            for start in ([now] + taken.map(\.end).filter { $0 > now }).sorted() {
                let fitting = hosts.indices.filter {
                    free(demand, on: $0, from: start, until: start + span) != nil
                }
                let ranks = fitting.map { (rank: rank(demand, on: $0, at: start), host: $0) }
                if let best = ranks.min(by: { ($0.rank, $0.host) < ($1.rank, $1.host) }) {
                    return (start, best.host)
                }
            }
            return nil
        }
    }

    @Test func `every reservation gets the earliest start, and of its hosts where the least is stranded`() throws {
        for seed in PromiseTests.fewerSeeds {
            var generator = SeededGenerator(seed: seed)
            let hosts = (0..<Int.random(in: 2...6, using: &generator)).map { _ in
                Host.sample(devices: Bool.random(using: &generator) ? 4 : 8, cores: 8)
            }
            var engine = Engine(hosts: hosts, policy: .unconfigured, time: .monday)
            var order: [ReservationID] = []
            for _ in 0..<40 {
                let request = Request(
                    devices: Int.random(in: 0...8, using: &generator),
                    together: Bool.random(using: &generator) ? .nvlink : .any,
                    cores: Int.random(in: 1...8, using: &generator),
                    memory: .gibibytes(Int64.random(in: 1...64, using: &generator)),
                    span: .hours(Int64.random(in: 1...6, using: &generator)))
                guard let events = try? engine.perform(.submit(request, by: .user(1)), at: .monday),
                    case .submitted(let reservation) = events.first
                else { continue }
                order.append(reservation.id)
            }
            _ = try engine.perform(.adopt(engine.beginPass().makePlan(at: .monday)), at: .monday)
            try check(engine, order, seed)
        }
    }

    private func check(_ engine: Engine, _ order: [ReservationID], _ seed: UInt64) throws {
        let reservations = try order.map { try #require(engine.state.reservations[$0]) }
        var typical = TypicalDemand<String>()
        for demand in reservations.map(\.demand) {
            typical.add(AskedDevices(devices: demand.devices, cores: demand.cores), "")
        }
        var reference = Reference(hosts: engine.hosts, typical: typical)
        for reservation in reservations {
            guard case .active(let active) = reservation.state else { continue }
            reference.taken.append(
                Reference.Taken(
                    host: active.grant.host, devices: active.grant.devices, demand: reservation.demand,
                    start: active.startedAt, end: active.endsAt))
        }
        // All are of one user and class: the first one is served first.
        for reservation in reservations where engine.placement(of: reservation.id) != nil {
            let own = try #require(engine.placement(of: reservation.id))
            let expected = try #require(reference.place(reservation.demand, span: reservation.span, from: .monday))
            #expect(own.start == expected.start, "seed \(seed): \(reservation.id)")
            #expect(own.host == expected.host, "seed \(seed): \(reservation.id)")
            #expect(own.devices.count == reservation.demand.devices)
            reference.taken.append(
                Reference.Taken(
                    host: own.host, devices: own.devices, demand: reservation.demand, start: own.start, end: own.end))
        }
    }
}
