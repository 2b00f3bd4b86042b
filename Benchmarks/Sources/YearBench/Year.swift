import Chargeback
import Policy
import Scheduling
import Units

/// Reservations as a machine that is nearly always full would see them: each pair of devices has one after the other,
/// from two minutes to two hours, half an hour on average. A million of them are a year.
struct Year {
    /// What is folded into a `Meter`, in the journal's order.
    enum Entry {
        case engine(Event, Reservation)
        case metering(MeteringEvent, Timestamp)
    }

    /// The day that `nextDay` gives.
    private(set) var day: CivilDate
    private(set) var reservations: Int64 = 0
    private let zone: Zone
    private let limit: Int64
    private var draw: SeededGenerator
    private var lanes: [Lane]

    private struct Lane {
        let devices: [Int]
        var next: Timestamp
        var running: (reservation: Reservation, active: Reservation.Active, reason: EndReason)?
    }

    init(zone: Zone, reservations limit: Int64, seed: UInt64) throws {
        guard let first = CivilDate("2026-01-01") else { throw Failure(message: "no such day") }
        day = first
        self.zone = zone
        self.limit = limit
        draw = SeededGenerator(seed: seed)
        let start = zone.start(of: first)
        lanes = (0..<Company.lanes).map { lane in
            Lane(devices: [2 * lane, 2 * lane + 1], next: start + .seconds(Int64(lane) * 7), running: nil)
        }
    }

    static var inventory: MachineInventory {
        MachineInventory(
            devices: (0..<2 * Company.lanes).map { device in
                MachineInventory.Device(id: DeviceID("GPU-\(device)"), model: Company.model(ofLane: device / 2))
            }, cores: 16 * Company.lanes, memory: 8 << 20)
    }

    var isOver: Bool { reservations >= limit && lanes.allSatisfy { $0.running == nil } }

    /// What happens until the next midnight, and the day's end.
    mutating func nextDay() -> [Entry] {
        let next = CivilDate(daysSinceEpoch: day.daysSinceEpoch + 1)
        let midnight = zone.start(of: next)
        var entries: [Entry] = []
        while let index = lanes.indices.min(by: { lanes[$0].next < lanes[$1].next }), lanes[index].next < midnight {
            if let running = lanes[index].running {
                end(running.reservation, running.active, running.reason, lane: index, &entries)
            } else if reservations < limit {
                start(lane: index, &entries)
            } else {
                lanes[index].next = .distantFuture
            }
        }
        entries.append(.metering(.cut(until: midnight), midnight))
        day = next
        return entries
    }

    private mutating func start(lane index: Int, _ entries: inout [Entry]) {
        reservations += 1
        let id = ReservationID(reservations)
        let department = Int.random(in: 0..<Company.departments, using: &draw)
        let person = Int.random(in: 0..<Company.people, using: &draw)
        let count = Int.random(in: 0..<4, using: &draw) == 0 ? 2 : 1
        let devices = Array(lanes[index].devices.prefix(count))
        let minutes: Int64 =
            [2, 2, 5, 5, 5, 10, 10, 10, 20, 20, 20, 30, 30, 30, 45, 45, 60, 60, 120, 90].randomElement(using: &draw)
            ?? 30
        let span = Span(milliseconds: minutes * 60_000 + Int64.random(in: -30_000...30_000, using: &draw))
        let licences = Int.random(in: 0..<25, using: &draw) == 0 ? [Demand.Licence(name: "solver", count: 1)] : []
        let began = lanes[index].next
        let active = Reservation.Active(
            grant: Grant(
                devices: DeviceSet(devices), cores: BitSet(devices.flatMap { 8 * $0..<8 * $0 + 8 }),
                numaNodes: BitSet(), memory: .gibibytes(Int64(32 * count))),
            startedAt: began, endsAt: began + span)
        let reservation = Reservation(
            id: id, owner: UserID(UInt32(1000 + department * Company.people + person)),
            account: Account(
                department: DepartmentID(Company.name(of: department)),
                team: person == 0 ? nil : TeamID("team-\(person % Company.teams)")),
            priorityClass: ClassID(["production", "standard", "standard", "best-effort"][Int(reservations % 4)]),
            demand: Demand(
                devices: count, model: nil, together: .any, cores: 8 * count, memory: .gibibytes(Int64(32 * count)),
                licences: licences), kind: .queued, span: span, notBefore: nil, after: [], sharedWith: [],
            hasCommand: true, submittedAt: began, firstForecast: nil, forecast: nil, state: .active(active))
        let reason: EndReason =
            Int.random(in: 0..<100, using: &draw) == 0
            ? .preempted(by: id, isReclaim: false) : .commandEnded(exitCode: 0)
        lanes[index].running = (reservation, active, reason)
        lanes[index].next = active.endsAt
        entries.append(.engine(.started(id, active), reservation))
    }

    /// One in five has been looked at.
    private mutating func end(
        _ reservation: Reservation, _ active: Reservation.Active, _ reason: EndReason, lane: Int,
        _ entries: inout [Entry]
    ) {
        let id = reservation.id
        let end = lanes[lane].next
        if Int.random(in: 0..<5, using: &draw) == 0 {
            let isIdle = Bool.random(using: &draw)
            let sample = UsageSample(
                from: active.startedAt, to: end, used: isIdle ? DeviceSet() : active.grant.devices,
                idle: isIdle ? active.grant.devices : DeviceSet(), processors: isIdle ? .idle : .used)
            entries.append(.metering(.sampled(id, sample), end))
        }
        entries.append(.engine(.ending(id, Reservation.Ending(at: end, reason: reason)), reservation))
        entries.append(
            .engine(.ended(id, Reservation.Ended(active: active, at: end, reason: reason)), reservation))
        lanes[lane].running = nil
        lanes[lane].next = end + Span(milliseconds: Int64.random(in: 1000...321_000, using: &draw))
    }
}

/// Deterministic random numbers (SplitMix64, Steele, Lea and Flood 2014): the seed tells the whole year.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

struct Failure: Error, CustomStringConvertible {
    let message: String
    var description: String { message }
}
