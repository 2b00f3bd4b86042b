import Units

/// What is firm keeps its start against everybody, other firm ones too.
///
/// The firm ones are served first, each as early as it fits; so one can come to stand in the way of another that waits
/// behind it: because something came free that fits only the first, or because it was put back. Where a pass finds
/// that, it is made once more, with every firm one where it was told. That plan exists: they were told of it.
extension Engine {
    /// Whether a plan has a firm one start later than it was told, by more than a stop may take.
    func breaksFirm(_ plan: Plan, at now: Timestamp) -> Bool {
        plan.firm.contains { id in
            guard let reservation = state.reservations[id], reservation.isFirm, let told = reservation.forecast,
                let start = plan.placements[id]?.start
            else { return false }
            return start > max(told, now) + Limits.expectedStop
        }
    }

    /// The places that the firm ones have, as far as what is committed has not taken them.
    /// - Parameter isEarly: those whose place is not known, as after a restart, start as early as they fit behind those
    ///   that were told of an earlier start; otherwise when they were told.
    func keptFirm(at now: Timestamp, isEarly: Bool) -> [ReservationID: Placement] {
        var profile = committedProfile(at: now)
        func planned(_ reservation: Reservation) -> Timestamp {
            placements[reservation.id]?.start ?? reservation.forecast ?? .distantFuture
        }
        let firm = live.ids.compactMap { id -> Reservation? in
            guard let reservation = state.reservations[id], reservation.isFirm, case .queued = reservation.kind,
                case .waiting = reservation.state
            else { return nil }
            return reservation
        }.sorted { (planned($0), $0.id) < (planned($1), $1.id) }
        var kept: [ReservationID: Placement] = [:]
        for reservation in firm {
            guard let bound = bound(of: reservation, in: kept, at: now),
                let placement = keptPlace(of: reservation, from: bound, in: profile, at: now, isEarly: isEarly)
            else { continue }
            profile.take(placement.use, from: placement.start, until: placement.end)
            kept[reservation.id] = placement
        }
        return kept
    }

    /// Where it is planned, or as soon after that as what is stopping lets it. nil where it has to start much later
    /// than that, and than it was told.
    private func keptPlace(
        of reservation: Reservation, from bound: Timestamp, in profile: Profile, at now: Timestamp, isEarly: Bool
    ) -> Placement? {
        guard let told = reservation.forecast else { return nil }
        var start = isEarly ? bound : max(told, bound)
        if var placement = placements[reservation.id] {
            start = max(placement.start, bound)
            // The very same devices, as soon as what stops has given them back.
            for time in [start, max(start, now + Limits.expectedStop)] {
                placement.start = time
                if profile.holds(placement.use, from: placement.start, until: placement.end) { return placement }
            }
        }
        let shape = shape(of: reservation, reach: .lent)
        let fit = profile.earliest(shape, span: reservation.span, from: start)
        guard fit.start <= max(told, start) + Limits.slip else { return nil }
        return Placement(start: fit.start, use: fleet.use(of: shape, fit), span: reservation.span)
    }
}
