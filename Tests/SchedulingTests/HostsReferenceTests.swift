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

        /// The earliest start, and the host whose fit is the tightest then.
        func place(_ demand: Demand, span: Span, from now: Timestamp) -> (start: Timestamp, host: Int)? {
            for start in ([now] + taken.map(\.end).filter { $0 > now }).sorted() {
                let fitting = hosts.indices.filter {
                    free(demand, on: $0, from: start, until: start + span) != nil
                }
                let tightest = fitting.min { left, right in
                    let (mine, theirs) = (free(on: left, at: start), free(on: right, at: start))
                    return (mine.devices.count, mine.cores, left) < (theirs.devices.count, theirs.cores, right)
                }
                if let tightest { return (start, tightest) }
            }
            return nil
        }
    }

    @Test func `every reservation gets the earliest start of all hosts, and the tightest of them`() throws {
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
        var reference = Reference(hosts: engine.hosts)
        let reservations = try order.map { try #require(engine.state.reservations[$0]) }
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
