import Policy
import Units

/// What the policy never has room for is refused at once; what it has room for later waits.
extension Engine {
    func checkLicences(_ demand: Demand) throws(Rejection) {
        for licence in demand.licences {
            guard let count = counters.licences[licence.name] else {
                throw .unknownLicence(licence.name, known: counters.licences.keys.sorted())
            }
            guard licence.count <= count else {
                throw .exceedsLicences(licence.name, asked: licence.count, count: count)
            }
        }
    }

    /// On an idle host, all that a department may ever have.
    func checkQuota(_ shape: Shape, of department: DepartmentID, model name: String?) throws(Rejection) {
        guard shape.counted.quotas != nil else { return }
        if shape.share != nil {
            try checkQuota(ofShare: shape, of: department, model: name)
            return
        }
        let idle = CounterProfile(from: time, counters: counters)
        func hasRoom(_ count: Int) -> Bool {
            var shape = shape
            shape.count = count
            let end = time + Span(milliseconds: 1)
            return fleet.models.indices.contains { kind in
                let devices = fleet.models[kind].allDevices
                guard let host = fleet.kinds.firstIndex(of: kind), shape.local[kind].fits(count, in: devices) else {
                    return false
                }
                if case .devices = idle.room(for: shape, on: host, in: devices, from: time, until: end) { return true }
                return false
            }
        }
        guard !hasRoom(shape.count) else { return }
        let limit = (0..<shape.count).last(where: hasRoom) ?? 0
        switch shape.counted.reach {
        case .lent: throw .exceedsQuota(department, model: name, asked: shape.count, limit: limit)
        case .nominal: throw .windowExceedsNominal(department, model: name, asked: shape.count, limit: limit)
        }
    }

    private func checkQuota(ofShare shape: Shape, of department: DepartmentID, model name: String?) throws(Rejection) {
        let idle = Profile(from: time, fleet: fleet, counters: counters)
        let hasRoom = fleet.models.indices.contains { kind in
            guard let host = fleet.kinds.firstIndex(of: kind) else { return false }
            return idle.free(for: shape, on: host, at: time, span: Span(milliseconds: 1)) != nil
        }
        guard !hasRoom else { return }
        switch shape.counted.reach {
        case .lent: throw .exceedsQuota(department, model: name, asked: 1, limit: 0)
        case .nominal: throw .windowExceedsNominal(department, model: name, asked: 1, limit: 0)
        }
    }

    func checkCaps(_ caps: Caps, _ request: Request) throws(Rejection) {
        try checkDuration(request.span, caps)
        if let limit = caps.devicesPerTeam, request.devices > limit {
            throw .exceedsCap(.devicesPerTeam, asked: Int64(request.devices), limit: Int64(limit))
        }
        if let limit = caps.devicesPerUser, request.devices > limit {
            throw .exceedsCap(.devicesPerUser, asked: Int64(request.devices), limit: Int64(limit))
        }
        guard let horizon = caps.horizon.map({ time + $0 }) else { return }
        if let at = request.at, at > horizon { throw .beyondHorizon(field: "at", at, horizon: horizon) }
        if let notBefore = request.notBefore, notBefore > horizon {
            throw .beyondHorizon(field: "notBefore", notBefore, horizon: horizon)
        }
    }

    /// Whether in months in which its user has had nothing yet there is enough for it.
    private func hasDeviceHours(_ time: DeviceTime, _ span: Span) -> Bool {
        let idle = CounterProfile(from: self.time, counters: counters)
        var start = self.time
        while let next = idle.nextStart(time, from: start, until: start + span) {
            guard next < .distantFuture else { return false }
            start = next
        }
        return true
    }

    func checkDeviceHours(_ shape: Shape, _ span: Span) throws(Rejection) {
        guard let deviceTime = shape.counted.deviceTime, !hasDeviceHours(deviceTime, span) else { return }
        let asked = (Int128(deviceTime.rate) * Int128(span.milliseconds) - 1) / Int128(DeviceTime.perHour) + 1
        throw .exceedsCap(
            .deviceHours, asked: Int64(clamping: asked), limit: deviceTime.limit / DeviceTime.perHour)
    }

    func checkDuration(_ span: Span, _ caps: Caps) throws(Rejection) {
        guard let limit = caps.duration, span > limit else { return }
        throw .exceedsCap(.duration, asked: span.wholeSeconds, limit: limit.wholeSeconds)
    }

    /// For one more that does not start at once.
    func checkWaiting(of user: UserID, _ caps: Caps) throws(Rejection) {
        guard let limit = caps.waiting, waitingOfUser[user, default: 0] >= limit else { return }
        throw .tooManyWaiting(limit: limit, ofUser: true)
    }
}
