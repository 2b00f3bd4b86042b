import Policy
import Scheduling
import Simulation
import Units

/// A policy in few values: departments `a`, `b` and `c`, each with a team `t`, or the one department of a machine
/// without a policy. There are three of the licence `solver`.
struct Community: Hashable, Sendable {
    /// By department; nil for a machine without a policy.
    var departments: [Terms]?
    var devicesPerTeam: Int?
    var devicesPerUser: Int?
    /// Of a user in a calendar month.
    var deviceHours: Int?
    var shareable: [Shareable] = []
    /// Whether the highest class may preempt the lowest.
    var mayPreempt = false
    /// Of all classes.
    var maximumWait = Span.days(7)
    var preemption = PreemptionRules()
    /// nil where nothing has a price.
    var money: Money?

    /// What a device costs, what each department may spend, and what needs a yes.
    struct Money: Hashable, Sendable {
        /// Of every model, in millionths an hour.
        var price: Int64 = 1_000_000
        /// Of the departments in turn, in millionths a month.
        var limits: [Int64]
        var isHard = true
        var atHardStop = BudgetRules.HardStop.finish
        /// More devices than that need a yes; nil for none.
        var freeDevices: Int?
        var hold = Span.hours(1)
    }

    struct Terms: Hashable, Sendable {
        var quotas: [Quota] = []
        var cells: [Cell] = []
    }

    var policy: Policy {
        var classes = Policy.defaultClasses
        classes[0].mayPreempt = mayPreempt
        for index in classes.indices { classes[index].maximumWait = maximumWait }
        let departments = departments.map { all in
            zip(["a", "b", "c"], all).map { name, terms in
                Department(
                    id: DepartmentID(name), name: name, weight: 1,
                    teams: [Team(id: TeamID("t"), name: "t", weight: 1, members: [])], members: [],
                    quotas: terms.quotas, cells: terms.cells)
            }
        }
        var policy = Policy(
            departments: departments ?? Policy.unconfigured.departments, classes: classes,
            caps: Caps(
                devicesPerTeam: devicesPerTeam, devicesPerUser: devicesPerUser, deviceHours: deviceHours),
            licences: [Licence(name: "solver", count: 3)], shareable: shareable, preemption: preemption)
        money?.apply(to: &policy)
        return policy
    }
}

extension Community.Money {
    fileprivate func apply(to policy: inout Policy) {
        for index in policy.departments.indices where !limits.isEmpty {
            policy.departments[index].budget = Budget(
                perMonth: Amount(microunits: limits[index % limits.count]), isHard: isHard)
        }
        let models = ["NVIDIA H100 80GB HBM3", "NVIDIA A100-SXM4-80GB"]
        policy.priceBook = PriceBook(
            currency: "EUR",
            rates: models.map {
                Rate(sku: .device($0), from: Timestamp(milliseconds: 0), perHour: Price(microunits: price))
            })
        policy.budgets = BudgetRules(atHardStop: atHardStop, grace: .minutes(2))
        policy.approvals.requestHold = hold
        guard let freeDevices else { return }
        policy.approvals.requests = [RequestRule(devicesOver: freeDevices)]
    }

    static func random(using generator: inout SeededGenerator) -> Community.Money {
        Community.Money(
            price: Int64.random(in: 1...5_000_000, using: &generator),
            limits: (0..<3).map { _ in Int64.random(in: 1...400_000_000, using: &generator) },
            isHard: Int.random(in: 0..<4, using: &generator) > 0,
            atHardStop: Bool.random(using: &generator) ? .stop : .finish,
            freeDevices: Bool.random(using: &generator) ? Int.random(in: 0...4, using: &generator) : nil,
            hold: .seconds(Int64.random(in: 1...20_000, using: &generator)))
    }
}

extension Community {
    /// Sometimes without departments; else with random quotas, caps and rules of giving way.
    static func random(using generator: inout SeededGenerator, devices: Int) -> Community {
        guard Int.random(in: 0..<4, using: &generator) > 0 else {
            return Community(shareable: .random(using: &generator))
        }
        var left = devices
        let departments = (0..<3).map { _ in Terms.random(using: &generator, left: &left) }
        return Community(
            departments: departments, devicesPerTeam: cap(using: &generator), devicesPerUser: cap(using: &generator),
            deviceHours: Int.random(in: 0..<4, using: &generator) == 0
                ? Int.random(in: 40...400, using: &generator) : nil,
            shareable: .random(using: &generator), mayPreempt: Bool.random(using: &generator),
            maximumWait: Int.random(in: 0..<3, using: &generator) == 0
                ? .hours(Int64.random(in: 1...20, using: &generator)) : .days(7),
            preemption: PreemptionRules(
                minimumRunTime: .minutes(Int64.random(in: 0...30, using: &generator)),
                grace: .seconds(Int64.random(in: 0...120, using: &generator)),
                perHour: Int.random(in: 0...5, using: &generator)))
    }

    private static func cap(using generator: inout SeededGenerator) -> Int? {
        Int.random(in: 0..<3, using: &generator) == 0 ? Int.random(in: 1...6, using: &generator) : nil
    }
}

extension [Shareable] {
    fileprivate static func random(using generator: inout SeededGenerator) -> [Shareable] {
        ["*", "A100"].compactMap { model in
            guard Bool.random(using: &generator) else { return nil }
            return Shareable(
                model: ModelPattern(model), betweenDepartments: Int.random(in: 0..<3, using: &generator) == 0,
                most: Int.random(in: 1...4, using: &generator))
        }
    }
}

extension Community.Terms {
    /// - Parameter left: devices that nobody's nominal quota claims.
    fileprivate static func random(using generator: inout SeededGenerator, left: inout Int) -> Community.Terms {
        var quotas: [Quota] = []
        for model in ["*", "H100", "A100"] where Int.random(in: 0..<3, using: &generator) == 0 {
            let nominal = Int.random(in: 0...left, using: &generator)
            left -= nominal
            quotas.append(
                Quota(
                    model: ModelPattern(model), nominal: nominal,
                    borrowing: Bool.random(using: &generator) ? nil : Int.random(in: 0...4, using: &generator),
                    lending: Bool.random(using: &generator) ? nil : Int.random(in: 0...nominal, using: &generator)))
        }
        let cells = quotas.filter { $0.nominal >= 2 }.prefix(Int.random(in: 0...1, using: &generator)).map {
            Cell(
                model: $0.model, together: Bool.random(using: &generator) ? .nvlink : .numa,
                size: Int.random(in: 2...$0.nominal, using: &generator), count: 1)
        }
        return Community.Terms(quotas: quotas, cells: Array(cells))
    }
}

extension Policy {
    /// The policy of a random community.
    static func random(using generator: inout SeededGenerator, devices: Int) -> Policy {
        Community.random(using: &generator, devices: devices).policy
    }

    /// A user who belongs to one of its accounts.
    func subject(_ uid: UInt32) -> Subject {
        let department = departments[Int(uid) % departments.count].id
        let team = uid % 2 == 0 ? nil : TeamID("t")
        return Subject(
            user: UserID(uid), accounts: [Account(department: department, team: team)], isAdmin: false)
    }
}
