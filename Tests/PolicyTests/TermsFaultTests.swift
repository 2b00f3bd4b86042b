import Policy
import Testing

/// The messages of terms in full: they are what an administrator works with.
@Suite struct TermsFaultTests {
    @Test(arguments: [
        ("Europe/Berln", "`Europe/Berln` is no time zone of the IANA database; did you mean `Europe/Berlin`?"),
        ("europe/berlin", "`europe/berlin` is no time zone of the IANA database; did you mean `Europe/Berlin`?"),
        ("CEST", "`CEST` is no time zone of the IANA database; such as UTC or Europe/Berlin"),
        ("GMT+2", "`GMT+2` is no time zone of the IANA database; such as UTC or Europe/Berlin"),
        ("../etc/passwd", "`../etc/passwd` is no time zone of the IANA database; such as UTC or Europe/Berlin"),
        ("2", "expected a text, found the number `2`; if a text is meant, write \"2\""),
    ])
    func `a time zone that is none is refused`(zone: String, message: String) {
        #expect(faults("version: 1\ndepartments: [{id: a}]\ntimeZone: \(zone)") == ["p:3:11: timeZone: \(message)"])
    }

    @Test(arguments: [
        ("quotas: [{nominal: 1}]", "p:5:14: departments[0].quotas[0].model: missing"),
        ("quotas: [{model: A}]", "p:5:14: departments[0].quotas[0].nominal: missing"),
        (
            "quotas: [{model: A, nominal: -1}]",
            "p:5:34: departments[0].quotas[0].nominal: `-1` is out of range: 0 to 100000"
        ),
        (
            "quotas: [{model: A, nominal: 1, borrowing: all}]",
            "p:5:48: departments[0].quotas[0].borrowing: expected a whole number from 0 to 100000, found `all`"
        ),
        (
            "quotas: [{model: A, nominal: 1, lending: 2}]",
            "p:5:46: departments[0].quotas[0].lending: 2 is more than `nominal`, which is 1: nobody lends what is not "
                + "theirs"
        ),
        (
            "quotas: [{model: A, nominal: 1},\n  {model: a, nominal: 1}]",
            "p:6:15: departments[0].quotas[1].model: `a` stands twice in this list; first in line 5"
        ),
        (
            "quotas: [{model: 4090, nominal: 1}]",
            "p:5:22: departments[0].quotas[0].model: expected a text, found the number `4090`; "
                + "if a text is meant, write \"4090\""
        ),
        (
            "quotas: [{model: \(String(repeating: "a", count: 257)), nominal: 1}]",
            "p:5:22: departments[0].quotas[0].model: 257 characters long; at most 256"
        ),
        (
            "cells: [{together: host, size: 2, count: 1}]",
            "p:5:24: departments[0].cells[0].together: expected one of nvlink, numa, found `host`"
        ),
        (
            "cells: [{together: numa, size: 1, count: 1}]",
            "p:5:36: departments[0].cells[0].size: `1` is out of range: 2 to 128"
        ),
        (
            "cells: [{together: numa, size: 2, count: 0}]",
            "p:5:46: departments[0].cells[0].count: `0` is out of range: 1 to 10000"
        ),
        ("cells: [{size: 2, count: 1}]", "p:5:13: departments[0].cells[0].together: missing"),
        ("caps: 5", "p:5:11: departments[0].caps: expected fields (`key: value`), found the number `5`"),
        (
            "teams: [{id: t, caps: {devicesPerUsr: 1}}]",
            "p:5:28: departments[0].teams[0].caps.devicesPerUsr: unknown key; did you mean `devicesPerUser`?"
        ),
        (
            "teams: [{id: t, quotas: []}]",
            "p:5:21: departments[0].teams[0].quotas: unknown key; known here: `id`, `name`, `weight`, `members`, `caps`"
        ),
    ])
    func `a department's terms that are none are refused`(text: String, line: String) {
        #expect(faults(policy(department: text)) == [line])
    }

