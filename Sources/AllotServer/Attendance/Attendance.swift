import Chargeback
import Policy
import Scheduling
import Telemetry
import Units

/// Who is there, and who is not: makes of looks at the machine what is written down of its use, and what the policy
/// does about it. A pure fold: the time, the looks, the grants and the policy come in, findings come out.
///
/// It knows nothing of the time before it was made: a restart calls off what was announced, and nothing is released
/// before it has been looked at for as long as the policy says.
struct Attendance: Sendable, Hashable {
    /// What holds at a look, beside what is seen.
    struct Circumstances: Sendable {
        /// What stands, in the order of the ids.
        var holders: [Holder]
        /// Of these it is noted that nothing was run in them.
        var noShows: Set<ReservationID> = []
        /// The host's, by index.
        var devices: [DeviceID]
        /// Of users that have devices open, those who are of one.
        var departments: [UserID: DepartmentID] = [:]
        var rules: AttendanceRules
        /// Where days begin.
        var zone: Zone
        /// Users below are the system's own.
        var lowestUser: UserID
        var settings: Configuration.Telemetry
    }

    private struct Look: Sendable, Hashable {
        var time: Timestamp
        /// Since the machine's start, in nanoseconds.
        var boot: Int64
    }

    private var attended: [ReservationID: AttendedGrant] = [:]
    private var unreserved = UnreservedTrail()
    private var last: Look?
    /// Ends that have been announced.
    private var announced: [ReservationID: Timestamp]
    /// What the last look has told of devices; nothing where there was none.
    private(set) var readings: [DeviceID: DeviceReading] = [:]

    /// - Parameter announced: ends of reservations that were announced before.
    init(announced: [ReservationID: Timestamp] = [:]) {
        self.announced = announced
    }

    /// What a reservation's owner has been told of its use.
    func notice(of id: ReservationID) -> AttendanceNotice? { attended[id]?.notice }

    /// Whether the end that a reservation has now was announced.
    func hasAnnouncedEnd(of reservation: Reservation) -> Bool {
        guard case .active(let active) = reservation.state else { return false }
        return announced[reservation.id] == active.endsAt
    }

    /// Takes in a look, or that there was none.
    mutating func fold(_ look: MachineLook?, at now: Timestamp, _ circumstances: Circumstances) -> [AttendanceFinding] {
        let ids = Set(circumstances.holders.map(\.id))
        attended = attended.filter { ids.contains($0.key) }
        announced = announced.filter { ids.contains($0.key) }
        readings = Dictionary((look?.devices ?? []).map { ($0.id, $0) }) { first, _ in first }
        var findings = endings(at: now, circumstances)
        guard let look, last.map({ $0.time < now }) ?? true else { return findings }
        let before = last
        last = Look(time: now, boot: look.at)
        let isNext = before.map { follows(look, at: now, after: $0, circumstances.settings.interval) } ?? false
        let seen = Sight(look, circumstances)
        for holder in circumstances.holders {
            if attended[holder.id]?.from != holder.from { attended[holder.id] = AttendedGrant(holder) }
            let start = before.map { max($0.time, holder.from) }
            findings +=
                attended[holder.id]?.look(seen, at: now, since: start, isKnown: isNext, holder, circumstances) ?? []
        }
        return findings + strangers(seen, at: now, isWhole: !look.isCut, isNext: isNext, circumstances) + seen.faults
    }

    /// All that has been seen of a reservation's use, or of every one's, and not been told.
    mutating func flush(_ id: ReservationID? = nil, _ rules: AttendanceRules) -> [AttendanceFinding] {
        let ids = id.map { [$0] } ?? attended.keys.sorted()
        return ids.flatMap { id in attended[id]?.flush(rules).map { AttendanceFinding.sampled(id, $0) } ?? [] }
    }

    /// Everything that has been seen and not been told: there are no more looks.
    mutating func close(_ rules: AttendanceRules) -> [AttendanceFinding] {
        flush(nil, rules) + unreserved.flush().map { .unreserved($0) }
    }

    /// Its owner has said that it is needed: the time in which it may do nothing begins anew.
    mutating func extended(_ id: ReservationID, at now: Timestamp, _ rules: AttendanceRules) -> [AttendanceFinding] {
        attended[id]?.extended(at: now, rules) ?? []
    }

    /// Whether nothing is unknown of the time between two looks: neither clock says that much has passed.
    private func follows(_ look: MachineLook, at now: Timestamp, after before: Look, _ interval: Span) -> Bool {
        let step = AttendanceLimits.step(interval)
        let passed = look.at - before.boot
        return now - before.time <= step && passed > 0 && passed / 1_000_000 <= step.milliseconds
    }

    private mutating func endings(at now: Timestamp, _ circumstances: Circumstances) -> [AttendanceFinding] {
        var findings: [AttendanceFinding] = []
        for holder in circumstances.holders where !holder.isEnding && now < holder.end {
            guard announced[holder.id] != holder.end,
                let time = circumstances.rules.endWarning.time(from: holder.from, to: holder.end), time <= now
            else { continue }
            announced[holder.id] = holder.end
            findings.append(.endsSoon(holder.id, end: holder.end))
        }
        return findings
    }

    private mutating func strangers(
        _ seen: Sight, at now: Timestamp, isWhole: Bool, isNext: Bool, _ circumstances: Circumstances
    ) -> [AttendanceFinding] {
        let (reports, again) = unreserved.look(
            seen.strangers, at: now, isWhole: isWhole, isNext: isNext, record: circumstances.settings.record)
        var findings = reports.map { AttendanceFinding.unreserved($0) }
        guard circumstances.rules.unreserved.action == .end else { return findings }
        var devices: [UnreservedTrail.Process: (user: UserID, devices: DeviceSet)] = [:]
        for (key, processes) in again {
            for process in processes {
                devices[process, default: (key.user, DeviceSet())].devices.insert(key.device)
            }
        }
        for (process, use) in devices.sorted(by: { $0.key.pid < $1.key.pid }) {
            findings.append(.endProcess(process, user: use.user, devices: use.devices))
        }
        return findings
    }
}
