/// A policy of a large organisation, as text.
enum LargePolicy {
    static func text(_ departments: Int, _ teams: Int, _ members: Int) -> String {
        var text = head
        for department in 0..<departments {
            let first = department * teams * members
            text += """
                  - id: department-\(department)
                    name: Department \(department)
                    weight: \(1 + department % 10)
                    managers: [user-\(first), "@leads-\(department)"]
                    quotas: [{model: Model 1, nominal: 0, borrowing: 4}, {model: "*", nominal: 0}]
                    caps: {devicesPerUser: 4, waiting: 100}
                    budget: {perMonth: \(1000 + department), thresholds: [50, 80, 100]}
                    teams:

                """
            for team in 0..<teams {
                let users = (0..<members).map { "user-\(first + team * members + $0)" }.joined(separator: ", ")
                text += """
                          - id: team-\(department)-\(team)
                            name: Team \(team)
                            weight: \(1 + team % 3)
                            members: ["@group-\(department * teams + team)", \(users)]

                    """
            }
        }
        return text
    }

    private static let head = """
        version: 1
        timeZone: Europe/Berlin
        roles: {admin: ["@admins"], finance: ["@finance"], auditor: ["@audit"]}
        approvals: {requests: [{devicesOver: 4}]}
        priceBook:
          currency: EUR
          rates:
            - {sku: gpu:Model 0, from: 2026-01-01, perHour: 2.5}
            - {sku: gpu:Model 1, from: 2026-01-01, perHour: 1.5}
            - {sku: gpu:Model 2, from: 2026-01-01, perHour: 0.5}
            - {sku: gpu:Model 3, from: 2026-01-01, perHour: 0.4}
            - {sku: cpu, from: 2026-01-01, perHour: 0.02}
            - {sku: memory, from: 2026-01-01, perHour: 0.003}
        departments:

        """
}
