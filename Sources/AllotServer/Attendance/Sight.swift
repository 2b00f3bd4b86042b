import Telemetry
import Units

/// What a look has seen, in the host's own terms.
struct Sight: Sendable, Hashable {
    /// Of the machine's own clock, which begins with its start.
    private let boot: Int64
    /// For how many thousandths of the time since the look before each device was busy, by index; those that nobody can
    /// tell it of are left out.
    private(set) var busy: [Int: Int] = [:]
    private(set) var groups: [ReservationID: GroupReading] = [:]
    /// Reservations that a process of has a device open.
    private(set) var present: Set<ReservationID> = []
    /// Who has a device open that is not granted to the slice of the process.
    private(set) var strangers: [UnreservedTrail.Key: UnreservedTrail.Seen] = [:]
    private(set) var faults: [AttendanceFinding] = []

    init(_ look: MachineLook, _ circumstances: Attendance.Circumstances) {
        boot = look.at
        let indexes = Dictionary(circumstances.devices.enumerated().map { ($1, $0) }) { first, _ in first }
        for reading in look.devices {
            guard let index = indexes[reading.id] else { continue }
            if let permille = reading.busyPermille { busy[index] = min(max(permille, 0), 1000) }
            if let fault = reading.fault { faults.append(.fault(device: index, fault)) }
        }
        groups = Dictionary(look.groups.map { ($0.reservation, $0) }) { first, _ in first }
        let granted = Dictionary(circumstances.holders.map { ($0.id, $0.devices) }) { first, _ in first }
        for opener in look.openers {
            let own = opener.reservation.flatMap { granted[$0] } ?? DeviceSet()
            if let reservation = opener.reservation, granted[reservation] != nil { present.insert(reservation) }
            guard opener.user.isUserAccount(from: circumstances.lowestUser) else { continue }
            for device in opener.devices.compactMap({ indexes[$0] }) where !own.contains(device) {
                let key = UnreservedTrail.Key(device: device, user: opener.user)
                let process = UnreservedTrail.Process(pid: opener.pid, startTime: opener.startTime)
                let fresh = UnreservedTrail.Seen(
                    command: opener.command, department: circumstances.departments[opener.user])
                strangers[key, default: fresh].processes.insert(process)
            }
        }
    }

    /// When the machine was started, of a look that was taken in at that time.
    func machineStart(at now: Timestamp) -> Timestamp { now - Span(milliseconds: boot / 1_000_000) }
}
