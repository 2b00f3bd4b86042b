import Policy
import Units

/// Submitting: the request is checked against its limits, the policy and the host, and started or planned.
extension Engine {
    mutating func submit(_ request: Request, by subject: Subject, into events: inout [Event]) throws(Rejection) {
        let account = try account(of: subject, team: request.team)
        let priorityClass = try admittedClass(request.priorityClass)
        try checkNumbers(request)
        try checkQueue(of: subject.user)
        for id in request.after where id.number >= state.nextNumber || id.number < 1 {
            throw .unknownReservation(id)
        }
        let demand = try demand(of: request)
        let key = UsageKey(account: account, user: subject.user)
        let shape = shape(of: demand, by: key, reach: request.at == nil ? .lent : .nominal)
        try checkHost(demand, shape)
        try checkLicences(demand)
        let caps = policy.caps(for: account)
        try checkCaps(caps, request)
        try checkQuota(shape, of: account.department, model: demand.model)
        let placement =
            try request.at.map { start throws(Rejection) in try window(shape, request.span, start: start) }
            ?? place(shape, span: request.span, from: bound(notBefore: request.notBefore, after: request.after))
        let kind: Reservation.Kind =
            request.at == nil ? .queued : .window(start: placement.start, devices: placement.devices)
        let startsNow = mayStartNow(placement, isWindow: request.at != nil, after: request.after, span: request.span)
        if !startsNow { try checkWaiting(of: subject.user, caps) }
        let told = startsNow ? nil : placement.start
        let reservation = Reservation(
            id: ReservationID(state.nextNumber), owner: subject.user, account: account, priorityClass: priorityClass,
            demand: demand, kind: kind, span: request.span, notBefore: request.notBefore,
            after: request.after.filter { state.reservations[$0] != nil }, sharedWith: request.sharedWith,
            hasCommand: request.hasCommand, isRequeued: request.isRequeued, submittedAt: time, firstForecast: told,
            forecast: told, state: .waiting)
        emit(.submitted(reservation), into: &events)
        if startsNow {
            grant(reservation, placement, into: &events)
        } else {
            plan(reservation.id, placement)
            // Alone it goes before nobody, but something may have to give way to it.
            if request.at == nil, queued > 1 || hasVictims { isReordered = true }
        }
    }

    /// The shape of a demand, its eligible devices looked up once per model.
    mutating func shape(of demand: Demand, by key: UsageKey, reach: Quotas.Reach) -> Shape {
        let counted = counters.counted(demand, of: key, reach: reach)
        guard let name = demand.model else {
            return model.shape(demand, eligible: model.allDevices, counted: counted)
        }
        let found = eligible[name] ?? model.eligible(model: name)
        eligible[name] = found
        return model.shape(demand, eligible: found, counted: counted)
    }

    /// The earliest place behind all that is planned.
    mutating func place(_ shape: Shape, span: Span, from bound: Timestamp) -> Placement {
        let hint = hints.bound(shape, span: span) ?? bound
        let fit = profile.earliest(shape, span: span, from: max(bound, hint), steps: Limits.admissionSteps)
        if bound <= time { hints.learn(shape, span: span, start: fit.start) }
        return Placement(start: fit.start, use: model.use(of: shape, from: fit.free), span: span)
    }

    /// No start before this: now, `notBefore`, and the planned ends of those that it waits for.
    func bound(notBefore: Timestamp?, after: [ReservationID]) -> Timestamp {
        after.reduce(max(time, notBefore ?? time)) { bound, id in
            switch state.reservations[id]?.state {
            case .waiting: max(bound, placements[id]?.end ?? bound)
            case .active(let active): max(bound, active.endsAt)
            case .ending: max(bound, time + Limits.expectedStop)
            case .ended, nil: bound
            }
        }
    }

    private mutating func window(_ shape: Shape, _ span: Span, start: Timestamp) throws(Rejection) -> Placement {
        guard start >= time else { throw .startsInPast(start, now: time) }
        guard start <= time + Limits.horizon else {
            throw .beyondHorizon(field: "at", start, horizon: time + Limits.horizon)
        }
        if isStale { replan() }
        guard let free = profile.free(for: shape, at: start, span: span) else {
            throw .windowDoesNotFit(start: start, nearest: alternatives(shape, span, to: start))
        }
        return Placement(start: start, use: model.use(of: shape, from: free), span: span)
    }

    /// The latest start before that fits, and the earliest after.
    private func alternatives(_ shape: Shape, _ span: Span, to start: Timestamp) -> [Timestamp] {
        var before: Timestamp?
        for index in 0..<profile.free.count {
            let candidate = max(profile.free[index].start, time)
            guard candidate < start else { break }
            if profile.free(for: shape, at: candidate, span: span) != nil { before = candidate }
        }
        var found = before.map { [$0] } ?? []
        var bound = start
        while found.count < Limits.alternatives {
            let fit = profile.earliest(shape, span: span, from: bound)
            guard fit.start <= time + Limits.horizon else { break }
            found.append(fit.start)
            bound = fit.start + span
        }
        return found
    }

