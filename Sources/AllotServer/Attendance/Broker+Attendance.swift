import AllotAPI
import Chargeback
import Enforcement
import Policy
import Scheduling
import Storage
import Telemetry
import Topology
import Units

/// What a look at the machine says goes through the writer: what follows from it is one commit.
extension Broker {
    /// Takes in a look, or that there was none.
    /// - Parameter departments: of users that may use what is not theirs, the one that each is of.
    /// - Returns: what is to be done on the machine.
    func attend(_ look: MachineLook?, departments: [UserID: DepartmentID] = [:]) -> [AttendanceAction] {
        guard !isClosed else { return [] }
        let before = attendance
        var round = Round(time: now())
        var actions: [AttendanceAction] = []
        for finding in attendance.fold(look, at: round.time, circumstances(departments)) {
            if let action = take(finding, in: &round) { actions.append(action) }
        }
        guard commit(&round) else {
            attendance = before
            return []
        }
        follow(round)
        arrangeNext()
        return actions
    }

    /// Devices that are drained and that nobody holds: whoever repairs them has them for themselves.
    var devicesSetAside: Set<DeviceID> {
        let time = now()
        let held = engine.runningReservations.reduce(into: DeviceSet()) { $0 = $0.union($1.heldDevices) }
        let drained = engine.drains.filter { $0.from <= time }.reduce(into: DeviceSet()) { $0 = $0.union($1.devices) }
        return Set(drained.subtracting(held).filter { $0 < host.devices.count }.map { host.devices[$0].id })
    }

    private func circumstances(_ departments: [UserID: DepartmentID]) -> Attendance.Circumstances {
        Attendance.Circumstances(
            holders: engine.runningReservations.compactMap { Holder($0) },
            noShows: Set(meter.marks.filter(\.value.isNoShow).keys), devices: host.devices.map(\.id),
            departments: departments, rules: engine.policy.attendance, zone: engine.policy.timeZone,
            lowestUser: watch.lowestUser, settings: watch.telemetry)
    }

    private func take(_ finding: AttendanceFinding, in round: inout Round) -> AttendanceAction? {
        let rules = engine.policy.attendance
        switch finding {
        case .sampled(let id, let sample): _ = meter(.sampled(id, sample), in: &round)
        case .idle(let id, let since, let releasedAt):
            _ = meter(.idle(id, since: since, releasedAt: releasedAt), in: &round)
        case .noShow(let id, let releasedAt): _ = meter(.noShow(id, releasedAt: releasedAt), in: &round)
        case .attended(let id, let why): _ = meter(.attended(id, why), in: &round)
        case .release(let id, let how): decide(.unattended(id, how), actor: nil, details: [], in: &round)
        case .endsSoon(let id, let end):
            round.append(EndsSoonRecord.event(id, end: end, at: round.time))
            return rules.endWarning.signal.map { .warn(id, StopWarning.Signal($0), end: end) }
        case .unreserved(let report): take(report, in: &round)
        case .endProcess(let process, let user, let devices):
            let watched = devices.filter { $0 < host.devices.count }.map { WatchedDevice(host.devices[$0]) }
            let unreserved = UnreservedProcess(
                pid: process.pid, startTime: process.startTime, user: user, devices: watched)
            return .end(unreserved, grace: rules.unreserved.grace)
        case .fault(let device, let reason): setAside(device, reason, in: &round)
        }
        return nil
    }

    private func take(_ report: UnreservedTrail.Report, in round: inout Round) {
        guard report.key.device < host.devices.count else { return }
        let use = UnreservedUse(
            device: host.devices[report.key.device].id, user: report.key.user, department: report.department,
            from: report.from, to: report.to)
        let command = PersonalField(name: .command, value: Array(report.command.utf8))
        _ = meter(.unreserved(use), fields: [command], in: &round)
        logger.warning(
            "a device is used without a reservation",
            metadata: ["device": "\(use.device)", "uid": "\(use.user)", "command": "\(report.command)"])
    }

    /// Writes down what has been seen of a reservation's use, or of every one's, before it is settled.
    func settleUse(of id: ReservationID?, in round: inout Round) {
        for finding in attendance.flush(id, engine.policy.attendance) { _ = take(finding, in: &round) }
    }

    /// The same of every one's, by itself.
    func settleUse() {
        let before = attendance
        var round = Round(time: now())
        settleUse(of: nil, in: &round)
        if commit(&round) { follow(round) } else { attendance = before }
    }

    /// Its owner has said why it is needed: what was announced is off.
    func noteNeed(of id: ReservationID, in round: inout Round) {
        for finding in attendance.extended(id, at: round.time, engine.policy.attendance) {
            _ = take(finding, in: &round)
        }
    }

    /// Writes down everything that has been seen: the daemon ends.
    func closeAttendance() {
        var round = Round(time: now())
        for finding in attendance.close(engine.policy.attendance) { _ = take(finding, in: &round) }
        if commit(&round) { follow(round) }
    }
}

extension WatchedDevice {
    /// A device of the host, as it is found on the machine.
    init(_ device: Device) {
        self.init(
            id: device.id, vendor: device.vendor.rawValue, uuid: device.uuid, pciAddress: device.pciAddress,
            files: device.files)
    }
}
