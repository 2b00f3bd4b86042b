import AllotAPI
import Chargeback
import Policy
import Storage
import Units

/// What somebody wants to know of usage.
struct UsageQuestion: Sendable {
    /// Whose, and of which days; its tariffs are `sums`' to say.
    var filter: UsageFilter
    /// At most as many as `Group` has places.
    var keys: [UsageQuery.Key] = []
    var tag: UsageQuery.Tag?
    var sku: SKU?
    var priorityClass: ClassID?
    var state: UsageState?

    /// Whether reservations have to be looked at one by one.
    var needsTags: Bool { tag != nil || !tagNames.isEmpty }

    /// Whether it tells one person's use from another's.
    var isPersonal: Bool { needsTags || filter.users != nil || keys.contains(.user) }

    var tagNames: [String] {
        keys.compactMap { key in
            if case .tag(let name) = key { name } else { nil }
        }
    }

    func takes(_ tariff: Tariff) -> Bool {
        sku.map { $0 == tariff.sku } ?? true && priorityClass.map { $0 == tariff.priorityClass } ?? true
            && state.map { $0 == tariff.state } ?? true
    }

    /// Reads what it asks for, from one state.
    /// - Parameter tariffs: all that there were a moment ago.
    func sums(_ reader: StoreReader, _ tariffs: TariffTable) throws -> UsageSums {
        try reader.snapshot { try sums($0, try tariffs.covering($0)) }
    }

    private func sums(_ reader: StoreSnapshot, _ tariffs: TariffTable) throws -> UsageSums {
        var filter = filter
        let taken = tariffs.tariffs.filter { takes($0.value) }
        if taken.count < tariffs.tariffs.count { filter.tariffs = taken.keys.sorted() }
        let empty = UsageSums(self, taken)
        if needsTags { return try reader.fold(.reservations(filter), into: empty) { try $0.add($1) } }
        // Months are summed one by one: a day's sums are many more rows.
        guard keys.contains(.month), !keys.contains(.day) else {
            return try reader.fold(.sums(filter, by: grouping), into: empty) { try $0.add($1, day: nil) }
        }
        var sums = empty
        var first = filter.days.lowerBound
        while first < filter.days.upperBound {
            let end = min(first.firstOfNextMonth, filter.days.upperBound)
            var part = filter
            part.days = first..<end
            sums = try reader.fold(.sums(part, by: grouping), into: sums) { [first] in try $0.add($1, day: first) }
            first = end
        }
        return sums
    }

    private var grouping: UsageGrouping {
        var grouping: UsageGrouping = []
        for key in keys {
            switch key {
            case .department: grouping.insert(.department)
            case .team: grouping.formUnion([.department, .team])
            case .user: grouping.insert(.user)
            case .day: grouping.insert(.day)
            case .month, .sku, .priorityClass, .state, .entry, .tag: break
            }
        }
        return grouping
    }
}

/// What the records of a question come to, by its groups.
struct UsageSums: Sendable {
    let question: UsageQuestion
    private let tariffs: [Int64: Tariff]
    private var quantities: [Group: Int128] = [:]
    private var texts = Texts()
    /// The tags that were looked at last: records of one reservation follow each other.
    private var lastTags: [UInt8]?
    private var lastValues: [String: String] = [:]

    /// What the question's keys are of a row, each as a number, and its tariff: small, since there are many rows.
    private struct Group: Hashable {
        var values: SIMD3<Int64> = .zero
        var tariff: Int64
    }

    /// Texts as numbers, from 0.
    private struct Texts {
        private(set) var all: [String] = []
        private var numbers: [String: Int64] = [:]

        mutating func number(of text: String) -> Int64 {
            if let number = numbers[text] { return number }
            let number = Int64(all.count)
            numbers[text] = number
            all.append(text)
            return number
        }
    }

    init(_ question: UsageQuestion, _ tariffs: [Int64: Tariff]) {
        self.question = question
        self.tariffs = tariffs
    }

    mutating func add(_ sum: UsageSum, day: CivilDate?) throws {
        try add(
            sum.quantity, of: sum.tariff, day: day ?? sum.day, department: sum.department, team: sum.team,
            user: sum.user)
    }

    mutating func add(_ row: UsageOfReservation) throws {
        if row.tags != lastTags {
            lastTags = row.tags
            lastValues = row.tags.map { Details(fields: [PersonalField(name: .tags, value: $0)]).tags } ?? [:]
        }
        if let tag = question.tag, lastValues[tag.name] != tag.value { return }
        try add(
            row.quantity, of: row.tariff, day: row.day, department: row.department, team: row.team, user: row.user)
    }

    private mutating func add(
        _ quantity: Int64, of tariff: Int64, day: CivilDate?, department: DepartmentID?, team: TeamID?, user: UserID?
    ) throws {
        var group = Group(tariff: tariff)
        for (place, key) in question.keys.enumerated() {
            let value: Int64 =
                switch key {
                case .department: texts.number(of: department?.text ?? "")
                case .team: texts.number(of: name(of: team, in: department))
                case .user: Int64(user?.uid ?? 0)
                case .day: day?.daysSinceEpoch ?? 0
                case .month: day?.firstOfMonth.daysSinceEpoch ?? 0
                case .tag(let name): texts.number(of: lastValues[name] ?? "")
                case .sku, .priorityClass, .state, .entry: 0
                }
            group.values[place] = value
        }
        quantities[group, default: 0] += Int128(quantity)
        guard quantities.count <= Limits.usageSums else { throw Problems.tooManyItems(APILimits.usageItems) }
    }

