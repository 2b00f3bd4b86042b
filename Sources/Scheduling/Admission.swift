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
        try checkShared(demand)
        try checkHost(demand, shape)
        try checkLicences(demand)
        let caps = policy.caps(for: account)
        try checkCaps(caps, request)
        try checkDeviceHours(shape, request.span)
        try checkQuota(shape, of: account.department, model: demand.model)
        let placement =
            try request.at.map { start throws(Rejection) in try window(shape, request.span, start: start) }
            ?? place(shape, span: request.span, from: bound(notBefore: request.notBefore, after: request.after))
        let kind: Reservation.Kind =
            request.at == nil ? .queued : .window(start: placement.start, devices: placement.devices)
        let holds = try holds(
            of: demand, priorityClass, account.department, start: placement.start, span: request.span)
        let approval = approval(demand, priorityClass, span: request.span, start: placement.start)
        let startsNow =
            approval == nil
            && mayStartNow(placement, isWindow: request.at != nil, after: request.after, span: request.span)
        if !startsNow { try checkWaiting(of: subject.user, caps) }
        let isKeptOut = approval != nil && request.at == nil
        let told = startsNow || isKeptOut ? nil : placement.start
        let reservation = Reservation(
            id: ReservationID(state.nextNumber), owner: subject.user, account: account, priorityClass: priorityClass,
            demand: demand, kind: kind, windowHost: request.at == nil ? 0 : placement.host, span: request.span,
            notBefore: request.notBefore,
            after: request.after.filter { state.reservations[$0] != nil }, sharedWith: request.sharedWith,
            hasCommand: request.hasCommand, isRequeued: request.isRequeued, submittedAt: time, firstForecast: told,
            forecast: told, approval: approval, holds: holds, state: .waiting)
        emit(.submitted(reservation), into: &events)
        if startsNow {
            grant(reservation, placement, into: &events)
        } else if !isKeptOut {
            plan(reservation.id, placement)
            // Alone it goes before nobody, but something may have to give way to it.
            if request.at == nil, queued > 1 || hasVictims { isReordered = true }
        }
    }

    /// The shape of a demand, its eligible devices looked up once.
    mutating func shape(of demand: Demand, by key: UsageKey, reach: Quotas.Reach) -> Shape {
        let counted = counters.counted(demand, of: key, reach: reach)
        let found = eligible[demand.filter] ?? fleet.eligible(demand.filter)
        if eligible.count >= Limits.choicesKept { eligible.removeAll(keepingCapacity: true) }
        eligible[demand.filter] = found
        return fleet.shape(demand, of: key.account.department, eligible: found, counted: counted)
    }

    /// The earliest place behind all that is planned.
    mutating func place(_ shape: Shape, span: Span, from bound: Timestamp) -> Placement {
        learnIfOutdated()
        let fit = hints.earliest(
            shape, span: span, from: bound, floor: time, in: profile, steps: Limits.admissionSteps)
        let devices = choices.devices(for: shape, fit, of: fleet)
        return Placement(start: fit.start, use: fleet.use(of: shape, devices, on: fit.host), span: span)
    }

    /// No start before this: now, `notBefore`, and the planned ends of those that it waits for.
    func bound(notBefore: Timestamp?, after: [ReservationID]) -> Timestamp {
        after.reduce(max(time, notBefore ?? time)) { bound, id in
            switch state.reservations[id]?.state {
            case .waiting: max(bound, placements[id]?.end ?? latestEnd(unapproved: id) ?? bound)
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
        guard let fit = profile.fit(for: shape, at: start, span: span) else {
            throw .windowDoesNotFit(start: start, nearest: alternatives(shape, span, to: start))
        }
        return Placement(start: start, use: fleet.use(of: shape, fit), span: span)
    }

    /// The latest start before that fits, and the earliest after.
    private func alternatives(_ shape: Shape, _ span: Span, to start: Timestamp) -> [Timestamp] {
        var before: Timestamp?
        for host in profile.free.indices {
            for index in 0..<profile.free[host].count {
                let candidate = max(profile.free[host][index].start, time)
                guard candidate < start else { break }
                if before.map({ $0 >= candidate }) ?? false { continue }
                if profile.free(for: shape, on: host, at: candidate, span: span) != nil { before = candidate }
            }
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
        if let share = request.share {
            try Engine.check("gpuShare", share.thousandths, in: 1...Int64(DeviceShare.whole - 1))
            guard request.devices == 1 else { throw .shareOfSeveral(devices: request.devices) }
        }
        if let memory = request.deviceMemory {
            try Engine.check("gpuMemoryBytes", memory.bytes, in: 1...(1 << 50))
        }
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
        let filter = DeviceFilter(model: request.model, memory: request.deviceMemory, share: request.share)
        var (beside, memoryBeside) = fleet.share(
            of: request.devices, eligible: eligible[filter] ?? fleet.eligible(filter))
        if let share = request.share {
            beside = max(beside * Int(share.thousandths) / DeviceShare.whole, 1)
            memoryBeside = max(Int64(Int128(memoryBeside) * Int128(share.thousandths) / 1000), 1)
        }
        let cores = request.cores ?? beside
        let memory = request.memory?.bytes ?? (request.devices > 0 ? memoryBeside : fleet.memory(beside: cores))
        return Demand(
            devices: request.devices, share: request.share,
            deviceMemory: request.devices > 0 ? request.deviceMemory : nil, model: request.model,
            together: request.together, cores: cores,
            memory: ByteCount(bytes: memory),
            licences: request.licences.sorted { $0.key < $1.key }.map { Demand.Licence(name: $0.key, count: $0.value) })
    }

    /// Whether devices that will do are shared at all.
    private func checkShared(_ demand: Demand) throws(Rejection) {
        guard demand.share != nil else { return }
        let model = demand.model.map { fleet.eligible(model: $0) } ?? fleet.models.map(\.allDevices)
        guard zip(model, fleet.sharing.devices).allSatisfy({ $0.isDisjoint(with: $1) }),
            !model.allSatisfy(\.isEmpty)
        else { return }
        throw .notShared(model: demand.model, shared: fleet.modelNames(of: fleet.sharing.devices))
    }

    /// Whether some host has room for it when it is empty; by what none has enough of, where none has.
    private func checkHost(_ demand: Demand, _ shape: Shape) throws(Rejection) {
        var kinds = Array(shape.local.indices)
        if demand.devices > 0, shape.local.allSatisfy(\.eligible.isEmpty) {
            if let name = demand.model, fleet.eligible(model: name).allSatisfy(\.isEmpty) {
                throw .unknownModel(name, known: fleet.modelNames)
            }
            if let memory = demand.deviceMemory {
                let largest = fleet.largestMemory(of: demand)
                throw .exceedsHost(field: "gpuMemoryBytes", asked: memory.bytes, largest: largest)
            }
        }
        func keep(
            _ asked: Int64, else refusal: (_ largest: Int64) -> Rejection, _ most: (Int) -> Int64
        ) throws(Rejection) {
            let largest = kinds.map(most).max() ?? 0
            kinds.removeAll { most($0) < asked }
            guard kinds.isEmpty else { return }
            throw refusal(largest)
        }
        try keep(
            Int64(demand.devices), else: { .exceedsHost(field: "gpus", asked: Int64(demand.devices), largest: $0) }
        ) {
            Int64(shape.local[$0].eligible.count)
        }
        try keep(
            Int64(demand.devices),
            else: { .tooFarApart(demand.together, asked: demand.devices, largest: Int($0)) }
        ) {
            let local = shape.local[$0]
            guard !local.fits(demand.devices, in: fleet.models[$0].allDevices) else { return Int64(demand.devices) }
            let largest = local.groups.map { $0.intersection(local.eligible).count }.max() ?? 0
            return Int64(max(largest, min(local.eligible.count, 1)))
        }
        try keep(Int64(demand.cores), else: { .exceedsHost(field: "cpus", asked: Int64(demand.cores), largest: $0) }) {
            Int64(fleet.models[$0].coreCount)
        }
        try keep(
            demand.memory.bytes,
            else: { .exceedsHost(field: "memoryBytes", asked: demand.memory.bytes, largest: $0) }
        ) { fleet.models[$0].memory.bytes }
    }
}
