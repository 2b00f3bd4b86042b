import Scheduling
import Topology
import Units

/// Who holds and who waits, moment by moment, as the outcomes tell it.
struct UseTimeline {
    /// In the order of their ids; departments are known by their place here.
    let departments: [DepartmentID]
    private let outcomes: [Outcome]
    private let places: [DepartmentID: Int]
    /// Devices of each host.
    private let hosts: [Int]
    private var changes: [Change] = []

    /// From `time` on an outcome waits, holds, or does neither.
    private struct Change: Comparable {
        enum Kind: Int { case free, wait, hold, leave }

        var time: Timestamp
        var kind: Kind
        var outcome: Int
        var host = 0
        var devices = DeviceSet()

        static func < (left: Change, right: Change) -> Bool {
            (left.time, left.kind.rawValue, left.outcome) < (right.time, right.kind.rawValue, right.outcome)
        }
    }

    /// - Parameter hosts: how many devices each has.
    init(_ outcomes: [Outcome], hosts: [Int]) {
        self.outcomes = outcomes
        self.hosts = hosts
        let departments = Set(outcomes.map(\.department)).sorted()
        self.departments = departments
        places = Dictionary(uniqueKeysWithValues: departments.enumerated().map { ($1, $0) })
        for (index, outcome) in outcomes.enumerated() where outcome.demand != nil {
            var waitsSince = outcome.eligibleAt
            for run in outcome.lostRuns {
                wait(index, from: waitsSince, to: run.startedAt)
                hold(index, from: run.startedAt, to: run.freedAt, run.devices, on: run.host)
                waitsSince = run.freedAt
            }
            wait(index, from: waitsSince, to: outcome.startedAt ?? outcome.endedAt ?? .distantFuture)
            if let started = outcome.startedAt {
                let freed = outcome.freedAt ?? .distantFuture
                hold(index, from: started, to: freed, outcome.devices, on: outcome.host)
            }
        }
        changes.sort()
    }

    private mutating func wait(_ index: Int, from start: Timestamp, to end: Timestamp) {
        guard end > start else { return }
        changes.append(Change(time: start, kind: .wait, outcome: index))
        changes.append(Change(time: end, kind: .leave, outcome: index))
    }

    private mutating func hold(
        _ index: Int, from start: Timestamp, to end: Timestamp, _ devices: DeviceSet, on host: Int
    ) {
        guard end > start else { return }
        changes.append(Change(time: start, kind: .hold, outcome: index, host: host, devices: devices))
        changes.append(Change(time: end, kind: .free, outcome: index, host: host, devices: devices))
    }

    /// Gives each interval between two changes, up to `end`, with what is so all that time.
    func forEach(until end: Timestamp, _ body: (UseState, Range<Timestamp>) -> Void) {
        guard var now = changes.first?.time else { return }
        var state = UseState(departments: departments.count, hosts: hosts)
        for change in changes {
            let time = min(change.time, end)
            if time > now {
                body(state, now..<time)
                now = time
            }
            let outcome = outcomes[change.outcome]
            guard let demand = outcome.demand, let place = places[outcome.department] else { continue }
            switch change.kind {
            case .wait: state.wait(demand, of: place, by: 1)
            case .leave: state.wait(demand, of: place, by: -1)
            case .hold: state.hold(demand, change.devices, on: change.host, of: place)
            case .free: state.free(demand, change.devices, on: change.host, of: place)
            }
        }
    }
}

/// Who holds and who waits at one moment.
struct UseState {
    /// What is held on each host.
    private(set) var hosts: [HostUse]
    /// Thousandths of devices that are held, on all hosts.
    private(set) var heldThousandths = 0
    /// What waits, and how many of each.
    private(set) var waiting: [Demand: Int] = [:]
    private(set) var waitingCount = 0
    /// Thousandths of devices that are waited for.
    private(set) var wantedThousandths = 0
    /// By department: what it holds, and what it holds and waits for, in 64ths of a device.
    private(set) var held: [Int]
    private(set) var asked: [Int]

    /// On one host.
    struct HostUse {
        /// Thousandths of each device.
        fileprivate(set) var devices: [Int]
        fileprivate(set) var cores = 0
        /// Bytes.
        fileprivate(set) var memory: Int64 = 0
    }

    init(departments: Int, hosts: [Int]) {
        self.hosts = hosts.map { HostUse(devices: [Int](repeating: 0, count: $0)) }
        held = [Int](repeating: 0, count: departments)
        asked = held
    }

    mutating func wait(_ demand: Demand, of department: Int, by difference: Int) {
        let count = waiting[demand, default: 0] + difference
        waiting[demand] = count == 0 ? nil : count
        waitingCount += difference
        wantedThousandths += difference * demand.thousandths
        asked[department] += difference * demand.weight
    }

    mutating func hold(_ demand: Demand, _ devices: DeviceSet, on host: Int, of department: Int) {
        change(demand, devices, on: host, of: department, by: 1)
    }

    mutating func free(_ demand: Demand, _ devices: DeviceSet, on host: Int, of department: Int) {
        change(demand, devices, on: host, of: department, by: -1)
    }

    private mutating func change(
        _ demand: Demand, _ devices: DeviceSet, on host: Int, of department: Int, by sign: Int
    ) {
        let each = demand.thousandths / max(demand.devices, 1)
        for device in devices {
            hosts[host].devices[device] += sign * each
            heldThousandths += sign * each
        }
        hosts[host].cores += sign * demand.cores
        hosts[host].memory += Int64(sign) * demand.memory.bytes
        held[department] += sign * demand.weight
        asked[department] += sign * demand.weight
    }
}

extension Demand {
    /// Of devices, all together.
    var thousandths: Int { share.map { Int($0.thousandths) } ?? devices * 1000 }

    /// What fair share counts where nothing has a price, in 64ths of a device: a device is 64, a core 1.
    var weight: Int { thousandths * 64 / 1000 + cores }
}
