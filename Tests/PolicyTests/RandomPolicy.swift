import Policy
import Units

/// Policies made at random, and changed at random.
enum RandomPolicy {
    static func make(_ generator: inout Seeded) -> Policy {
        let departments = (0..<Int.random(in: 1...6, using: &generator)).map { department($0, &generator) }
        return Policy(
            departments: departments, classes: Policy.defaultClasses,
            licences: (0..<Int.random(in: 0...3, using: &generator)).map { Licence(name: "l\($0)", count: 1 + $0) })
    }

    private static func department(_ number: Int, _ generator: inout Seeded) -> Department {
        let teams = (0..<Int.random(in: 0...4, using: &generator)).map { team in
            Team(
                id: TeamID("d\(number)-t\(team)"), name: "team \(team)",
                weight: Int.random(in: 1...9, using: &generator), members: members(number, &generator))
        }
        let quotas = ["A", "B", "*"].filter { _ in Bool.random(using: &generator) }.map {
            Quota(model: ModelPattern($0), nominal: Int.random(in: 0...8, using: &generator))
        }
        return Department(
            id: DepartmentID("d\(number)"), name: "Department \(number)",
            weight: Int.random(in: 1...9, using: &generator), teams: teams, members: members(number, &generator),
            quotas: quotas,
            budget: Bool.random(using: &generator) ? Budget(perMonth: Amount(microunits: 1_000_000)) : nil)
    }

    /// No user of another department's.
    private static func members(_ department: Int, _ generator: inout Seeded) -> [Member] {
        (0..<5).filter { _ in Bool.random(using: &generator) }.map { .user("u\(department)-\($0)") }
    }
}

extension Policy {
    /// With one to four changes.
    func edited(_ generator: inout Seeded) -> Policy {
        var policy = self
        for _ in 0..<Int.random(in: 1...4, using: &generator) { policy.edit(&generator) }
        return policy
    }

    private mutating func edit(_ generator: inout Seeded) {
        let number = Int.random(in: 10...999_999, using: &generator)
        let place = Int.random(in: departments.indices, using: &generator)
        switch Int.random(in: 0..<10, using: &generator) {
        case 0: departments[place].weight = number
        case 1: departments[place].budget = Budget(perMonth: Amount(microunits: Int64(number)))
        case 2: departments[place].budget = nil
        case 3: departments[place].members.append(.user("n\(place)-\(number)"))
        case 4: departments[place].members = Array(departments[place].members.dropFirst())
        case 5:
            departments.insert(
                Department(id: DepartmentID("n\(number)"), name: "new", weight: 1, teams: [], members: []), at: place)
        case 6: departments[place].quotas = [Quota(model: .every, nominal: number % 100)]
        case 7: licences.append(Licence(name: "n\(number)", count: 1))
        case 8:
            guard !departments[place].teams.isEmpty else { return }
            departments[place].teams.removeLast()
        default:
            guard !departments[place].teams.isEmpty else { return }
            departments[place].teams[0].caps.waiting = number % 100
        }
    }
}