    @Test(arguments: [
        ("caps: {duration: 0s}", "p:6:18: caps.duration: `0s` is out of range: 1m to 366d"),
        ("caps: {horizon: 2y}", "p:6:17: caps.horizon: expected a duration such as 90s, 45m, 1h30m or 7d, found `2y`"),
        ("caps: {waiting: -1}", "p:6:17: caps.waiting: `-1` is out of range: 0 to 100000"),
        (
            "caps: {deviceHours: 1.5}",
            "p:6:21: caps.deviceHours: expected a whole number from 0 to 100000000, found the number `1.5`"
        ),
        ("licences: [{name: matlab}]", "p:6:12: licences[0].count: missing"),
        ("licences: [{name: matlab, count: 0}]", "p:6:34: licences[0].count: `0` is out of range: 1 to 1000000"),
        (
            "licences: [{name: mat lab, count: 1}]",
            "p:6:19: licences[0].name: `mat lab` is no licence: letters, digits and - _ . +, a letter or digit in front"
        ),
        (
            "licences: [{name: a, count: 1}, {name: a, count: 1}]",
            "p:6:40: licences[1].name: `a` stands twice in this list; first in line 6"
        ),
        ("shareable: [{model: L4}]", "p:6:13: shareable[0].most: missing"),
        ("shareable: [{model: L4, most: 1}]", "p:6:31: shareable[0].most: `1` is out of range: 2 to 1000"),
        (
            "shareable: [{model: L4, most: 2, betweenDepartments: on}]",
            "p:6:54: shareable[0].betweenDepartments: expected true or false, found `on`"
        ),
        (
            "shareable: [{model: L4, most: 2}, {model: l4, most: 2}]",
            "p:6:43: shareable[1].model: `l4` stands twice in this list; first in line 6"
        ),
        ("preemption: {minimumRunTime: 31d}", "p:6:30: preemption.minimumRunTime: `31d` is out of range: 0s to 30d"),
        ("preemption: {grace: 2h}", "p:6:21: preemption.grace: `2h` is out of range: 0s to 1h"),
        (
            "preemption: {warningSignal: SIGUSR3}",
            "p:6:29: preemption.warningSignal: expected one of SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, found "
                + "`SIGUSR3`; did you mean `SIGUSR1`?"
        ),
        ("preemption: {perHour: 100001}", "p:6:23: preemption.perHour: `100001` is out of range: 0 to 100000"),
        ("fairShare: {halfLife: 1m}", "p:6:23: fairShare.halfLife: `1m` is out of range: 1h to 3650d"),
        ("fairShare: 7d", "p:6:12: fairShare: expected fields (`key: value`), found `7d`"),
        (
            "classes: [{id: standard, rank: 1, priceMultiplier: 1.2345}]",
            "p:6:52: classes[0].priceMultiplier: expected a factor such as 1.5, with at most 3 decimals, found the "
                + "number `1.2345`"
        ),
        (
            "classes: [{id: standard, rank: 1, priceMultiplier: 1001}]",
            "p:6:52: classes[0].priceMultiplier: `1001` is out of range: 0 to 1000"
        ),
        (
            "classes: [{id: standard, rank: 1, mayPreempt: 1}]",
            "p:6:47: classes[0].mayPreempt: expected true or false, found the number `1`"
        ),
    ])
    func `the policy's terms that are none are refused`(text: String, line: String) {
        #expect(faults(policy(top: text)) == [line])
    }

    @Test(arguments: [
        ("quotas", "{model: m#, nominal: 1}", 256), ("cells", "{together: numa, size: 2, count: 1}", 256),
    ])
    func `a department's lists have limits`(key: String, element: String, limit: Int) {
        let list = { (count: Int) in elements(element, count) }
        #expect(faults(policy(department: "\(key): [\(list(limit))]")) == [])
        let lines = faults(policy(department: "\(key): [\(list(limit + 1))]"))
        let column = key.count + 7
        #expect(lines == ["p:5:\(column): departments[0].\(key): \(limit + 1) elements; at most \(limit)"])
    }

    @Test(arguments: [
        ("licences", "{name: n#, count: 1}", 1000), ("shareable", "{model: m#, most: 2}", 256),
    ])
    func `the policy's lists have limits`(key: String, element: String, limit: Int) {
        #expect(faults(policy(top: "\(key): [\(elements(element, limit))]")) == [])
        let lines = faults(policy(top: "\(key): [\(elements(element, limit + 1))]"))
        #expect(lines == ["p:6:\(key.count + 3): \(key): \(limit + 1) elements; at most \(limit)"])
    }

    private func elements(_ element: String, _ count: Int) -> String {
        (0..<count).map { element.split(separator: "#").joined(separator: "\($0)") }.joined(separator: ", ")
    }
}
