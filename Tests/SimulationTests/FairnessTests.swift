import Policy
import Scheduling
import Simulation
import Testing
import Topology
import Units

/// What departments receive when they ask for more than there is.
@Suite struct FairnessTests {
    private static let start = Timestamp(milliseconds: 1_793_610_000_000)

    /// Four devices on one host with as many cores.
    private static let host = Host(
        name: "virtual", packages: [], numaNodes: [NUMANode(osIndex: 0, memory: .gibibytes(64), cores: BitSet(0..<4))],
        cores: (0..<4).map { Core(index: $0, processingUnits: BitSet([$0]), numaNode: 0, package: 0) }, coreKinds: [],
        devices: (0..<4).map { index in
            Device(
                id: DeviceID("GPU-\(index)"), vendor: .nvidia, model: "A", memory: .gibibytes(40),
                pciAddress: "0000:0\(index):00.0", numaNode: 0, localCores: BitSet([index]), files: [], partition: nil,
                uuid: nil)
        }, links: .none(count: 4))

    private func machine(_ weights: [(String, Int)], halfLife: Span = .days(7)) -> VirtualMachine {
        let departments = weights.map { name, weight in
            Department(id: DepartmentID(name), name: name, weight: weight, teams: [], members: [.everyone])
        }
        let policy = Policy(
            departments: departments, classes: Policy.defaultClasses, fairShare: FairShareRules(halfLife: halfLife))
        var machine = VirtualMachine(host: Self.host, policy: policy, start: Self.start, stopTime: .zero)
        _ = try? machine.perform(.adoptTerms)
        return machine
    }

    private func submit(
        _ machine: inout VirtualMachine, _ department: String, user: UInt32, minutes: Int64, gpus: Int = 1
    ) throws {
        let subject = Subject(
            user: UserID(user), accounts: [Account(department: DepartmentID(department), team: nil)], isAdmin: false)
        _ = try machine.perform(.submit(Request(devices: gpus, cores: gpus, span: .minutes(minutes)), by: subject))
    }

    /// Device time of each department up to a time, from the history.
    private func used(_ machine: VirtualMachine, until end: Timestamp, since begin: Timestamp) -> [String: Int64] {
        var owners: [ReservationID: String] = [:]
        var used: [String: Int64] = [:]
        for (_, event) in machine.history {
            if case .submitted(let reservation) = event { owners[reservation.id] = reservation.account.department.text }
            guard case .started(let id, let active) = event, let owner = owners[id] else { continue }
            let (from, to) = (max(active.startedAt, begin), min(active.endsAt, end))
            if to > from { used[owner, default: 0] += (to - from).milliseconds * Int64(active.grant.devices.count) }
        }
        return used
    }

    /// Keeps departments asking for more than they get for so many days: in two hours one of two asks for 8 of 50
    /// minutes, the other for 5 of 90, each more than three quarters of the machine; one alone asks for more than all.
    private func flood(_ machine: inout VirtualMachine, days: Int64, _ names: [String] = ["a", "b"]) throws {
        let end = machine.now + .days(days)
        let counts = names.count == 1 ? [14] : [8, 5]
        while machine.now < end {
            for (index, name) in names.enumerated() {
                for _ in 0..<counts[index] {
                    try submit(&machine, name, user: UInt32(1000 + index), minutes: index == 0 ? 50 : 90)
                }
            }
            machine.advance(to: machine.now + .hours(2))
        }
    }

    @Test(arguments: [(1, 1), (3, 1), (1, 3)])
    func `two departments that flood receive their shares within two per cent over days`(
        first: Int, second: Int
    ) throws {
        var machine = machine([("a", first), ("b", second)])
        let days: Int64 = Seeds.isSoak ? 7 : 3
        try flood(&machine, days: days)
        let used = used(machine, until: machine.now, since: Self.start)
        let (a, b) = (used["a"] ?? 0, used["b"] ?? 0)
        let expected = Double(first) / Double(first + second)
        #expect(abs(Double(a) / Double(a + b) - expected) < 0.02, "\(a) \(b)")
        let whole = Span.days(days).milliseconds * 4
        #expect(Double(a + b) / Double(whole) > 0.99, "the machine was idle")
    }

    @Test func `who floods after a quiet time does not lock the others out`() throws {
        var machine = machine([("a", 1), ("b", 1)], halfLife: .days(7))
        let days: Int64 = Seeds.isSoak ? 7 : 1
        try flood(&machine, days: days, ["a"])
        let turn = machine.now
        for _ in 0..<(300 * days) { try submit(&machine, "b", user: 2000, minutes: 60) }
        for _ in 0..<(75 * days) { try submit(&machine, "a", user: 1000, minutes: 60) }
        machine.advance(to: turn + .days(2 * days))
        let used = used(machine, until: turn + .days(2 * days), since: turn)
        let (a, b) = (Double(used["a"] ?? 0), Double(used["b"] ?? 0))
        #expect(b > a, "the quiet one catches up")
        #expect(a / (a + b) > 0.15, "and the other still has some")
    }

    @Test func `a lone user of a third department starts next`() throws {
        var machine = machine([("a", 1), ("b", 1), ("c", 1)])
        try flood(&machine, days: 1)
        let id = ReservationID(machine.engine.state.nextNumber)
        let asked = machine.now
        try submit(&machine, "c", user: 3000, minutes: 30)
        machine.advance(to: machine.now + .days(1))
        let started = machine.history.compactMap { entry -> Timestamp? in
            if case .started(id, _) = entry.event { entry.time } else { nil }
        }.first
        let others = machine.history.count { entry in
            if case .started = entry.event { entry.time > asked && entry.time < (started ?? asked) } else { false }
        }
        #expect(started.map { $0 <= asked + .minutes(90) } == true)
        #expect(others == 0, "nobody else started before it")
    }
}
