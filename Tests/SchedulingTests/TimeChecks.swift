import Scheduling
import Units

/// Time as the journal tells it never goes back, whatever the commands came with.
enum ClockChecks {
    static func broken(_ history: [(time: Timestamp, event: Event)]) -> [Broken] {
        var latest: Timestamp?
        var broken: [Broken] = []
        for (_, event) in history {
            let told: Timestamp? =
                switch event {
                case .submitted(let reservation): reservation.submittedAt
                case .started(_, let active): active.startedAt
                case .requeued(_, let time), .resumed(let time, _, _, _): time
                default: nil
                }
            guard let told else { continue }
            if let latest, told < latest { broken.append(Broken(.clock, "\(told.told) comes after \(latest.told)")) }
            latest = told
        }
        return broken
    }
}

/// What is firm moves for nothing that the queue itself brings, other firm ones included, while the machine is awake.
/// Who waits for another's end moves with it, and stops take their time, which nobody plans and which adds up. A
/// restart knows times, and no places: it may move one, which is held to its new time from there.
struct FirmChecks {
    let restarts: [ClosedRange<Timestamp>]

    func broken(_ history: [(time: Timestamp, event: Event)]) -> [Broken] {
        var told: [ReservationID: Timestamp] = [:]
        var followers: Set<ReservationID> = []
        var broken: [Broken] = []
        for (time, event) in history {
            switch event {
            case .submitted(let reservation) where !reservation.after.isEmpty: followers.insert(reservation.id)
            case .firmed(let id, let start) where !followers.contains(id): told[id] = start
            // It is told of a start anew.
            case .requeued(let id, _), .started(let id, _), .ended(let id, _): told[id] = nil
            case .slipped(let id, let start, let cause):
                guard let before = told[id] else { continue }
                if cause != .order || restarts.contains(where: { $0.contains(time) }) {
                    told[id] = start
                } else if start > max(before + .minutes(5), time + .seconds(10)) {
                    broken.append(Broken(.firm, "\(id) moves to \(start.told) at \(time.told)"))
                }
            default: break
            }
        }
        return broken
    }
}

/// Promise 4 at any moment: where no pass is to come, nobody is planned over a minute later than the journal has told.
enum UntoldChecks {
    static func broken(_ engine: Engine) -> [Broken] {
        guard !engine.needsPass else { return [] }
        return engine.liveReservations().compactMap { id in
            guard let told = engine.state.reservations[id]?.forecast, let planned = engine.plannedPlacement(of: id),
                planned.start > told + .minutes(1)
            else { return nil }
            return Broken(.slip, "\(id) is planned at \(planned.start.told) and was told \(told.told)")
        }
    }
}

/// What is admitted at a fixed time, or for longer, takes nothing from anybody that is planned or runs.
struct DisplacementChecks {
    /// The state that the command came to.
    let before: EngineState
    /// As it stands after the command.
    let engine: Engine

    private struct Stretch {
        var host: Int
        var devices: DeviceSet
        /// Of others only those that hold the devices whole are in its way.
        var isShare: Bool
        var from: Timestamp
        var until: Timestamp
    }

    func broken(_ events: [Event]) -> [Broken] {
        events.flatMap { event -> [Broken] in
            switch event {
            case .submitted(let reservation):
                guard case .window(let start, let devices) = reservation.kind else { return [] }
                let stretch = Stretch(
                    host: reservation.windowHost, devices: devices, isShare: reservation.demand.share != nil,
                    from: start, until: start + reservation.span)
                return displaced(by: reservation.id, stretch).map { Broken(.windowDisplaces, $0) }
            case .extended(let id, let span):
                guard let old = before.reservations[id]?.span, var stretch = stretch(of: id) else { return [] }
                stretch.from = stretch.until - Span(milliseconds: span.milliseconds - old.milliseconds)
                return displaced(by: id, stretch).map { Broken(.extensionDisplaces, $0) }
            default: return []
            }
        }
    }

    private func displaced(by id: ReservationID, _ taken: Stretch) -> [String] {
        before.reservations.keys.sorted().compactMap { other in
            guard other != id, let held = stretch(of: other), held.host == taken.host,
                held.from < taken.until, taken.from < held.until, !(held.isShare && taken.isShare),
                !held.devices.isDisjoint(with: taken.devices)
            else { return nil }
            return "\(id) takes from \(other)"
        }
    }

    /// What a reservation holds, or is planned to hold.
    private func stretch(of id: ReservationID) -> Stretch? {
        let isShare = engine.state.reservations[id]?.demand.share != nil
        if case .active(let active) = engine.state.reservations[id]?.state {
            return Stretch(
                host: active.grant.host, devices: active.grant.devices, isShare: isShare, from: active.startedAt,
                until: active.endsAt)
        }
        guard let planned = engine.plannedPlacement(of: id) else { return nil }
        return Stretch(
            host: planned.host, devices: planned.devices, isShare: isShare, from: planned.start, until: planned.end)
    }
}
