import Policy
import Units

extension Engine {
    /// Plans the whole queue on a copy, and says what is in a waiting reservation's way. Nothing changes.
    /// - Throws: `unknownReservation`, or `alreadyEnded` for one that is ending too.
    public func explain(_ id: ReservationID, at now: Timestamp) throws(Rejection) -> Explanation {
        var copy = self
        copy.time = max(time, now)
        copy.replan()
        guard let reservation = state.reservations[id] else {
            throw id.number >= 1 && id.number < state.nextNumber ? .alreadyEnded(id) : .unknownReservation(id)
        }
        switch reservation.state {
        case .ending, .ended: throw .alreadyEnded(id)
        case .active(let active):
            return Explanation(id: id, start: active.startedAt, blockers: [], changes: [])
        case .waiting:
            if let approval = reservation.approval {
                return copy.explanation(of: reservation, waitingFor: approval)
            }
            guard let placement = copy.placements[id] else { throw .unknownReservation(id) }
            return Explanation(
                id: id, start: copy.isOutOfReach(placement.start) ? nil : placement.start,
                blockers: copy.blockers(of: reservation, placement),
                changes: copy.changes(of: reservation, than: placement.start))
        }
    }

    /// Nothing else is in the way that anybody could know of before there is a yes.
    private func explanation(
        of reservation: Reservation, waitingFor approval: Reservation.Approval
    ) -> Explanation {
        var blockers: [Explanation.Blocker] = [.approval(approval)]
        var start: Timestamp?
        if case .window(let time, _) = reservation.kind {
            blockers.append(.window(time))
            start = time
        }
        return Explanation(id: reservation.id, start: start, blockers: blockers, changes: [])
    }

    private mutating func blockers(of reservation: Reservation, _ placement: Placement) -> [Explanation.Blocker] {
        if case .window(let start, _) = reservation.kind { return [.window(start)] }
        let shape = shape(of: reservation.demand, by: reservation.usageKey, reach: .lent)
        let bound = bound(notBefore: reservation.notBefore, after: reservation.after)
        var blockers: [Explanation.Blocker] = []
        if let notBefore = reservation.notBefore, notBefore > time { blockers.append(.notBefore(notBefore)) }
        for other in reservation.after where state.reservations[other] != nil {
            blockers.append(.after(other, until: self.bound(notBefore: nil, after: [other])))
        }
        blockers += drainBlockers(shape, reservation)
        blockers += hostBlockers(shape)
        blockers += countedBlockers(shape, reservation)
        // With what runs and the windows alone it would start here: from there on it is the order.
        let alone = committed.earliest(shape, span: reservation.span, from: bound)
        if alone.start < placement.start { blockers.append(order(before: placement, from: alone.start, shape)) }
        return blockers
    }

    private func drainBlockers(_ shape: Shape, _ reservation: Reservation) -> [Explanation.Blocker] {
        let end = time + reservation.span
        let host = nearest(shape)
        let eligible = shape.local[fleet.kinds[host]].eligible
        return drains.filter { $0.host == host && $0.overlaps(from: time, until: end) }.compactMap { drain in
            let count = drain.devices.intersection(eligible).count
            guard drain.isHost || shape.count > 0 && count > 0 else { return nil }
            return .drained(devices: count, isHost: drain.isHost, until: drain.until)
        }
    }

    /// What the host has not enough of at this moment, or not for long enough.
    private func hostBlockers(_ shape: Shape) -> [Explanation.Blocker] {
        var blockers: [Explanation.Blocker] = []
        let host = nearest(shape)
        let local = shape.local[fleet.kinds[host]]
        let here = held.hosts[host]
        let devices = here.devices.devices(for: shape.share)
        let free = devices.intersection(local.eligible)
        if !local.fits(shape.count, in: devices) {
            blockers.append(
                .devices(
                    free: free.count, asked: shape.count,
                    holders: holders(on: host) { !$0.isDisjoint(with: local.eligible) }))
        }
        if here.cores.count < shape.cores {
            blockers.append(
                .cores(free: here.cores.count, asked: shape.cores, holders: holders(on: host) { _ in true }))
        }
        if here.memory < shape.memory {
            blockers.append(
                .memory(
                    free: ByteCount(bytes: here.memory), asked: ByteCount(bytes: shape.memory),
                    holders: holders(on: host) { _ in true }))
        }
        let windows = coming(shape, on: host)
        if blockers.isEmpty, !windows.isEmpty { blockers.append(.windows(windows)) }
        return blockers
    }

