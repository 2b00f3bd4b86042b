import Policy
import Testing
import Units

/// Who decides and sees what, what has to be approved, and what becomes of what is not used.
@Suite struct AdministrationTests {
    @Test func `what the text says of roles, budgets and approvals is read whole`() throws {
        let policy = try Policy.read(yaml: wholePolicy, name: "p")
        #expect(
            policy.roles
                == Roles(
                    admin: [.user("root"), .group("admins")], finance: [.group("finance")], auditor: [.user("otto")]))
        #expect(policy.budgets == BudgetRules(idleFactor: Ratio(thousandths: 500), atHardStop: .stop, grace: .hours(1)))
        #expect(
            policy.approvals
                == ApprovalRules(
                    changes: ChangeRules(secondPerson: [.prices, .roles], managers: [.members, .caps]),
                    requests: [
                        RequestRule(devicesOver: 4, priorityClass: ClassID("urgent"), approver: .admin),
                        RequestRule(priceOver: Amount(microunits: 1_000_500_000)),
                    ],
                    requestHold: .hours(8)))
        #expect(
            policy.attendance
                == AttendanceRules(
                    idle: .init(after: .minutes(30), utilizationBelow: 3, action: .release, grace: .minutes(10)),
                    noShow: .init(after: .hours(1)), unreserved: .init(action: .end, grace: .seconds(30)),
                    endWarning: .init(lead: .minutes(5), signal: .user2)))
        #expect(policy.retention == RetentionRules(personal: .days(90)))
        #expect(policy.defaultDepartments == ["ada": DepartmentID("research")])
        #expect(policy.departments[0].managers == [.user("grace"), .group("leads")])
        #expect(
            policy.departments[0].budget
                == Budget(perMonth: Amount(microunits: 50_000_000_000), thresholds: [50, 90], isHard: false))
    }

    @Test func `the end of a time is announced, and a short one's halfway`() throws {
        let warning = try Policy.read(yaml: policy(top: "endWarning: {signal: none}"), name: "p").attendance.endWarning
        #expect(warning == AttendanceRules.EndWarning(lead: .minutes(10), signal: nil))
        let start = Timestamp(milliseconds: 1_000_000)
        #expect(warning.time(from: start, to: start + .hours(1)) == start + .minutes(50))
        #expect(warning.time(from: start, to: start + .minutes(8)) == start + .minutes(4))
        #expect(warning.time(from: start, to: start) == nil)
        #expect(AttendanceRules.EndWarning(lead: .zero).time(from: start, to: start + .hours(1)) == nil)
    }

    @Test func `a budget has thresholds and a hard stop where the text does not say`() throws {
        let text = policy(department: "budget: {perMonth: \"12.50\"}")
        let budget = try #require(try Policy.read(yaml: text, name: "p").departments[0].budget)
        #expect(budget == Budget(perMonth: Amount(microunits: 12_500_000), thresholds: [50, 80, 100], isHard: true))
    }

    @Test func `no second person at all is not the same as saying nothing`() throws {
        let rules = { (text: String) in try Policy.read(yaml: policy(top: text), name: "p").approvals.changes }
        #expect(try rules("approvals: {changes: {secondPerson: []}}").secondPerson == [])
        #expect(try rules("approvals: {changes: {}}").secondPerson == nil)
    }

    @Test(arguments: [
        (
            "managers: [\"*\"]",
            "p:5:15: departments[0].managers: \"*\" would make every user a manager; name users or groups"
        ),
        ("budget: {}", "p:5:13: departments[0].budget.perMonth: missing"),
        (
            "budget: {perMonth: -1}",
            "p:5:24: departments[0].budget.perMonth: expected an amount such as 50000 or 2.50, with at most "
                + "6 decimals, "
                + "found the number `-1`"
        ),
        (
            "budget: {perMonth: 1000000000001}",
            "p:5:24: departments[0].budget.perMonth: `1000000000001.00` is out of range: 0.00 to 1000000000000.00"
        ),
        (
            "budget: {perMonth: 1, thresholds: [50, 50]}",
            "p:5:44: departments[0].budget.thresholds[1]: 50 does not rise: 50 stands before it"
        ),
        (
            "budget: {perMonth: 1, thresholds: [0]}",
            "p:5:40: departments[0].budget.thresholds[0]: `0` is out of range: 1 to 1000"
        ),
        (
            "budget: {perMonth: 1, thresholds: [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]}",
            "p:5:39: departments[0].budget.thresholds: 17 elements; at most 16"
        ),
    ])
    func `a department's managers and budget that are none are refused`(text: String, line: String) {
        #expect(faults(policy(department: text)) == [line])
    }

    @Test(arguments: [
        ("roles: {admin: [\"*\"]}", "p:6:16: roles.admin: \"*\" would make every user an admin; name users or groups"),
        ("roles: {auditors: []}", "p:6:9: roles.auditors: unknown key; did you mean `auditor`?"),
        ("budgets: {idleFactor: 1.5}", "p:6:23: budgets.idleFactor: `1.5` is out of range: 0 to 1"),
        (
            "budgets: {atHardStop: kill}",
            "p:6:23: budgets.atHardStop: expected one of finish, stop, found `kill`"
        ),
        ("budgets: {grace: 8d}", "p:6:18: budgets.grace: `8d` is out of range: 0s to 1h"),
        (
            "approvals: {changes: {managers: [quotas]}}",
            "p:6:34: approvals.changes.managers[0]: `quotas` is nothing that managers decide alone; they may: members, "
                + "weights, caps"
        ),
        (
            "approvals: {changes: {secondPerson: [prices, prices]}}",
            "p:6:46: approvals.changes.secondPerson[1]: `prices` stands twice in this list; first in line 6"
        ),
        (
            "approvals: {requests: [{approver: admin}]}",
            "p:6:24: approvals.requests[0]: names no request: needs `devicesOver`, `priceOver` or `class`"
        ),
        (
            "approvals: {requests: [{class: standart}]}",
            "p:6:32: approvals.requests[0].class: `standart` is none of the classes; did you mean `standard`?"
        ),
        (
            "approvals: {requests: [{class: x}]}",
            "p:6:32: approvals.requests[0].class: `x` is none of the classes; there are `production`, `standard`, "
                + "`best-effort`"
        ),
        (
            "approvals: {requests: [{devicesOver: 4}, {devicesOver: 4, approver: manager}]}",
            "p:6:42: approvals.requests[1]: `{devicesOver: 4, approver: manager}` stands twice in this list; first in "
                + "line 6"
        ),
        ("approvals: {requestHold: 31d}", "p:6:26: approvals.requestHold: `31d` is out of range: 1m to 30d"),
        ("idle: {grace: 1m}", "p:6:7: idle.after: missing"),
        ("idle: {after: 1h, utilizationBelow: 0}", "p:6:37: idle.utilizationBelow: `0` is out of range: 1 to 100"),
        ("noShow: {after: 31d}", "p:6:17: noShow.after: `31d` is out of range: 1m to 30d"),
        ("noShow: {after: 1h, action: cancel}", "p:6:29: noShow.action: expected one of warn, release, found `cancel`"),
        ("unreserved: {action: kill}", "p:6:22: unreserved.action: expected one of report, end, found `kill`"),
        ("unreserved: {grace: 2h}", "p:6:21: unreserved.grace: `2h` is out of range: 0s to 1h"),
        ("endWarning: {lead: 2d}", "p:6:20: endWarning.lead: `2d` is out of range: 0s to 1d"),
        (
            "endWarning: {signal: SIGKILL}",
            "p:6:22: endWarning.signal: expected one of none, SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, "
                + "found `SIGKILL`"
        ),
        ("retention: {personal: 1h}", "p:6:23: retention.personal: `1h` is out of range: 1d to 36500d"),
        (
            "defaultDepartments: {ada: reserch}",
            "p:6:27: defaultDepartments.ada: `reserch` is none of the departments; did you mean `research`?"
        ),
        (
            "defaultDepartments: {ada: research}",
            "p:6:27: defaultDepartments.ada: `research` does not have `ada` as a member"
        ),
        (
            "defaultDepartments: {\"@vision\": research}",
            "p:6:33: defaultDepartments.`@vision`: `@vision` is no user's name"
        ),
    ])
    func `the policy's rules that are none are refused`(text: String, line: String) {
        #expect(faults(policy(top: text)) == [line])
    }

    @Test func `a user of two departments needs a default, and is told once`() throws {
        let text = { (defaults: String) in
            """
            version: 1
            departments:
              - {id: a, members: [ada, bob, "@all"]}
              - {id: b, teams: [{id: t, members: [ada]}], members: [ada, "@all"]}
              - {id: c, members: [ada], teams: [{id: u, members: [cleo]}, {id: v, members: [cleo]}]}
            \(defaults)
            """
        }
        #expect(
            faults(text("")) == [
                "p:4:57: departments[1].members[0]: `ada` is of another department too, in line 3; "
                    + "`defaultDepartments` has to say which is meant"
            ])
        let read = try Policy.read(yaml: text("defaultDepartments: {ada: b, bob: a}"), name: "p")
        #expect(read.accounts(user: "ada", groups: []).first?.department == DepartmentID("b"))
    }

    @Test func `a default may be a department that has the user by a group or with everybody`() {
        let text = """
            version: 1
            departments: [{id: a, members: ["@all"]}, {id: b, teams: [{id: t, members: ["*"]}]}]
            defaultDepartments: {ada: a, bob: b}
            """
        #expect(faults(text) == [])
    }
}
