import Policy
import Scheduling
import Units

/// Money, by a sweep over the history that knows nothing of the engine's own bookkeeping.
struct BudgetChecks {
    private let policy: Policy
    private let money: Community.Money
    private var reservations: [ReservationID: Reservation] = [:]
    private var started: [ReservationID: Reservation.Active] = [:]
    private var holds: [ReservationID: [MonthAmount]] = [:]
    private var posted: [DepartmentID: [Timestamp: Int64]] = [:]
    private var announced: [DepartmentID: [Timestamp: Int]] = [:]
    private var extended: ReservationID?
    private var broken: [Broken] = []

    private init(_ policy: Policy, _ money: Community.Money) {
        self.policy = policy
        self.money = money
    }

    /// - Parameters:
    ///   - history: what was decided under one policy.
    ///   - state: as it is after that; nil where another policy has decided since.
    static func broken(
        _ history: [(time: Timestamp, event: Event)], policy: Policy, money: Community.Money?, state: EngineState?
    ) -> [Broken] {
        guard let money else { return [] }
        var checks = BudgetChecks(policy, money)
        for (_, event) in history { checks.take(event) }
        if let state { checks.compare(state) }
        return checks.broken
    }

    private mutating func take(_ event: Event) {
        switch event {
        case .submitted(let reservation):
            reservations[reservation.id] = reservation
            holds[reservation.id] = reservation.holds
            admitted(reservation.id, in: reservation.holds.map(\.month), by: "\(reservation.id)")
        case .extended(let id, _): extended = id
        case .held(let id, let new):
            let old = holds[id] ?? []
            holds[id] = new
            guard extended == id else { break }
            extended = nil
            let more = new.filter { part in part.amount > old.first { $0.month == part.month }?.amount ?? .zero }
            admitted(id, in: more.map(\.month), by: "the extension of \(id)")
        case .started(let id, let active): started[id] = active
        case .ending(let id, let ending):
            holds[id] = []
            post(ending, of: id)
        case .ended(let id, let ended):
            holds[id] = nil
            if ended.reason == .budget, ended.active == nil { checkStop(of: id, at: ended.at) }
        case .budgetThreshold(let department, let month, let percent): announce(percent, department, month)
        default: break
        }
    }

    private func limit(of department: DepartmentID) -> Int64 {
        policy.departments.first { $0.id == department }?.budget?.perMonth.microunits ?? .max
    }

    private func held(_ department: DepartmentID, in month: Timestamp) -> Int64 {
        holds.reduce(0) { sum, one in
            guard reservations[one.key]?.account.department == department else { return sum }
            return one.value.filter { $0.month == month }.reduce(sum) { $0 + $1.amount.microunits }
        }
    }

    private mutating func admitted(_ id: ReservationID, in months: [Timestamp], by what: String) {
        guard money.isHard, let department = reservations[id]?.account.department else { return }
        for month in months {
            let sum = held(department, in: month) + (posted[department]?[month] ?? 0)
            guard sum > limit(of: department) else { continue }
            broken.append(Broken(.budget, "\(what) brings \(department) to \(sum) millionths from \(month.told) on"))
        }
    }

    /// One price for all devices and all of the time: what was had is easily counted.
    private mutating func post(_ ending: Reservation.Ending, of id: ReservationID) {
        guard let reservation = reservations[id], let active = started[id] else { return }
        let department = reservation.account.department
        for part in ending.posts { posted[department, default: [:]][part.month, default: 0] += part.amount.microunits }
        let sum = ending.posts.reduce(0) { $0 + $1.amount.microunits }
        let had =
            Int128(active.grant.devices.count) * Int128((reservation.demand.share ?? .one).thousandths)
            * Int128((ending.at - active.startedAt).milliseconds) * Int128(money.price)
        let isCounted = ending.reason != .deviceFailed && limit(of: department) < .max
        let expected = isCounted ? (had + 3_599_999_999) / 3_600_000_000 : 0
        if Int128(sum) != expected {
            broken.append(Broken(.posted, "\(id) posts \(sum) millionths, and had \(expected)"))
        }
        if ending.reason == .budget { checkStop(of: id, at: ending.at) }
    }

    /// A stop for want of money is the policy's, and comes where nothing is left with what else runs.
    private mutating func checkStop(of id: ReservationID, at time: Timestamp) {
        if !money.isHard || money.atHardStop == .finish { broken.append(Broken(.budget, "\(id) was stopped")) }
    }

    private mutating func announce(_ percent: Int, _ department: DepartmentID, _ month: Timestamp) {
        let sum = held(department, in: month) + (posted[department]?[month] ?? 0)
        let last = announced[department]?[month] ?? 0
        announced[department, default: [:]][month] = percent
        if percent <= last || Int128(sum) * 100 < Int128(limit(of: department)) * Int128(percent) {
            broken.append(Broken(.budget, "\(percent) % is announced after \(last) %, at \(sum) millionths"))
        }
    }

    private mutating func compare(_ state: EngineState) {
        for department in policy.departments.map(\.id) {
            let months = Set((posted[department] ?? [:]).keys).union(state.budgets.months(of: department))
            for month in months.sorted() {
                let (mine, theirs) = (
                    [held(department, in: month), posted[department]?[month] ?? 0],
                    [
                        state.budgets.held(of: department, in: month).microunits,
                        state.budgets.posted(to: department, in: month).microunits,
                    ]
                )
                if mine != theirs { broken.append(Broken(.ledger, "\(department): \(theirs), by events \(mine)")) }
            }
        }
    }
}

/// What needs a yes has it before it starts, from somebody else, and in time.
enum ApprovalChecks {
    static func broken(_ history: [(time: Timestamp, event: Event)]) -> [Broken] {
        var waiting: [ReservationID: Reservation] = [:]
        var broken: [Broken] = []
        for (_, event) in history {
            switch event {
            case .submitted(let reservation) where reservation.approval != nil: waiting[reservation.id] = reservation
            case .approved(let id, let user, _):
                if waiting[id]?.owner ?? user == user { broken.append(Broken(.approval, "\(user) approves \(id)")) }
                waiting[id] = nil
            case .started(let id, _) where waiting[id] != nil:
                broken.append(Broken(.approval, "\(id) starts without"))
            case .ended(let id, let ended):
                if case .rejected(let user) = ended.reason, waiting[id]?.owner ?? user == user {
                    broken.append(Broken(.approval, "\(user) rejects \(id)"))
                }
                if ended.reason == .notApproved, waiting[id].map({ !isOver($0, at: ended.at) }) ?? true {
                    broken.append(Broken(.approval, "\(id) has ended before its time"))
                }
                waiting[id] = nil
            default: break
            }
        }
        return broken
    }

    private static func isOver(_ reservation: Reservation, at time: Timestamp) -> Bool {
        if case .window(let start, _) = reservation.kind, time >= start + reservation.span { return true }
        return reservation.approval.map { $0.until <= time } ?? false
    }
}