    private func account(of subject: Subject, team: TeamID?) throws(Rejection) -> Account {
        guard let first = subject.accounts.first else { throw .notMember(subject.user) }
        guard let team else { return first }
        guard let account = subject.accounts.first(where: { $0.team == team }) else {
            throw .notInTeam(team, own: subject.accounts.compactMap(\.team))
        }
        return account
    }

    private func admittedClass(_ asked: ClassID?) throws(Rejection) -> ClassID {
        let id = asked ?? Policy.standardClass
        guard policy.classes.contains(where: { $0.id == id }) else {
            throw .unknownClass(id, known: policy.classes.map(\.id))
        }
        return id
    }

    private func checkQueue(of user: UserID) throws(Rejection) {
        guard state.reservations.count - running.count < Limits.waiting else {
            throw .tooManyWaiting(limit: Limits.waiting, ofUser: false)
        }
        guard waitingOfUser[user, default: 0] < Limits.waitingOfUser else {
            throw .tooManyWaiting(limit: Limits.waitingOfUser, ofUser: true)
        }
    }

    private func checkNumbers(_ request: Request) throws(Rejection) {
        try Engine.check("durationSeconds", request.span.wholeSeconds, in: Limits.spanSeconds)
        try Engine.check("gpus", Int64(request.devices), in: 0...Int64(DeviceSet.limit))
        if let cores = request.cores { try Engine.check("cpus", Int64(cores), in: 1...Int64(BitSet.limit)) }
        if let memory = request.memory { try Engine.check("memoryBytes", memory.bytes, in: 1...(1 << 50)) }
        try Engine.check("licences", Int64(request.licences.count), in: 0...Int64(Limits.licences))
        for count in request.licences.values {
            try Engine.check("licences", Int64(count), in: Limits.licenceCount)
        }
        try Engine.check("after", Int64(request.after.count), in: 0...Int64(Limits.after))
        try Engine.check("shareWith", Int64(request.sharedWith.count), in: 0...Int64(Limits.sharedWith))
        if request.at != nil, request.notBefore != nil { throw .windowWith(field: "notBefore") }
        if request.at != nil, !request.after.isEmpty { throw .windowWith(field: "after") }
        if let notBefore = request.notBefore, notBefore > time + Limits.horizon {
            throw .beyondHorizon(field: "notBefore", notBefore, horizon: time + Limits.horizon)
        }
    }

    static func check(_ field: String, _ value: Int64, in limits: ClosedRange<Int64>) throws(Rejection) {
        guard limits.contains(value) else { throw .outOfRange(field: field, value: value, limits: limits) }
    }

    /// The demand in numbers: cores and memory in proportion where the request names none.
    private func demand(of request: Request) throws(Rejection) -> Demand {
        guard request.devices > 0 || request.cores != nil || request.memory != nil else { throw .asksForNothing }
        let proportional = min(request.devices * model.coresPerDevice, model.coreCount)
        let cores = request.cores ?? max(1, proportional)
        let perCore = model.memory.bytes / Int64(max(model.coreCount, 1))
        let memory =
            request.memory?.bytes
            ?? (request.devices > 0
                ? Int64(request.devices) * model.memoryPerDevice.bytes
                : min(Int64(cores), Int64(model.coreCount)) * perCore)
        return Demand(
            devices: request.devices, model: request.model, together: request.together, cores: cores,
            memory: ByteCount(bytes: memory),
            licences: request.licences.sorted { $0.key < $1.key }.map { Demand.Licence(name: $0.key, count: $0.value) })
    }

    private func checkHost(_ demand: Demand, _ shape: Shape) throws(Rejection) {
        if demand.devices > 0, let name = demand.model, shape.eligible.isEmpty {
            throw .unknownModel(name, known: Set(model.host.devices.map(\.model)).sorted())
        }
        let devices = shape.eligible.count
        guard demand.devices <= devices else {
            throw .exceedsHost(field: "gpus", asked: Int64(demand.devices), largest: Int64(devices))
        }
        let largest = shape.groups.map { $0.intersection(shape.eligible).count }.max() ?? 0
        guard shape.fits(model.allDevices) else {
            throw .tooFarApart(demand.together, asked: demand.devices, largest: max(largest, min(devices, 1)))
        }
        guard demand.cores <= model.coreCount else {
            throw .exceedsHost(field: "cpus", asked: Int64(demand.cores), largest: Int64(model.coreCount))
        }
        guard demand.memory <= model.memory else {
            throw .exceedsHost(field: "memoryBytes", asked: demand.memory.bytes, largest: model.memory.bytes)
        }
    }
}

extension HostModel {
    /// What a shape takes when it gets its devices out of `free`.
    func use(of shape: Shape, from free: DeviceSet) -> Use {
        Use(
            devices: devices(for: shape, from: free), cores: shape.cores, memory: shape.memory, counted: shape.counted)
    }
}
