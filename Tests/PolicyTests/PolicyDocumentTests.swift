import Policy
import Testing
import Units

@Suite struct PolicyDocumentTests {
    @Test func `the sample of the repository is read whole`() throws {
        let policy = try Policy.read(yaml: repositoryText("Config/policy.example.yaml"), name: "policy.yaml")
        #expect(policy.departments.map(\.id.text) == ["platform", "vision", "research"])
        #expect(policy.departments.map(\.weight) == [20, 50, 30])
        #expect(policy.departments[0].teams.map(\.id.text) == ["operations", "serving"])
        #expect(policy.departments[0].teams[0].members == [.user("root"), .group("sudo")])
        #expect(policy.departments[2].teams[1].weight == 1)
        #expect(policy.departments[2].members == [.everyone])
        #expect(policy.classes.map(\.id.text) == ["production", "standard", "best-effort"])
        #expect(policy.classes[2].isPreemptible)
        #expect(policy.classes[0].maximumWait == .days(1))
    }

    @Test func `in the sample nobody is kept from eight idle devices, and everything has a price`() throws {
        let policy = try Policy.read(yaml: repositoryText("Config/policy.example.yaml"), name: "policy.yaml")
        let model = "NVIDIA H100 80GB HBM3"
        let quotas = policy.departments.map { $0.quota(for: model, among: [model]) }
        #expect(quotas.map { $0?.nominal } == [1, 4, 3])
        #expect(quotas.allSatisfy { $0?.borrowing == nil })
        #expect(policy.departments.allSatisfy { $0.caps.devicesPerUser == nil })
        #expect(policy.caps.devicesPerUser == nil && policy.caps.waiting == nil)
        let noon = try #require(RFC3339.timestamp("2026-11-02T12:00:00Z"))
        for sku in [SKU.device(model), .core, .memory, .licence("matlab")] {
            #expect(policy.listRate(sku, at: noon) != nil, "\(sku)")
        }
    }

    @Test func `in the sample root works for the operators and anybody else for research`() throws {
        let policy = try Policy.read(yaml: repositoryText("Config/policy.example.yaml"), name: "policy.yaml")
        let operations = Account(department: DepartmentID("platform"), team: TeamID("operations"))
        #expect(policy.accounts(user: "root", groups: ["root"]).first == operations)
        let research = Account(department: DepartmentID("research"), team: nil)
        #expect(policy.accounts(user: "nobody", groups: ["nogroup"]) == [research])
    }

    @Test func `what the text leaves out has its default`() throws {
        let policy = try Policy.read(yaml: "version: 1\ndepartments: [{id: a-1}]", name: "p")
        let department = Department(id: DepartmentID("a-1"), name: "a-1", weight: 1, teams: [], members: [])
        #expect(policy == Policy(departments: [department], classes: Policy.defaultClasses))
    }

    @Test func `a class has its defaults, and classes are sorted by falling rank, else by the text`() throws {
        let text = """
            version: 1
            departments: [{id: a}]
            classes:
              - {id: low, rank: 1, preemptible: true, maximumWait: 1h30m}
              - {id: standard, rank: 5}
              - {id: high, rank: 9}
              - {id: other, rank: 5}
            """
        let classes = try Policy.read(yaml: text, name: "p").classes
        #expect(classes.map(\.id.text) == ["high", "standard", "other", "low"])
        #expect(classes.map(\.isPreemptible) == [false, false, false, true])
        #expect(classes.map(\.maximumWait) == [.days(7), .days(7), .days(7), .minutes(90)])
    }

    @Test func `a team's id may stand in two departments`() {
        #expect(faults("version: 1\ndepartments: [{id: a, teams: [{id: x}]}, {id: b, teams: [{id: x}]}]") == [])
    }

    @Test(arguments: [
        ("ada", Member.user("ada")), ("\"@ml-team\"", .group("ml-team")), ("\"*\"", .everyone),
        ("no", .user("no")), ("on", .user("on")), ("svc$", .user("svc$")),
        ("ada@example.org", .user("ada@example.org")),
        ("'EXAMPLE\\ada'", .user("EXAMPLE\\ada")), ("\"@domain users\"", .group("domain users")),
        ("jürg", .user("jürg")),
    ])
    func `a member is a user, a group or everybody`(text: String, member: Member) throws {
        let policy = try Policy.read(yaml: "version: 1\ndepartments: [{id: a, members: [\(text)]}]", name: "p")
        #expect(policy.departments[0].members == [member])
    }

    @Test func `lines may end in any way, and a byte order mark may stand in front`() throws {
        let lines = ["version: 1", "departments:", "  - id: a", "    weight: 3", ""]
        for end in ["\n", "\r\n", "\r"] {
            for mark in ["", "\u{feff}"] {
                let policy = try Policy.read(yaml: Array((mark + lines.joined(separator: end)).utf8), name: "p")
                #expect(policy.departments.map(\.weight) == [3])
            }
        }
    }
}