    private func countedBlockers(_ shape: Shape, _ reservation: Reservation) -> [Explanation.Blocker] {
        let end = time + reservation.span
        var blockers = shape.counted.parts.compactMap { part -> Explanation.Blocker? in
            guard let full = committed.counters.full(part, from: time, until: end) else { return nil }
            let used = committed.counters.used(part.counter, at: full.start)
            let what: Explanation.Blocker.What
            var unit = Int64(DeviceShare.whole)
            switch part.counter {
            case .licence(let name): (what, unit) = (.licence(name), 1)
            case .team: what = .devicesPerTeam
            case .user: what = .devicesPerUser
            case .quota, .pool: return nil
            }
            func ratio(_ amount: Int) -> Ratio { Ratio(thousandths: Int64(amount) * 1000 / unit) }
            return .counted(
                what, used: ratio(used), asked: ratio(part.amount), limit: ratio(part.limit), until: full.end)
        }
        if let blocker = deviceHoursBlocker(shape, until: end) { blockers.append(blocker) }
        let host = nearest(shape)
        let devices = DeviceSet(shape.local[fleet.kinds[host]].eligible.prefix(shape.count))
        let full = committed.counters.full(shape.counted, devices, on: host, from: time, until: end)
        if let until = full.map(\.end).max() {
            let own = (shape.counted.quotas ?? []).first {
                !counters.quotas.rules[$0].devices[fleet.kinds[host]].isDisjoint(with: devices)
            }
            blockers.append(
                .quota(
                    reservation.account.department,
                    used: Ratio(
                        thousandths: Int64(own.map { committed.counters.used(.quota($0), at: time) } ?? 0)),
                    asked: Ratio(thousandths: Int64(shape.count * DeviceShare.whole)),
                    limit: own.flatMap { counters.quotas.rules[$0].most }.map { Ratio(thousandths: Int64($0)) },
                    until: until))
        }
        return blockers
    }

    private func deviceHoursBlocker(_ shape: Shape, until end: Timestamp) -> Explanation.Blocker? {
        guard let deviceTime = shape.counted.deviceTime,
            let next = committed.counters.nextStart(deviceTime, from: time, until: end), let months = counters.months
        else { return nil }
        let month = months[next == .distantFuture ? time : next - Span(milliseconds: 1)]
        func hours(_ amount: Int64) -> Ratio { Ratio(thousandths: amount / (DeviceTime.perHour / 1000)) }
        let asked = Int128(deviceTime.rate) * Int128((end - time).milliseconds)
        return .counted(
            .deviceHours, used: hours(committed.counters.spent.amount(of: deviceTime.user, in: month.lowerBound)),
            asked: hours(Int64(clamping: asked)), limit: hours(deviceTime.limit), until: next)
    }

    /// The host that has the most of what it may get free at this moment: the one to tell of.
    private func nearest(_ shape: Shape) -> Int {
        func free(_ host: Int) -> Int {
            let local = shape.local[fleet.kinds[host]]
            let devices = held.hosts[host].devices.devices(for: shape.share)
            return local.isPossible ? devices.intersection(local.eligible).count : -1
        }
        return held.hosts.indices.dropFirst().reduce(0) { free($1) > free($0) ? $1 : $0 }
    }

    /// What runs on such devices of a host, by its end.
    private func holders(on host: Int, _ matches: (DeviceSet) -> Bool) -> [Explanation.Holder] {
        let holders = running.compactMap { id -> Explanation.Holder? in
            guard let reservation = state.reservations[id] else { return nil }
            switch reservation.state {
            case .active(let active) where active.grant.host == host && matches(active.grant.devices):
                return holder(reservation, active.grant.devices, from: active.startedAt, until: active.endsAt)
            case .ending(let active, let ending)
            where active.grant.host == host && matches(active.grant.devices):
                return holder(
                    reservation, active.grant.devices, from: active.startedAt,
                    until: max(ending.at, time) + Limits.expectedStop)
            default: return nil
            }
        }
        return Array(holders.sorted { ($0.until, $0.id) < ($1.until, $1.id) }.prefix(Limits.explainedHolders))
    }

    /// What holds something of a drain when it begins, or holds it now.
    public func holders(under drain: Drain) -> [Explanation.Holder] {
        holders(on: drain.host) { drain.touches($0, on: drain.host) }.filter { $0.until > drain.from }
    }

    /// Windows on devices that the shape may get, by their starts.
    private func coming(_ shape: Shape, on host: Int) -> [Explanation.Holder] {
        let local = shape.local[fleet.kinds[host]]
        guard local.fits(shape.count, in: held.hosts[host].devices.devices(for: shape.share)) else { return [] }
        let windows = placements.compactMap { id, placement -> Explanation.Holder? in
            guard let reservation = state.reservations[id], case .window = reservation.kind,
                placement.host == host, !placement.devices.isDisjoint(with: local.eligible)
            else { return nil }
            return holder(reservation, placement.devices, from: placement.start, until: placement.end)
        }
        return Array(windows.sorted { ($0.from, $0.id) < ($1.from, $1.id) }.prefix(Limits.explainedHolders))
    }

    /// Those that are planned between when it could start and when it will.
    private func order(before placement: Placement, from start: Timestamp, _ shape: Shape) -> Explanation.Blocker {
        let others = agenda.entries.compactMap { entry -> Explanation.Holder? in
            guard let reservation = state.reservations[entry.id], case .queued = reservation.kind,
                let other = placements[entry.id], other.start < placement.start, other.end > start
            else { return nil }
            return holder(reservation, other.devices, from: other.start, until: other.end)
        }
        return .order(ahead: others.count, first: Array(others.prefix(Limits.explainedHolders)))
    }

    private func holder(
        _ reservation: Reservation, _ devices: DeviceSet, from: Timestamp, until: Timestamp
    ) -> Explanation.Holder {
        Explanation.Holder(
            id: reservation.id, department: reservation.account.department, devices: devices.count,
            cores: reservation.demand.cores, from: from, until: until)
    }
}
