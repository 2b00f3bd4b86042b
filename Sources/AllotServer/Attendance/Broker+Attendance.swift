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
        for finding in attendance.fold(look, at: round.time, circumstances) {
            if let action = take(finding, departments, in: &round) { actions.append(action) }
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

    private var circumstances: Attendance.Circumstances {
        let holders = engine.runningReservations.compactMap { Holder($0) }
        return Attendance.Circumstances(
            holders: holders, devices: host.devices.map(\.id), rules: engine.policy.attendance,
            zone: engine.policy.timeZone, lowestUser: watch.lowestUser, settings: watch.telemetry)
    }

    private func take(
        _ finding: AttendanceFinding, _ departments: [UserID: DepartmentID], in round: inout Round
    ) -> AttendanceAction? {
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
            return rules.endWarning.signal.map { .warn(id, StopWarning.Signal($0)) }
        case .unreserved(let report): take(report, departments, in: &round)
        case .endProcess(let process, let user, let devices):
            let watched = devices.filter { $0 < host.devices.count }.map { WatchedDevice(host.devices[$0]) }
            let unreserved = UnreservedProcess(
                pid: process.pid, startTime: process.startTime, user: user, devices: watched)
            return .end(unreserved, grace: rules.unreserved.grace)
        case .fault(let device, let reason): setAside(device, reason, in: &round)
        }
        return nil
    }

    private func take(
        _ report: UnreservedTrail.Report, _ departments: [UserID: DepartmentID], in round: inout Round
    ) {
        guard report.key.device < host.devices.count else { return }
        let use = UnreservedUse(
            device: host.devices[report.key.device].id, user: report.key.user, department: departments[report.key.user],
            from: report.from, to: report.to)
        let command = PersonalField(name: .command, value: Array(report.command.utf8))
        _ = meter(.unreserved(use), fields: [command], in: &round)
        logger.warning(
            "a device is used without a reservation",
            metadata: ["device": "\(use.device)", "uid": "\(use.user)", "command": "\(report.command)"])
    }

    /// Takes a device out of the plan that is not fit to be used, where it is not already.
    private func setAside(_ device: Int, _ reason: String, in round: inout Round) {
        let isOut = engine.drains.contains {
            $0.hasFailed && $0.devices.contains(device) && $0.from <= round.time
        }
        guard !isOut else { return }
        logger.error(
            "a device is set aside", metadata: ["device": "\(host.devices[device].id)", "reason": "\(reason)"])
        let request = Scheduling.DrainRequest(
            devices: DeviceSet([device]), hasFailed: true,
            reason: String(reason.prefix(AttendanceLimits.reasonCharacters)))
        decide(.drain(request, by: Broker.daemon), actor: nil, details: [], in: &round)
    }

    /// Sets devices aside that something holds although their grant is over, before they are given to anybody.
    /// - Returns: whether that is durable.
    func quarantine(_ unfit: [UnfitDevice]) -> Bool {
        guard !unfit.isEmpty else { return true }
        guard !isClosed else { return false }
        var round = Round(time: now())
        for device in unfit {
            guard let index = host.devices.firstIndex(where: { $0.id == device.id }) else { continue }
            setAside(index, device.reason, in: &round)
        }
        guard commit(&round) else { return false }
        follow(round)
        arrangeNext()
        return true
    }

    /// What the daemon does by itself, it does as who may do everything.
    private static var daemon: Subject { Subject(user: .root, accounts: [], isAdmin: true) }

    /// Writes down what has been seen of a reservation's use, or of every one's, before it is settled.
    func settleUse(of id: ReservationID?, in round: inout Round) {
        for finding in attendance.flush(id, engine.policy.attendance) { _ = take(finding, [:], in: &round) }
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
            _ = take(finding, [:], in: &round)
        }
    }

    /// Writes down everything that has been seen: the daemon ends.
    func closeAttendance() {
        var round = Round(time: now())
        for finding in attendance.close(engine.policy.attendance) { _ = take(finding, [:], in: &round) }
        if commit(&round) { follow(round) }
    }

    // MARK: The machine was started anew

    /// Ends what ran when the machine was last stopped and can not go on: a command is not run twice.
    func settleRestart(_ boot: String) {
        let known: [UInt8]?
        do {
            known = try store.read(.document(Broker.bootDocument))
        } catch {
            logger.error("what start of the machine was last seen can not be read", metadata: ["error": "\(error)"])
            return
        }
        guard known != Array(boot.utf8) else { return }
        guard known != nil else { return note(boot: boot) }
        var round = Round(time: now())
        round.documents[Broker.bootDocument] = Array(boot.utf8)
        let lost = engine.runningReservations.filter { reservation in
            if case .active = reservation.state { reservation.hasCommand } else { false }
        }
        var writer = JSONWriter()
        writer.openObject()
        writer.field("commands", lost.map(\.id.description))
        writer.closeObject()
        round.append(JournalEvent(at: round.time, actor: nil, kind: "host.restarted", payload: writer.bytes))
        for reservation in lost { decide(.hostRestarted(reservation.id), actor: nil, details: [], in: &round) }
        guard commit(&round) else { return }
        follow(round)
        logger.notice("the machine was started anew", metadata: ["commandsThatEnded": "\(lost.count)"])
    }

    private func note(boot: String) {
        do throws(StoreError) {
            try commit(own: Batch(documents: [Broker.bootDocument: Array(boot.utf8)]))
        } catch {
            logger.error("what start of the machine this is was not written down", metadata: ["error": "\(error)"])
        }
    }

    private static var bootDocument: String { "boot" }
}

extension WatchedDevice {
    /// A device of the host, as it is found on the machine.
    init(_ device: Device) {
        self.init(
            id: device.id, vendor: device.vendor.rawValue, uuid: device.uuid, pciAddress: device.pciAddress,
            files: device.files)
    }
}
