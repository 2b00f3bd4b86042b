public import Policy
public import Scheduling
public import Units

/// Makes usage records of what the journal says: a pure fold, in the journal's order.
///
/// What a grant held is metered when its stint is settled, that is when nothing of it runs any more; at each sample of
/// its use; at each day's end; and before the policy changes, so that everything is rated by the terms that held. The
/// time between a stint's end and the proof that nothing of it runs belongs to nobody.
public struct Meter: Sendable, Hashable {
    /// The machine; nil before the first inventory: nothing is metered before that.
    public private(set) var inventory: MachineInventory?
    /// Since when there is metering.
    public private(set) var began: Timestamp?
    /// What was owned, piece by piece, the last without an end.
    public private(set) var capacity: [OwnedCapacity]
    /// Up to where everything that ran was metered last.
    public private(set) var cutUntil: Timestamp?
    /// Those that reach into what is not metered yet.
    public private(set) var gaps: [Gap]
    /// What has been noted of those that run, beside what a grant says.
    public private(set) var marks: [ReservationID: Mark]
    /// What runs, and what has ended and is not settled.
    private var stints: [ReservationID: Stint] = [:]
    /// The number of the next record.
    public private(set) var nextNumber: Int64

    /// What has been noted of one that runs.
    public struct Mark: Sendable, Hashable, Codable {
        /// Up to where it is metered; nil where nothing of it is.
        public var until: Timestamp?
        /// Nothing was run in it.
        public var isNoShow: Bool
        /// What of it is not charged.
        public var credit: Scheduling.Credit?

        public init(until: Timestamp? = nil, isNoShow: Bool = false, credit: Scheduling.Credit? = nil) {
            self.until = until
            self.isNoShow = isNoShow
            self.credit = credit
        }
    }

    /// A grant, and when it was over for its owner.
    private struct Stint: Sendable, Hashable {
        var reservation: Reservation
        var active: Reservation.Active
        var ending: Reservation.Ending?

        /// When it is over for its owner, as far as is known.
        var end: Timestamp { ending?.at ?? active.endsAt }
    }

    public init(
        inventory: MachineInventory? = nil, began: Timestamp? = nil, capacity: [OwnedCapacity] = [],
        cutUntil: Timestamp? = nil, gaps: [Gap] = [], marks: [ReservationID: Mark] = [:], nextNumber: Int64 = 1,
        live reservations: some Sequence<Reservation> = []
    ) {
        self.inventory = inventory
        self.began = began
        self.capacity = capacity
        self.cutUntil = cutUntil
        self.gaps = gaps
        self.marks = marks
        self.nextNumber = nextNumber
        for reservation in reservations {
            switch reservation.state {
            case .active(let active): stints[reservation.id] = Stint(reservation: reservation, active: active)
            case .ending(let active, let ending):
                stints[reservation.id] = Stint(reservation: reservation, active: active, ending: ending)
            case .waiting, .ended: break
            }
        }
    }

    /// The event does not fit what is known.
    public struct Misfit: Error {}

    // MARK: The engine's events

    /// Folds a decision of the engine in.
    /// - Parameters:
    ///   - reservation: as it stands after the event; nil for an event about none.
    ///   - policy: the one that holds.
    ///   - earlier: gives the records of a reservation that were made before, where something of it is credited.
    /// - Returns: the records that it makes, numbered.
    public mutating func fold(
        _ event: Event, _ reservation: Reservation?, policy: Policy,
        earlier: (ReservationID) throws -> [UsageRecord]
    ) rethrows -> [UsageRecord] {
        switch event {
        case .started(let id, let active):
            if let reservation { stints[id] = Stint(reservation: reservation, active: active) }
        case .ending(let id, let ending): stints[id]?.ending = ending
        case .credited(let id, let credit):
            if stints[id] != nil { marks[id, default: Mark()].credit = credit }
        case .ended(let id, _), .requeued(let id, _): return try settle(id, policy: policy, earlier: earlier)
        case .extended(let id, _):
            if case .active(let active)? = reservation?.state { stints[id]?.active = active }
        case .submitted, .slipped, .firmed, .fairShareChanged, .moved, .reassigned, .held, .approved,
            .budgetThreshold, .drained, .resumed:
            break
        }
        return []
    }

