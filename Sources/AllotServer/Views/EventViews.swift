import AllotAPI
import Chargeback
import Scheduling
import Storage
import Units

/// Makes the stream's events of the journal's, for one viewer.
struct EventViews: Sendable {
    var reservations: ReservationViews
    /// The departments whose budgets the viewer sees; nil for all.
    var budgets: Set<DepartmentID>?

    /// - Parameter reservation: the one that the event is about, as it is now; nil where it is not known.
    func view(_ entry: JournalEntry, reservation: Reservation?) -> EventView {
        var view = EventView(sequence: entry.sequence, time: DateTime(entry.at), type: entry.kind)
        view.reservation = entry.reservation?.description
        if let drain = DrainNotice.drain(entry) {
            if let reservation { show(reservation, in: &view) }
            show(drain, in: &view)
            return view
        }
        guard let event = try? EventRecord.event(kind: entry.kind, payload: entry.payload) else {
            show(entry, of: reservation, in: &view)
            return view
        }
        let subject: Reservation? = if case .submitted(let submitted) = event { submitted } else { reservation }
        if let subject { show(subject, in: &view) }
        show(event, of: subject, in: &view)
        return view
    }

    /// What is seen of use: of a reservation's for those who know whose it is, of use without one for those whom its
    /// department's events are shown to.
    private func show(_ entry: JournalEntry, of reservation: Reservation?, in view: inout EventView) {
        if let reservation {
            view.department = reservation.account.department.text
            guard reservations.mayKnow(reservation) else { return }
            view.user = reservations.names(reservation.owner)
        }
        if entry.kind == EndsSoonRecord.kind { view.end = EndsSoonRecord.end(entry.payload).map { DateTime($0) } }
        switch try? MeteringRecord.event(kind: entry.kind, payload: entry.payload) {
        case .idle(_, let since, let releasedAt):
            view.start = DateTime(since)
            view.end = releasedAt.map { DateTime($0) }
        case .noShow(_, let releasedAt): view.end = releasedAt.map { DateTime($0) }
        case .attended(_, let why): view.cause = why.rawValue
        case .unreserved(let use): show(use, in: &view)
        case .inventory, .gap, .cut, .sampled, nil: break
        }
    }

    private func show(_ use: UnreservedUse, in view: inout EventView) {
        let department = use.department ?? DepartmentID("")
        guard reservations.viewer.reaches(use.user, department, by: .readEvents) else { return }
        view.department = use.department?.text
        view.user = reservations.names(use.user)
        view.start = DateTime(use.from)
        view.end = DateTime(use.to)
        view.devices = [use.device.text]
    }

    private func show(_ subject: Reservation, in view: inout EventView) {
        view.department = subject.account.department.text
        if reservations.mayKnow(subject) { view.user = reservations.names(subject.owner) }
    }

    private func show(_ drain: Drain, in view: inout EventView) {
        view.start = DateTime(drain.from)
        view.end = drain.until.map { DateTime($0) }
        view.devices = reservations.host.ids(of: drain.devices)
        view.cause = drain.hasFailed ? "failure" : "maintenance"
        view.reason = drain.reason.isEmpty ? nil : drain.reason
    }

    private func show(_ event: Event, of subject: Reservation?, in view: inout EventView) {
        switch event {
        case .submitted(let reservation):
            view.start = reservation.forecast.map { DateTime($0) }
            if case .window(let start, let devices) = reservation.kind {
                view.start = DateTime(start)
                view.end = DateTime(start + reservation.span)
                view.devices = reservations.host.ids(of: devices)
            }
        case .slipped(_, let start, let cause):
            view.start = DateTime(start)
            view.cause = cause.rawValue
        case .firmed(_, let start): view.start = DateTime(start)
        case .moved(_, let devices):
            view.start = subject?.fixedStart.map { DateTime($0) }
            view.devices = reservations.host.ids(of: devices)
        case .requeued(_, let time): view.start = DateTime(time)
        case .credited(_, let credit):
            view.start = DateTime(credit.from)
            view.end = DateTime(credit.to)
        case .drained(let drain): show(drain, in: &view)
        case .resumed(_, let devices, _, _): view.devices = reservations.host.ids(of: devices)
        case .approved(_, _, let start): view.start = start.map { DateTime($0) }
        case .budgetThreshold(let department, let month, let percent):
            guard budgets?.contains(department) ?? true else { return }
            view.department = department.text
            view.start = DateTime(month)
            view.percent = percent
        case .fairShareChanged, .held, .reassigned: break
        case .started(_, let active):
            view.start = DateTime(active.startedAt)
            view.end = DateTime(active.endsAt)
            view.devices = reservations.host.ids(of: active.grant.devices)
        case .extended(_, let span):
            view.durationSeconds = span.wholeSeconds
            view.end = subject?.fixedStart.map { DateTime($0 + span) }
        case .ending(_, let ending):
            view.end = DateTime(ending.at)
            view.cause = ending.reason.word
        case .ended(_, let ended):
            view.end = DateTime(ended.at)
            view.cause = ended.reason.word
        }
    }
}

extension Reservation {
    /// When it began, or as a window will; nil for one that waits in the queue, or never began.
    fileprivate var fixedStart: Timestamp? {
        switch (state, kind) {
        case (_, .window(let start, _)): start
        case (.active(let active), _), (.ending(let active, _), _): active.startedAt
        case (.ended(let ended), _): ended.active?.startedAt
        case (.waiting, .queued): nil
        }
    }
}

extension EndReason {
    /// The reason's name in the API.
    var word: String {
        switch self {
        case .expired: "expired"
        case .cancelled: "cancelled"
        case .released: "released"
        case .commandEnded: "commandEnded"
        case .failed: "failed"
        case .restarted: "restarted"
        case .missed: "missed"
        case .deviceFailed: "deviceFailed"
        case .drained: "drained"
        case .budget: "budget"
        case .idle: "idle"
        case .noShow: "noShow"
        case .notApproved: "notApproved"
        case .rejected: "rejected"
        case .preempted(_, let isReclaim): isReclaim ? "reclaimed" : "preempted"
        }
    }
}
