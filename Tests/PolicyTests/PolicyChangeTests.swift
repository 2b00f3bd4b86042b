import Policy
import Testing
import Units

/// What two policies say differently, as a person reads it.
@Suite struct PolicyChangeTests {
    private static let before = """
        version: 1
        # A comment.
        departments:
          - id: vision
            weight: 2
            members: [ada, bob]
            managers: [grace]
            quotas: [{model: H100, nominal: 4}]
            cells: [{together: nvlink, size: 4, count: 1, model: H100}]
            budget: {perMonth: 100}
            teams: [{id: detection, weight: 2, members: [cleo]}, {id: other}]
          - {id: research, teams: [{id: language}]}
        licences: [{name: matlab, count: 10}]
        priceBook:
          currency: EUR
          rates: [{sku: cpu, from: 2026-01-01, perHour: 0.02}]
        """

    @Test(arguments: [
        ("weight: 2\n    members", "weight: 3\n    members", ["departments[vision].weight 2 3 weights -"]),
        (
            "[ada, bob]", "[dan, bob]",
            [
                "departments[vision].members[ada] ada nil members vision",
                "departments[vision].members[dan] nil dan members vision",
            ]
        ),
        ("[ada, bob]", "[bob, ada]", []),
        ("# A comment.", "", []),
        (
            "[grace]", "[\"@leads\"]",
            [
                "departments[vision].managers[@leads] nil @leads roles vision",
                "departments[vision].managers[grace] grace nil roles vision",
            ]
        ),
        (
            "nominal: 4}", "nominal: 3, borrowing: 1}",
            [
                "departments[vision].quotas[H100].borrowing nil 1 quotas vision",
                "departments[vision].quotas[H100].nominal 4 3 quotas vision",
            ]
        ),
        (
            "count: 1, model: H100", "count: 2, model: H100",
            [
                "departments[vision].cells[H100 nvlink 4].count 1 2 quotas vision"
            ]
        ),
        (
            "{perMonth: 100}", "{perMonth: 120.5, hardStop: false}",
            [
                "departments[vision].budget.hardStop true false budgets vision",
                "departments[vision].budget.perMonth 100.00 120.50 budgets vision",
            ]
        ),
        (
            "budget: {perMonth: 100}", "caps: {duration: 8h}",
            [
                "departments[vision].budget {perMonth: 100.00, thresholds: [50, 80, 100], hardStop: true} "
                    + "nil budgets vision",
                "departments[vision].caps.duration nil 8h caps vision",
            ]
        ),
        (
            ", {id: other}]", "]",
            [
                "departments[vision].teams[other] {id: other, name: other, weight: 1} nil departments vision"
            ]
        ),
        (
            "{id: detection, weight: 2,", "{id: detection, name: Detection, weight: 4,",
            [
                "departments[vision].teams[detection].name detection Detection departments vision",
                "departments[vision].teams[detection].weight 2 4 weights vision",
            ]
        ),
        (
            "{id: detection, weight: 2, members: [cleo]}, {id: other}",
            "{id: other}, {id: detection, weight: 2, members: [cleo]}",
            [
                "departments[vision].teams [detection, other] [other, detection] departments vision"
            ]
        ),
        (
            "  - {id: research, teams: [{id: language}]}\n", "",
            [
                "departments[research] {id: research, name: research, weight: 1, "
                    + "teams: [{id: language, name: language, weight: 1}]} nil departments -"
            ]
        ),
        ("count: 10}", "count: 11}", ["licences[matlab].count 10 11 licences -"]),
        (
            "perHour: 0.02", "perHour: 0.03",
            [
                "priceBook.rates[cpu 2026-01-01T00:00:00Z].perHour 0.02 0.03 prices -"
            ]
        ),
        (
            "perHour: 0.02}", "to: 2027-01-01, perHour: 0.02}",
            [
                "priceBook.rates[cpu 2026-01-01T00:00:00Z].to nil 2027-01-01 prices -"
            ]
        ),
        (
            "licences:", "roles: {admin: [root]}\nretention: {personal: 90d}\nlicences:",
            [
                "retention.personal nil 90d rules -", "roles.admin[root] nil root roles -",
            ]
        ),
        (
            "licences:", "defaultDepartments: {ada: vision}\nlicences:",
            [
                "defaultDepartments[ada] nil vision members -"
            ]
        ),
    ])
    func `each place that is different is told once, with what it belongs to`(
        old: String, new: String, lines: [String]
    ) throws {
        let text = PolicyChangeTests.before.replacing(old, with: new)
        #expect(text != PolicyChangeTests.before)
        #expect(try read(PolicyChangeTests.before).changes(to: try read(text)).map(line) == lines)
    }

    @Test func `classes that the text names take the place of the default ones`() throws {
        let text = PolicyChangeTests.before + "\nclasses: [{id: standard, rank: 7, maximumWait: 1d}]"
        #expect(
            try read(PolicyChangeTests.before).changes(to: read(text)).map(\.path) == [
                "classes[best-effort]", "classes[production]", "classes[standard].maximumWait",
                "classes[standard].rank",
            ])
    }

    @Test func `a team that moves is one change, and what is different of it besides`() throws {
        let text = PolicyChangeTests.before.replacing("{id: detection, weight: 2, members: [cleo]}, ", with: "")
            .replacing("[{id: language}]", with: "[{id: language}, {id: detection, weight: 5, members: [cleo]}]")
        #expect(
            try read(PolicyChangeTests.before).changes(to: read(text)).map(line) == [
                "departments[research].teams[detection].weight 2 5 weights research",
                "departments[vision].teams[detection].department vision research departments -",
            ])
    }

    @Test func `a team that moves into a department that comes is told too`() throws {
        let text = PolicyChangeTests.before.replacing("{id: detection, weight: 2, members: [cleo]}, ", with: "")
            .replacing(
                "licences:", with: "  - {id: new, teams: [{id: detection, weight: 2, members: [cleo]}]}\nlicences:")
        #expect(
            try read(PolicyChangeTests.before).changes(to: read(text)).map(\.path) == [
                "departments[new]", "departments[vision].teams[detection].department",
            ])
    }

    @Test func `the canonical text of every sample reads as the same policy`() throws {
        for text in [wholePolicy, PolicyChangeTests.before, try repositoryText("Config/policy.example.yaml")] {
            let policy = try Policy.read(yaml: text, name: "p")
            let again = try Policy.read(yaml: policy.canonicalText, name: "p")
            #expect(again == policy)
            #expect(again.canonicalText == policy.canonicalText)
        }
    }

    private func read(_ text: String) throws -> PolicyText { try PolicyText(yaml: Array(text.utf8), name: "p") }

    private func line(_ change: PolicyChange) -> String {
        "\(change.path) \(change.before ?? "nil") \(change.after ?? "nil") \(change.area.rawValue) "
            + (change.department?.text ?? "-")
    }
}