    /// Makes the last records of a stint, and what of it is credited.
    private mutating func settle(
        _ id: ReservationID, policy: Policy, earlier: (ReservationID) throws -> [UsageRecord]
    ) rethrows -> [UsageRecord] {
        guard let stint = stints[id], let ending = stint.ending else { return [] }
        let wasMetered = marks[id]?.until != nil
        var records = meter(stint, until: ending.at, policy: policy)
        if let (interval, part) = credit(of: stint, ending, policy: policy) {
            let day = policy.timeZone.date(at: ending.at)
            let before = wasMetered ? try earlier(id).filter { $0.from >= stint.active.startedAt } : []
            for record in before.standing + records {
                records += numbered(
                    Credit.entries(for: record, within: interval, part: part, number: 0, postedOn: day))
            }
        }
        stints[id] = nil
        marks[id] = nil
        return records
    }

    /// What of a stint is given back.
    private func credit(
        of stint: Stint, _ ending: Reservation.Ending, policy: Policy
    ) -> (interval: Range<Timestamp>, part: Ratio)? {
        if let credit = marks[stint.reservation.id]?.credit, credit.from < credit.to {
            return (credit.from..<credit.to, .one)
        }
        let part = policy.preemption.credit
        guard case .preempted = ending.reason, part.thousandths > 0, stint.active.startedAt < ending.at else {
            return nil
        }
        return (stint.active.startedAt..<ending.at, part)
    }

    // MARK: Metering's own events

    /// Folds an event of metering's own in.
    /// - Parameters:
    ///   - time: when it was journaled.
    ///   - policy: the one that holds.
    /// - Returns: the records that it makes, numbered.
    /// - Throws: where the event does not fit what is known; nothing has changed then.
    public mutating func fold(
        _ event: MeteringEvent, at time: Timestamp, policy: Policy
    ) throws(Misfit) -> [UsageRecord] {
        switch event {
        case .inventory(let fresh):
            // What runs was granted on the machine as it was.
            let records = inventory == nil ? [] : meterAll(until: time, policy: policy)
            take(fresh, at: time)
            return records
        case .gap(let gap):
            guard gap.from < gap.to else { throw Misfit() }
            forgetGaps()
            // What starts later begins behind it.
            if !stints.isEmpty { gaps.append(gap) }
            return []
        case .cut(let time):
            guard cutUntil.map({ $0 <= time }) ?? true else { throw Misfit() }
            let records = meterAll(until: time, policy: policy)
            cutUntil = time
            forgetGaps()
            return records
        case .sampled(let id, let sample):
            guard let stint = stints[id], sample.from < sample.to else { throw Misfit() }
            let end = min(stint.end, sample.to)
            guard end > start(of: stint) else { return [] }
            return meter(stint, until: min(max(sample.from, start(of: stint)), end), policy: policy)
                + meter(stint, until: end, sample: sample, policy: policy)
        case .noShow(let id, _):
            guard stints[id] != nil else { throw Misfit() }
            marks[id, default: Mark()].isNoShow = true
            return []
        case .idle(let id, _, _):
            guard stints[id] != nil else { throw Misfit() }
            return []
        case .attended(let id, let why):
            guard stints[id] != nil else { throw Misfit() }
            if why != .policy { marks[id]?.isNoShow = false }
            return []
        case .unreserved(let use):
            guard use.from < use.to else { throw Misfit() }
            return []
        }
    }

    private mutating func take(_ fresh: MachineInventory, at time: Timestamp) {
        inventory = fresh
        began = began ?? time
        let counts = fresh.counts
        for index in capacity.indices where capacity[index].to == .distantFuture {
            if capacity[index].count == counts[capacity[index].sku] { continue }
            capacity[index].to = time
        }
        capacity.removeAll { $0.from >= $0.to }
        let open = Set(capacity.filter { $0.to == .distantFuture }.map(\.sku))
        for (sku, count) in counts.sorted(by: { $0.key < $1.key }) where !open.contains(sku) {
            capacity.append(OwnedCapacity(sku: sku, from: time, to: .distantFuture, count: count))
        }
    }

    private mutating func meterAll(until time: Timestamp, policy: Policy) -> [UsageRecord] {
        stints.keys.sorted().flatMap { id -> [UsageRecord] in
            guard let stint = stints[id] else { return [] }
            return meter(stint, until: min(stint.end, time), policy: policy)
        }
    }

    /// Gaps that nothing reaches into any more.
    private mutating func forgetGaps() {
        guard let first = stints.values.map({ start(of: $0) }).min() else { return gaps.removeAll() }
        gaps.removeAll { $0.to <= first }
    }

    // MARK: Records

    /// From where a stint is not metered.
    private func start(of stint: Stint) -> Timestamp {
        let begin = max(stint.active.startedAt, began ?? .distantFuture)
        return max(begin, marks[stint.reservation.id]?.until ?? begin)
    }