    /// A team's id is unique in its department only.
    private func name(of team: TeamID?, in department: DepartmentID?) -> String {
        if question.keys.contains(.department) { return team?.text ?? "" }
        return (department?.text ?? "") + (team.map { "/\($0.text)" } ?? "")
    }

    /// Those whose names the view shows.
    var users: Set<UserID> {
        guard let place = question.keys.firstIndex(of: .user) else { return [] }
        return Set(quantities.keys.map { UserID(UInt32(truncatingIfNeeded: $0.values[place])) })
    }

    /// - Parameters:
    ///   - names: of users; one without is shown as its uid.
    ///   - currency: nil without a price book.
    func view(names: [UserID: String], zone: Zone, currency: String?) throws(Problem) -> UsageView {
        var items: [ItemKey: Sum] = [:]
        var totals: [SKU: Sum] = [:]
        var whole = ExactAmount.zero
        for (group, quantity) in quantities {
            guard let tariff = tariffs[group.tariff] else { continue }
            let sum = try Sum(quantity, tariff)
            let values = question.keys.indices.map { value(of: group, at: $0, tariff, names) }
            items[ItemKey(values: values, sku: tariff.sku), default: Sum()].add(sum)
            totals[tariff.sku, default: Sum()].add(sum)
            whole += sum.amount
        }
        guard items.count <= APILimits.usageItems else { throw Problems.tooManyItems(APILimits.usageItems) }
        guard !whole.isBeyond else { throw Problems.beyondExact() }
        return UsageView(
            from: question.filter.days.lowerBound.text, to: question.filter.days.upperBound.text,
            timeZone: zone.name, currency: currency,
            items: items.sorted { $0.key < $1.key }.map { key, sum in
                let pairs = zip(question.keys, key.values).map { ($0.description, $1) }
                return UsageView.Item(
                    keys: Dictionary(pairs) { first, _ in first }, sku: key.sku.description,
                    quantityHours: sum.hours(key.sku), amount: sum.amount.description,
                    unratedHours: sum.unratedHours(key.sku))
            },
            totals: totals.sorted { $0.key < $1.key }.map { sku, sum in
                UsageView.Total(
                    sku: sku.description, quantityHours: sum.hours(sku), amount: sum.amount.description,
                    unratedHours: sum.unratedHours(sku))
            }, amount: whole.description)
    }

    private func value(of group: Group, at place: Int, _ tariff: Tariff, _ names: [UserID: String]) -> String {
        let number = group.values[place]
        switch question.keys[place] {
        case .department, .team, .tag: return texts.all[Int(number)]
        case .user:
            let user = UserID(UInt32(truncatingIfNeeded: number))
            return names[user] ?? user.description
        case .day: return CivilDate(daysSinceEpoch: number).text
        case .month: return Period(of: CivilDate(daysSinceEpoch: number)).description
        case .sku: return tariff.sku.description
        case .priorityClass: return tariff.priorityClass.text
        case .state: return tariff.state.rawValue
        case .entry: return tariff.entry.rawValue
        }
    }

    private struct ItemKey: Hashable, Comparable {
        var values: [String]
        var sku: SKU

        static func < (left: ItemKey, right: ItemKey) -> Bool {
            if left.values == right.values { return left.sku < right.sku }
            return left.values.lexicographicallyPrecedes(right.values)
        }
    }

    private struct Sum {
        /// What was held: credits and corrections are of the same.
        var held: Int64 = 0
        var unrated: Int64 = 0
        var amount = ExactAmount.zero

        init() {}

        init(_ quantity: Int128, _ tariff: Tariff) throws(Problem) {
            guard let quantity = Int64(exactly: quantity) else { throw Problems.beyondExact() }
            if tariff.entry == .usage { held = quantity }
            if let exact = tariff.amount(of: quantity) { amount = exact } else { unrated = quantity }
        }

        mutating func add(_ other: Sum) {
            held = Int64(clamping: Int128(held) + Int128(other.held))
            unrated = Int64(clamping: Int128(unrated) + Int128(other.unrated))
            amount += other.amount
        }

        func hours(_ sku: SKU) -> String { sku.hours(of: held) }
        func unratedHours(_ sku: SKU) -> String { sku.hours(of: unrated) }
    }
}

extension CivilDate {
    /// `2026-11-01`.
    var text: String { Period(of: self).description + (day < 10 ? "-0" : "-") + String(day) }
}

extension Problems {
    static func tooManyItems(_ limit: Int) -> Problem {
        Problem(
            type: "/problems/too-many-items", title: "Too many items", status: 422,
            detail: "There are more than \(limit): ask for fewer days, or group by less",
            members: ["limit": .number(Int64(limit))])
    }

    static func beyondExact() -> Problem {
        invalidField("period", "of it the sums are beyond what can be exact; ask for fewer days")
    }
}
