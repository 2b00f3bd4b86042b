import Policy
import Scheduling
import Simulation
import Testing
import Topology
import Units

@Suite struct VirtualMachineTests {
    private static let start = Timestamp(milliseconds: 1_793_610_000_000)

    private static let host = Host(
        name: "virtual", packages: [], numaNodes: [NUMANode(osIndex: 0, memory: .gibibytes(64), cores: BitSet(0..<4))],
        cores: (0..<4).map { Core(index: $0, processingUnits: BitSet([$0]), numaNode: 0, package: 0) }, coreKinds: [],
        devices: [], links: .none(count: 0))

    private static let subject = Subject(
        user: UserID(1000), accounts: [Account(department: DepartmentID("default"), team: nil)], isAdmin: false)

    private func machine(stopTime: Span = .zero, passTime: Span = .zero) -> VirtualMachine {
        VirtualMachine(host: Self.host, start: Self.start, stopTime: stopTime, passTime: passTime)
    }

    private func starts(_ machine: VirtualMachine) -> [Int64: Timestamp] {
        var starts: [Int64: Timestamp] = [:]
        for (time, event) in machine.history {
            if case .started(let id, _) = event { starts[id.number] = time }
        }
        return starts
    }

    @Test func `time stands until it is moved, and what falls due on the way happens at its own time`() throws {
        var machine = machine()
        for _ in 1...3 {
            _ = try machine.perform(.submit(Request(cores: 4, span: .hours(1)), by: Self.subject))
        }
        #expect(machine.now == Self.start && starts(machine) == [1: Self.start])
        machine.advance(to: Self.start + .hours(10))
        #expect(machine.now == Self.start + .hours(10))
        #expect(starts(machine) == [1: Self.start, 2: Self.start + .hours(1), 3: Self.start + .hours(2)])
        #expect(machine.engine.state.reservations.isEmpty && machine.nextMoment == nil)
    }

    @Test func `what ends holds its cores until it has stopped`() throws {
        var machine = machine(stopTime: .seconds(7))
        for _ in 1...2 {
            _ = try machine.perform(.submit(Request(cores: 4, span: .hours(1)), by: Self.subject))
        }
        machine.advance(to: Self.start + .hours(3))
        #expect(starts(machine)[2] == Self.start + .hours(1) + .seconds(7))
    }

    @Test func `a pass takes its time, and hands out then what has come free`() throws {
        var machine = machine(passTime: .seconds(3))
        let window = Request(cores: 4, span: .hours(1), at: Self.start + .minutes(30))
        _ = try machine.perform(.submit(window, by: Self.subject))
        _ = try machine.perform(.submit(Request(cores: 4, span: .hours(1)), by: Self.subject))
        machine.advance(to: Self.start + .minutes(10))
        _ = try machine.perform(.cancel(ReservationID(1), by: Self.subject))
        machine.advance(to: Self.start + .hours(3))
        #expect(starts(machine)[2] == Self.start + .minutes(10) + .seconds(3))
    }

    @Test func `a refusal changes nothing`() throws {
        var machine = machine()
        #expect(throws: Rejection.asksForNothing) {
            try machine.perform(.submit(Request(span: .hours(1)), by: Self.subject))
        }
        #expect(machine.history.isEmpty && machine.engine.state == EngineState())
    }
}