    /// Meters a stint from where it was left off.
    private mutating func meter(
        _ stint: Stint, until end: Timestamp, sample: UsageSample? = nil, policy: Policy
    ) -> [UsageRecord] {
        let start = start(of: stint)
        guard start < end, let inventory else { return [] }
        marks[stint.reservation.id, default: Mark()].until = end
        let isNoShow = marks[stint.reservation.id]?.isNoShow ?? false
        let holdings = Holdings(stint.reservation, stint.active.grant, inventory: inventory)
        var records: [UsageRecord] = []
        for piece in pieces(start..<end, zone: policy.timeZone) {
            for part in holdings.parts(sample: piece.isDegraded ? nil : sample) {
                let state = piece.isDegraded ? .degraded : isNoShow ? part.state.ofNoShow : part.state
                for rated in policy.rate(part.sku, over: piece.range) {
                    let tariff = Tariff(
                        part.sku, stint.reservation.priorityClass, state, rate: rated.rate, policy: policy)
                    records.append(
                        UsageRecord(
                            number: 0, day: piece.day, reservation: stint.reservation.id,
                            department: stint.reservation.account.department, team: stint.reservation.account.team,
                            user: stint.reservation.owner, devices: part.devices, from: rated.from, to: rated.to,
                            quantity: part.quantity * (rated.to - rated.from).milliseconds, tariff: tariff))
                }
            }
        }
        return numbered(records)
    }

    private mutating func numbered(_ records: [UsageRecord]) -> [UsageRecord] {
        records.map { record in
            var record = record
            record.number = nextNumber
            nextNumber += 1
            return record
        }
    }

    /// Numbers records that are made elsewhere, such as a correction's.
    public mutating func number(_ records: [UsageRecord]) -> [UsageRecord] { numbered(records) }

    /// A stretch of one day that is degraded or not.
    private struct Piece {
        var range: Range<Timestamp>
        var day: CivilDate
        var isDegraded: Bool
    }

    private func pieces(_ range: Range<Timestamp>, zone: Zone) -> [Piece] {
        var pieces: [Piece] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let day = zone.date(at: start)
            let midnight = zone.start(of: CivilDate(daysSinceEpoch: day.daysSinceEpoch + 1))
            var end = min(midnight, range.upperBound)
            let current = gaps.filter { $0.from <= start && start < $0.to }
            if current.isEmpty {
                for gap in gaps where gap.from > start { end = min(end, gap.from) }
            } else {
                end = min(end, current.map(\.to).max() ?? end)
            }
            pieces.append(Piece(range: start..<end, day: day, isDegraded: !current.isEmpty))
            start = end
        }
        return pieces
    }

    // MARK: Asking

    /// The records that would be made if everything that runs were metered up to an instant: for what is shown of a
    /// period that is open. Their numbers are those that others will have.
    public func outstanding(at time: Timestamp, policy: Policy) -> [UsageRecord] {
        var copy = self
        return copy.meterAll(until: time, policy: policy)
    }

    /// Whether something runs, or is not settled.
    public var hasStints: Bool { !stints.isEmpty }

    /// Up to where a reservation that runs, or is not settled, is metered; nil for any other.
    public func metered(_ id: ReservationID) -> Timestamp? { stints[id].map { start(of: $0) } }

    /// Those that have held something before an instant which is not metered yet, by id.
    public func unsettled(before time: Timestamp) -> [ReservationID] {
        stints.values.filter { stint in
            let end = min(stint.end, time)
            return start(of: stint) < end || (stint.ending.map { $0.at < time } ?? false)
        }.map(\.reservation.id).sorted()
    }
}

extension [UsageRecord] {
    /// Those that none of the others reverses.
    fileprivate var standing: [UsageRecord] {
        let reversed = Set(filter { $0.tariff.entry == .reversal }.compactMap(\.original))
        return filter { !reversed.contains($0.number) }
    }
}

extension UsageState {
    /// What it is where nothing was ever run.
    fileprivate var ofNoShow: UsageState {
        switch self {
        case .unmeasured, .idle: .noShow
        case .used, .noShow, .degraded: self
        }
    }
}

extension Tariff {
    /// A usage's, by the terms of a policy.
    fileprivate init(
        _ sku: SKU, _ priorityClass: ClassID, _ state: UsageState, rate: AppliedRate?, policy: Policy
    ) {
        let factor: Ratio =
            switch state {
            case .used, .unmeasured: .one
            case .idle: policy.budgets.idleFactor
            case .noShow: policy.attendance.noShow?.charge ?? .one
            case .degraded: policy.chargeback.degradedFactor
            }
        self.init(
            sku: sku, priorityClass: priorityClass, state: state, rate: rate,
            multiplier: policy.classes.first { $0.id == priorityClass }?.priceMultiplier ?? .one, factor: factor)
    }
}
