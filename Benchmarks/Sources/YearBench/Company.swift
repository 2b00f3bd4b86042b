import Policy
import Units

/// Forty departments of three teams and 24 people each, on a machine of 128 devices of two models, with prices that
/// change in the middle of an hour, other ones by night, and classes, idle time and credits with factors of their own.
enum Company {
    static let departments = 40
    static let teams = 3
    static let people = 24
    static let lanes = 64

    static func policy() throws -> Policy {
        try PolicyText(yaml: Array(text.utf8), name: "the year's policy").policy
    }

    private static var text: String {
        var text = """
            version: 1
            timeZone: Europe/Berlin
            classes:
              - {id: production, rank: 300, preemptible: false, priceMultiplier: 1.5}
              - {id: standard, rank: 200, preemptible: false}
              - {id: best-effort, rank: 100, preemptible: true, priceMultiplier: 0.5}
            licences: [{name: solver, count: 64}]
            preemption: {credit: 0.25}
            budgets: {idleFactor: 0.4}
            priceBook:
              currency: EUR
              rates:

            """
        for (model, first, second) in [("H100", "2.50", "2.80"), ("L40S", "0.90", "0.80")] {
            let change = "2026-07-15T10:20:00Z"
            for terms in [
                "from: 2026-01-01, to: \(change), perHour: \(first)", "from: \(change), perHour: \(second)",
            ] {
                text += "    - {sku: \"gpu:\(model)\", \(terms), windows: [\(night)]}\n"
            }
        }
        text += """
                - {sku: cpu, from: 2026-01-01, perHour: 0.02}
                - {sku: memory, from: 2026-01-01, perHour: 0.003}
                - {sku: "licence:solver", from: 2026-01-01, perHour: 0.40}
            departments:

            """
        for department in 0..<departments {
            text += "  - id: \(name(of: department))\n    teams:\n"
            for team in 0..<teams { text += "      - {id: team-\(team)}\n" }
        }
        return text
    }

    private static let night = "{name: night, from: \"22:00\", to: \"06:00\", multiplier: 0.6}"

    static func name(of department: Int) -> String { "department-\(department)" }

    static func model(ofLane lane: Int) -> String { lane.isMultiple(of: 4) ? "L40S" : "H100" }
}
