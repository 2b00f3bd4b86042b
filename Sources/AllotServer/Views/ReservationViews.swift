import AllotAPI
import Scheduling
import Topology
import Units

/// Makes reservations' views for one viewer: of another's reservation, only what the calendar shows.
struct ReservationViews: Sendable {
    let host: Host
    let viewer: Caller
    /// Names of the users that may come up; a user without one is shown by uid.
    var names: @Sendable (UserID) -> String

    func view(_ decision: Decision) -> ReservationView {
        let reservation = decision.reservation
        var view = ReservationView(
            id: reservation.id.description, state: state(of: reservation), kind: kind(of: reservation),
            department: reservation.account.department.text, gpus: reservation.demand.devices,
            model: reservation.demand.model, together: together(reservation.demand.together),
            cpus: reservation.demand.cores, memoryBytes: reservation.demand.memory.bytes,
            durationSeconds: reservation.span.wholeSeconds, submittedAt: DateTime(reservation.submittedAt),
            class: reservation.priorityClass.text)
        view.gpuShare = reservation.demand.share?.description
        view.gpuMemoryBytes = reservation.demand.deviceMemory?.bytes
        view.notBefore = reservation.notBefore.map { DateTime($0) }
        view.after = reservation.after.isEmpty ? nil : reservation.after.map(\.description)
        if !reservation.demand.licences.isEmpty {
            view.licences = Dictionary(reservation.demand.licences.map { ($0.name, $0.count) }) { first, _ in first }
        }
        if case .waiting = reservation.state {
            view.isFirm = reservation.hasFirmStart ? true : nil
            view.approvalUntil = reservation.approval.map { DateTime($0.until) }
            view.approver = reservation.approval.map { $0.approver == .admin ? .admin : .manager }
        }
        view.requeue = reservation.isRequeued ? true : nil
        view.preemptions = reservation.preemptions > 0 ? reservation.preemptions : nil
        view.requeuedAt = reservation.requeuedAt.map { DateTime($0) }
        view.firstForecast = reservation.firstForecast.map { DateTime($0) }
        if let placement = decision.placement {
            view.plannedStart = DateTime(placement.start)
            view.ahead = decision.ahead
            view.devices = host.ids(of: placement.devices)
        }
        showState(reservation.state, in: &view)
        if mayKnow(reservation) {
            showOwn(reservation, decision.details, in: &view)
            if case .active = reservation.state {
                view.endsSoon = decision.endsSoon ? true : nil
                show(decision.notice, in: &view)
            }
        }
        return view
    }

    /// Whether the viewer sees whose it is, its tags and its command.
    func mayKnow(_ reservation: Reservation) -> Bool {
        viewer.reaches(reservation.owner, reservation.account.department, by: .showReservation)
            || reservation.sharedWith.contains(viewer.subject.user)
    }

    private func state(of reservation: Reservation) -> ReservationView.State {
        switch reservation.state {
        case .waiting: reservation.approval == nil ? .waiting : .awaitingApproval
        case .active: .active
        case .ending: .ending
        case .ended: .ended
        }
    }

    private func kind(of reservation: Reservation) -> ReservationView.Kind {
        if case .window = reservation.kind { .window } else { .queued }
    }

    private func together(_ together: Demand.Together) -> ReservationRequest.Together {
        switch together {
        case .nvlink: .nvlink
        case .numa: .numa
        case .host: .host
        case .any: .any
        }
    }

    private func showState(_ state: Reservation.State, in view: inout ReservationView) {
        switch state {
        case .waiting: break
        case .active(let active): show(active, in: &view)
        case .ending(let active, let ending):
            show(active, in: &view)
            show(ending.reason, in: &view)
        case .ended(let ended):
            if let active = ended.active { show(active, in: &view) }
            view.endsAt = nil
            view.endedAt = DateTime(ended.at)
            show(ended.reason, in: &view)
        }
    }

    private func show(_ active: Reservation.Active, in view: inout ReservationView) {
        view.startedAt = DateTime(active.startedAt)
        view.isBorrowed = active.isBorrowed ? true : nil
        view.endsAt = DateTime(active.endsAt)
        view.devices = host.ids(of: active.grant.devices)
        view.cores = active.grant.cores.list
        view.numaNodes = active.grant.numaNodes.list
    }

    private func show(_ reason: EndReason, in view: inout ReservationView) {
        switch reason {
        case .expired: view.endReason = .expired
        case .cancelled: view.endReason = .cancelled
        case .released: view.endReason = .released
        case .failed: view.endReason = .failed
        case .restarted: view.endReason = .restarted
        case .missed: view.endReason = .missed
        case .deviceFailed: view.endReason = .deviceFailed
        case .drained: view.endReason = .drained
        case .budget: view.endReason = .budget
        case .idle: view.endReason = .idle
        case .noShow: view.endReason = .noShow
        case .notApproved: view.endReason = .notApproved
        case .rejected: view.endReason = .rejected
        case .preempted(let claimant, let isReclaim):
            view.endReason = isReclaim ? .reclaimed : .preempted
            view.gaveWayTo = claimant.description
        case .commandEnded(let code):
            view.endReason = .commandEnded
            view.exitCode = code
        }
    }

    private func show(_ notice: AttendanceNotice?, in view: inout ReservationView) {
        guard let notice else { return }
        view.unused = notice.isNoShow ? .noShow : .idle
        view.unusedSince = DateTime(notice.since)
        view.releaseAt = notice.releasedAt.map { DateTime($0) }
    }

    private func showOwn(_ reservation: Reservation, _ details: Details, in view: inout ReservationView) {
        view.team = reservation.account.team?.text
        view.user = names(reservation.owner)
        view.uid = reservation.owner.uid
        view.shareWith = reservation.sharedWith.isEmpty ? nil : reservation.sharedWith.map(names)
        view.tags = details.tags.isEmpty ? nil : details.tags
        view.command = details.command?.arguments
    }
}

extension Reservation {
    /// A window's start is fixed from its admission on.
    fileprivate var hasFirmStart: Bool {
        if case .window = kind { true } else { isFirm || hasGivenWayOften }
    }
}

extension Host {
    /// The ids of devices by index.
    func ids(of devices: DeviceSet) -> [String] {
        devices.filter { $0 < self.devices.count }.map { self.devices[$0].id.text }
    }
}
