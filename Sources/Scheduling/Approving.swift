import Policy
import Units

/// Requests that the policy lets nobody have without somebody else's yes.
///
/// One that waits for it is no part of the queue: it is not planned, and takes nothing but its department's money. A
/// window's devices are kept for it. Without a yes in time it ends.
extension Engine {
    /// What a request needs before it can start; nil where no rule is about it.
    func approval(_ demand: Demand, _ priorityClass: ClassID, span: Span, start: Timestamp) -> Reservation.Approval? {
        let rules = policy.approvals
        guard !rules.requests.isEmpty else { return nil }
        let from = isOutOfReach(start) ? time : max(start, time)
        let matching = rules.requests.filter { rule in
            if let devices = rule.devicesOver, demand.devices <= devices { return false }
            if let id = rule.priorityClass, id != priorityClass { return false }
            guard let price = rule.priceOver else { return rule.devicesOver != nil || rule.priorityClass != nil }
            return highestCost(of: demand, priorityClass, span: span, until: from + span) > price
        }
        guard !matching.isEmpty else { return nil }
        let approver: RequestRule.Approver = matching.contains { $0.approver == .admin } ? .admin : .manager
        return Reservation.Approval(until: time + rules.requestHold, approver: approver)
    }

    /// One that waits for a yes stays as it was asked for; and what would have needed one, had it been asked for that
    /// long, is not had by extending it bit by bit.
    func checkApproval(of reservation: Reservation, for span: Span, by subject: Subject) throws(Rejection) {
        guard reservation.approval == nil else { throw .awaitsApproval(reservation.id) }
        guard !policy.approvals.requests.isEmpty else { return }
        func needed(for span: Span) -> Reservation.Approval? {
            approval(reservation.demand, reservation.priorityClass, span: span, start: time)
        }
        guard needed(for: reservation.span) == nil, let approval = needed(for: span) else { return }
        let department = reservation.account.department
        guard mayApprove(approval, of: department, subject) else {
            throw .notApprover(reservation.id, department, approval.approver)
        }
        guard reservation.owner != subject.user else { throw .ownRequest(reservation.id) }
    }

    private func mayApprove(
        _ approval: Reservation.Approval, of department: DepartmentID, _ subject: Subject
    ) -> Bool {
        subject.isAdmin || approval.approver == .manager && subject.manages.contains(department)
    }

    mutating func approve(_ id: ReservationID, by subject: Subject, into events: inout [Event]) throws(Rejection) {
        accept(try awaiting(id, for: subject), by: subject.user, into: &events)
    }

    /// What follows from a yes.
    mutating func accept(_ reservation: Reservation, by user: UserID, into events: inout [Event]) {
        let id = reservation.id
        guard case .queued = reservation.kind else {
            emit(.approved(id, by: user, start: reservation.forecast), into: &events)
            startDue(into: &events)
            return
        }
        let shape = shape(of: reservation.demand, by: reservation.usageKey, reach: .lent)
        let bound = bound(notBefore: reservation.notBefore, after: reservation.after)
        let placement = place(shape, span: reservation.span, from: bound)
        let startsNow = mayStartNow(placement, isWindow: false, after: reservation.after, span: reservation.span)
        emit(.approved(id, by: user, start: startsNow ? nil : placement.start), into: &events)
        guard let approved = state.reservations[id] else { return }
        if startsNow {
            grant(approved, placement, into: &events)
        } else {
            plan(id, placement)
            followMonths(approved, start: placement.start, into: &events)
            if queued > 1 || hasVictims { isReordered = true }
        }
    }

    mutating func reject(_ id: ReservationID, by subject: Subject, into events: inout [Event]) throws(Rejection) {
        _ = try awaiting(id, for: subject)
        let ended = Reservation.Ended(active: nil, at: time, reason: .rejected(by: subject.user))
        emit(.ended(id, ended), into: &events)
    }

    /// Ends those that nobody has said yes to in time.
    mutating func endUnapproved(into events: inout [Event]) {
        for id in awaiting.sorted() {
            guard let until = state.reservations[id]?.approval?.until, until <= time else { continue }
            emit(.ended(id, Reservation.Ended(active: nil, at: until, reason: .notApproved)), into: &events)
        }
    }

    /// When one that still waits for a yes would be over, if that came at the last moment; nil for any other.
    func latestEnd(unapproved id: ReservationID) -> Timestamp? {
        guard let reservation = state.reservations[id], reservation.isKeptOut else { return nil }
        return reservation.approval.map { $0.until + reservation.span }
    }

    /// One that waits for the yes of such a subject.
    private func awaiting(_ id: ReservationID, for subject: Subject) throws(Rejection) -> Reservation {
        guard let reservation = state.reservations[id] else { throw unknown(id) }
        let department = reservation.account.department
        guard subject.isAdmin || subject.manages.contains(department) else {
            throw .notApprover(id, department, reservation.approval?.approver ?? .manager)
        }
        guard case .waiting = reservation.state, let approval = reservation.approval else {
            throw .notAwaitingApproval(id)
        }
        guard mayApprove(approval, of: department, subject) else {
            throw .notApprover(id, department, approval.approver)
        }
        guard reservation.owner != subject.user else { throw .ownRequest(id) }
        return reservation
    }
}

extension Reservation {
    /// It is no part of the queue, because it waits for a yes.
    var isKeptOut: Bool {
        if case .queued = kind { approval != nil } else { false }
    }
}
