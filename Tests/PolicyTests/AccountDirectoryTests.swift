import Policy
import Testing
import Units

@Suite struct AccountDirectoryTests {
    @Test func `the directory finds what the policy finds, for any user and groups`() {
        let seed = variable("ALLOT_SEED") ?? UInt64.random(in: 0 ... .max)
        let rounds = Int(variable("ALLOT_ROUNDS") ?? 200)
        print("ALLOT_SEED=\(seed) ALLOT_ROUNDS=\(rounds)")
        var generator = Seeded(state: seed)
        var several = 0
        for round in 0..<rounds {
            let policy = policy(&generator)
            let directory = AccountDirectory(policy)
            for user in [nil] + names.map(Optional.some) {
                let groups = Set(names.filter { _ in Int.random(in: 0..<4, using: &generator) == 0 })
                let comment: Comment = "ALLOT_SEED=\(seed) round \(round)"
                let accounts = policy.accounts(user: user, groups: groups)
                #expect(directory.accounts(user: user, groups: groups) == accounts, comment)
                #expect(
                    directory.managed(user: user, groups: groups) == policy.managed(user: user, groups: groups), comment
                )
                #expect(
                    directory.roles(user: user, groups: groups) == policy.roles(user: user, groups: groups), comment)
                several += accounts.count > 1 ? 1 : 0
            }
        }
        #expect(several > rounds)
    }

    private let names = ["ada", "bob", "cleo", "dan"]

    private func policy(_ generator: inout Seeded) -> Policy {
        let departments = (0..<Int.random(in: 1...4, using: &generator)).map { number in
            let teams = (0..<Int.random(in: 0...3, using: &generator)).map {
                Team(id: TeamID("t\($0)"), name: "t", weight: 1, members: members(&generator))
            }
            return Department(
                id: DepartmentID("d\(number)"), name: "d", weight: 1, teams: teams, members: members(&generator),
                managers: members(&generator))
        }
        return Policy(
            departments: departments, classes: Policy.defaultClasses,
            roles: Roles(admin: members(&generator), finance: members(&generator), auditor: members(&generator)),
            defaultDepartments: ["ada": DepartmentID("d1"), "bob": DepartmentID("d2")])
    }

    private func members(_ generator: inout Seeded) -> [Member] {
        let all = names.map(Member.user) + names.map(Member.group) + [.everyone]
        return all.filter { _ in Int.random(in: 0..<6, using: &generator) == 0 }
    }
}
