import Policy
import Testing

/// The messages in full: they are what an administrator works with.
@Suite struct PolicyFaultTests {
    @Test func `all faults are reported at once, in the order of the text`() {
        let text = """
            version: 2
            clases: []
            departments:
              - id: Research
                wieght: 2
                members: [ada, ada, 7]
                teams:
                  - name: No Id
                    weight: 0
              - id: vision
                weight: heavy
              - id: vision
            """
        #expect(
            faults(text) == [
                "p:1:10: version: 2 is not known to this Allot; it reads version 1",
                "p:2:1: clases: unknown key; did you mean `classes`?",
                "p:4:9: departments[0].id: `Research` is no id: lower-case letters, digits and -, and no - in front",
                "p:5:5: departments[0].wieght: unknown key; did you mean `weight`?",
                "p:6:20: departments[0].members[1]: `ada` stands twice in this list; first in line 6",
                "p:6:25: departments[0].members[2]: expected a text, found the number `7`; "
                    + "if a text is meant, write \"7\"",
                "p:8:9: departments[0].teams[0].id: missing",
                "p:9:17: departments[0].teams[0].weight: `0` is out of range: 1 to 1000000",
                "p:11:13: departments[1].weight: expected a whole number from 1 to 1000000, found `heavy`",
                "p:12:9: departments[2].id: `vision` stands twice in this list; first in line 10",
            ])
    }

    @Test(arguments: [
        ("", ["p:1:1: version: missing", "p:1:1: departments: missing"]),
        ("# nothing\n", ["p:1:1: version: missing", "p:1:1: departments: missing"]),
        ("---\n", ["p:2:1: version: missing", "p:2:1: departments: missing"]),
        ("7", ["p:1:1: expected fields (`key: value`), found the number `7`"]),
        ("- a", ["p:1:1: expected fields (`key: value`), found a list"]),
        ("version: 1\ndepartments: []", ["p:2:14: departments: is empty; a policy has at least one department"]),
        ("version: 1\ndepartments:", ["p:2:13: departments: expected a list, found nothing"]),
        ("version: 1\ndepartments: [a]", ["p:2:15: departments[0]: expected fields (`key: value`), found `a`"]),
        (
            "version: one\ndepartments: [{id: a}]",
            ["p:1:10: version: expected a whole number from 0 to 2147483647, found `one`"]
        ),
    ])
    func `what is no policy is refused`(text: String, lines: [String]) {
        #expect(faults(text) == lines)
    }

    @Test(arguments: [
        ("ab c", "`ab c` is no id: lower-case letters, digits and -, and no - in front"),
        ("-a", "`-a` is no id: lower-case letters, digits and -, and no - in front"),
        ("ä", "`ä` is no id: lower-case letters, digits and -, and no - in front"),
        ("\"12\"", "`12` is no id: it has only digits, so it would be taken for a number"),
        ("12", "expected a text, found the number `12`; if a text is meant, write \"12\""),
        ("true", "expected a text, found `true`; if a text is meant, write \"true\""),
        ("~", "expected a text, found nothing; if a text is meant, write \"~\""),
        ("\"\"", "must not be empty"),
        ("\"a\\tb\"", "has a control character in it: `a\\u{9}b`"),
        ("[a]", "expected a text, found a list"),
        (String(repeating: "a", count: 41), "41 characters long; at most 40"),
    ])
    func `an id that is none is refused`(id: String, message: String) {
        #expect(faults("version: 1\ndepartments:\n- id: \(id)") == ["p:3:7: departments[0].id: \(message)"])
    }

    @Test func `an id of 40 characters is read`() {
        #expect(faults("version: 1\ndepartments: [{id: \(String(repeating: "a", count: 40))}]") == [])
    }

    @Test(arguments: ["@", "1000", "a:b", "a/b", "..", "-x", " x", "x ", "@-x", "@@x", "**", "@*", "@5"])
    func `what can be no name of a user or group is refused`(member: String) {
        let expected = "`\(member)` is neither a user's name, nor \"@group\", nor \"*\""
        let lines = faults("version: 1\ndepartments: [{id: a, members: [\"\(member)\"]}]")
        #expect(lines == ["p:2:33: departments[0].members[0]: \(expected)"])
    }

    @Test(arguments: [
        ("0", "`0` is out of range: 1 to 1000000"), ("1000001", "`1000001` is out of range: 1 to 1000000"),
        ("-5", "`-5` is out of range: 1 to 1000000"),
        ("99999999999999999999", "`99999999999999999999` is out of range: 1 to 1000000"),
        ("1.5", "expected a whole number from 1 to 1000000, found the number `1.5`"),
        ("\"5\"", "expected a whole number from 1 to 1000000, found the text `5`"),
        ("010", "expected a whole number from 1 to 1000000, found the number `010`"),
        ("0x10", "expected a whole number from 1 to 1000000, found the number `0x10`"),
        ("", "expected a whole number from 1 to 1000000, found nothing"),
        ("{a: 1}", "expected a whole number from 1 to 1000000, found fields (`key: value`)"),
    ])
    func `a weight that is none is refused`(weight: String, message: String) {
        let lines = faults("version: 1\ndepartments:\n- id: a\n  weight: \(weight)")
        #expect(lines == ["p:4:\(weight.isEmpty ? 10 : 11): departments[0].weight: \(message)"])
    }

    @Test(arguments: [
        ("{id: standard}", ["p:3:11: classes[0].rank: missing"]),
        (
            "{id: fast, rank: 1}",
            ["p:3:10: classes: has no class `standard`, which is the class of a request that names none"]
        ),
        (
            "{id: standard, rank: 1, preemptible: yes}",
            ["p:3:48: classes[0].preemptible: expected true or false, found `yes`"]
        ),
        (
            "{id: standard, rank: 1, maximumWait: 7}",
            [
                "p:3:48: classes[0].maximumWait: expected a duration such as 90s, 45m, 1h30m or 7d, "
                    + "found the number `7`"
            ]
        ),
        (
            "{id: standard, rank: 1, maximumWait: 10s}",
            ["p:3:48: classes[0].maximumWait: `10s` is out of range: 1m to 365d"]
        ),
        (
            "{id: standard, rank: 1}, {id: standard, rank: 2}",
            ["p:3:41: classes[1].id: `standard` stands twice in this list; first in line 3"]
        ),
    ])
    func `a class that is none is refused`(classes: String, lines: [String]) {
        #expect(faults("version: 1\ndepartments: [{id: a}]\nclasses: [\(classes)]") == lines)
    }

    @Test func `no classes at all are refused, because a request needs the standard one`() {
        let expected = "p:3:10: classes: has no class `standard`, which is the class of a request that names none"
        #expect(faults("version: 1\ndepartments: [{id: a}]\nclasses: []") == [expected])
    }

    @Test func `a name is short and shows on a line`() {
        let long = String(repeating: "n", count: 101)
        let expected = [
            ("\"\(long)\"", "101 characters long; at most 100"),
            ("\" a\"", "` a` must neither begin nor end with a space"),
            ("\"a\\u202Eb\"", "has a control character in it: `a\\u{202e}b`"),
        ]
        for (name, message) in expected {
            let lines = faults("version: 1\ndepartments:\n- id: a\n  name: \(name)")
            #expect(lines == ["p:4:9: departments[0].name: \(message)"])
        }
    }

    @Test func `lists have limits`() {
        let members = (0...10_000).map { "u\($0)" }.joined(separator: ", ")
        #expect(
            faults("version: 1\ndepartments: [{id: a, members: [\(members)]}]")
                == ["p:2:32: departments[0].members: 10001 elements; at most 10000"])
        let teams = (0...1000).map { "{id: t\($0)}" }.joined(separator: ", ")
        #expect(
            faults("version: 1\ndepartments: [{id: a, teams: [\(teams)]}]")
                == ["p:2:30: departments[0].teams: 1001 elements; at most 1000"])
        #expect(
            faults("version: 1\ndepartments: [\(teams)]")
                == ["p:2:14: departments: 1001 elements; at most 1000"])
    }
}
