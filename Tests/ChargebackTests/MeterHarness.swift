import Policy
import Scheduling
import Topology
import Units

@testable import Chargeback

/// An engine and a meter beside it, as the daemon has them; and, for judging, what was held by the engine's events
/// alone.
struct MeterHarness {
    var engine: Engine
    var meter = Meter(live: [])
    var policy: Policy { engine.policy }
    private(set) var records: [UsageRecord] = []
    /// Grants from their start to their end, as the engine says: what there is to be metered.
    private(set) var held: [Held] = []
    private var running: [ReservationID: (active: Reservation.Active, reservation: Reservation)] = [:]
    private var ends: [ReservationID: Timestamp] = [:]

    struct Held {
        var reservation: Reservation
        var active: Reservation.Active
        var end: Timestamp
    }

    init(host: Host, policy: Policy, at time: Timestamp) {
        engine = Engine(host: host, policy: policy, time: time)
        metering(.inventory(MeterHarness.inventory(of: host)), at: time)
    }

    static func inventory(of host: Host) -> MachineInventory {
        MachineInventory(
            devices: host.devices.map { MachineInventory.Device(id: $0.id, model: $0.model) },
            cores: host.cores.count, memory: 1 << 20)
    }

    /// Has the engine decide; what it refuses is left out.
    @discardableResult
    mutating func perform(_ command: Command, at time: Timestamp) -> [Event] {
        guard let events = try? engine.perform(command, at: time) else { return [] }
        take(events)
        return events
    }

    private mutating func take(_ events: [Event]) {
        for event in events {
            let about = event.reservation.flatMap { id in
                engine.state.reservations[id] ?? engine.concluded.first { $0.id == id }
            }
            note(event, about)
            let known = records
            records += meter.fold(event, about, policy: policy) { id in known.filter { $0.reservation == id } }
        }
    }

    private mutating func note(_ event: Event, _ reservation: Reservation?) {
        switch event {
        case .started(let id, let active):
            if let reservation { running[id] = (active, reservation) }
        case .ending(let id, let ending): ends[id] = ending.at
        case .ended(let id, _), .requeued(let id, _):
            if let stint = running.removeValue(forKey: id), let end = ends.removeValue(forKey: id) {
                held.append(Held(reservation: stint.reservation, active: stint.active, end: end))
            }
        default: break
        }
    }

    /// Metering's events that did not fit.
    private(set) var misfits = 0

    mutating func metering(_ event: MeteringEvent, at time: Timestamp) {
        guard let made = try? meter.fold(event, at: time, policy: policy) else {
            misfits += 1
            return
        }
        records += made
    }

    /// What the daemon does before a policy changes, and then.
    mutating func change(to policy: Policy, at time: Timestamp) {
        metering(.cut(until: time), at: time)
        let (fresh, events) = engine.under(policy, at: time)
        engine = fresh
        take(events)
    }

    /// Forgets all that is not stored, and reads it back as the daemon does at a start.
    mutating func restart() {
        meter = Meter(
            inventory: meter.inventory, began: meter.began, capacity: meter.capacity, cutUntil: meter.cutUntil,
            gaps: meter.gaps, marks: meter.marks, nextNumber: meter.nextNumber,
            live: engine.state.reservations.values)
    }

    /// Confirms that what is ending has stopped, all of it.
    mutating func stopAll(at time: Timestamp) {
        for id in engine.state.reservations.keys.sorted() {
            if case .ending = engine.state.reservations[id]?.state { perform(.stopped(id), at: time) }
        }
    }

    /// Ends everything that runs and confirms it.
    mutating func finish(at time: Timestamp) {
        let admin = Subject(user: .root, accounts: [], isAdmin: true)
        for _ in 0..<20 {
            for id in engine.state.reservations.keys.sorted() { perform(.cancel(id, by: admin), at: time) }
            stopAll(at: time)
        }
    }
}

/// Machines and people for tests of metering.
enum Metered {
    static func host(devices count: Int = 4, models: [String] = ["H100", "L4"]) -> Host {
        Host(
            name: "sample", packages: [],
            numaNodes: [NUMANode(osIndex: 0, memory: .gibibytes(256), cores: BitSet(0..<32))],
            cores: (0..<32).map { index in
                Core(index: index, processingUnits: BitSet([index]), numaNode: 0, package: nil)
            }, coreKinds: [],
            devices: (0..<count).map { index in
                Device(
                    id: DeviceID("GPU-\(index)"), vendor: .nvidia, model: models[index % models.count], memory: nil,
                    pciAddress: "0000:\(10 + index):00.0", numaNode: nil, localCores: BitSet(), files: [],
                    partition: nil, uuid: nil)
            }, links: .none(count: count))
    }

    static let text = """
        version: 1
        timeZone: Europe/Berlin
        departments:
          - id: vision
            teams:
              - id: perception
                members: [ada]
          - id: speech
            members: [bob]
        classes:
          - id: production
            rank: 300
            preemptible: false
            mayPreempt: true
            priceMultiplier: 1.5
          - id: standard
            rank: 200
            preemptible: false
          - id: best-effort
            rank: 100
            preemptible: true
            priceMultiplier: 0.5
        shareable:
          - model: L4
            betweenDepartments: true
            most: 4
        licences:
          - name: solver
            count: 4
        preemption:
          minimumRunTime: 10m
          grace: 1m
          credit: 0.25
        noShow:
          after: 30m
          action: release
          charge: 0.8
        budgets:
          idleFactor: 0.4
        chargeback:
          degradedFactor: 0
        priceBook:
          currency: EUR
          rates:
            - sku: gpu:H100
              from: 2026-01-01
              to: 2026-10-15
              perHour: 2.50
              windows:
                - name: night
                  from: 22:00
                  to: 06:00
                  multiplier: 0.6
            - sku: gpu:H100
              from: 2026-10-15
              perHour: 2.80
            - sku: gpu:L4
              from: 2026-01-01
              perHour: 0.70
            - sku: cpu
              from: 2026-01-01
              perHour: 0.02
            - sku: memory
              from: 2026-01-01
              perHour: 0.003
            - sku: licence:solver
              from: 2026-01-01
              perHour: 0.40
        """

    static func policy(replacing old: String = "", with new: String = "") throws -> Policy {
        try Policy.read(yaml: old.isEmpty ? text : text.replacing(old, with: new), name: "sample")
    }

    /// An instant on Berlin's clocks, by their offset: `2026-10-05T12:00:00+02:00`.
    static func time(_ text: String) -> Timestamp {
        guard let time = RFC3339.timestamp(text) else { preconditionFailure("no time: \(text)") }
        return time
    }

    static let lab = Account(department: DepartmentID("vision"), team: TeamID("perception"))
    static let speech = Account(department: DepartmentID("speech"), team: nil)
    static let ada = Subject(user: UserID(1001), accounts: [lab], isAdmin: false)
    static let bob = Subject(user: UserID(1002), accounts: [speech], isAdmin: false)
    static let admin = Subject(user: .root, accounts: [], isAdmin: true)
}
