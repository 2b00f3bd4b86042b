import Policy
import Testing

/// What of YAML is not read, and what a hostile text may try.
@Suite struct YAMLDocumentTests {
    @Test(arguments: [
        (
            "a: &x 1\nb: *x",
            [
                "p:1:4: a: an anchor (&) is not read here, and aliases neither; write the value out",
                "p:2:4: b: an alias is not read here; write the value out",
            ]
        ),
        ("a: !!str 1", ["p:1:4: a: the tag `tag:yaml.org,2002:str` is not read here; write the value without it"]),
        ("a: ! x", ["p:1:4: a: the tag `!` is not read here; write the value without it"]),
        (
            "a: [!x {}, &y []]",
            [
                "p:1:5: a[0]: the tag `!x` is not read here; write the value without it",
                "p:1:12: a[1]: an anchor (&) is not read here, and aliases neither; write the value out",
            ]
        ),
        ("a: 1\nb: 1\na: 2", ["p:3:1: a: stands twice; first in line 1, column 1"]),
        (
            "a: {x: 1, \"x\": 2, x: 3}",
            [
                "p:1:11: a.x: stands twice; first in line 1, column 5",
                "p:1:19: a.x: stands twice; first in line 1, column 5",
            ]
        ),
        ("? [a]\n: 1", ["p:1:3: a key must be a text"]),
        ("a: 1\n---\na: 2", ["p:2:1: a second document begins here; a file holds one"]),
        ("%TAG !e! tag:example.org:\n---\na: 1", ["p:1:1: a %TAG directive is not read here"]),
        ("a: \u{7}b", ["p:1:4: not YAML: control characters are not allowed (U+7)"]),
        ("a: 1\nb: ü\u{7}", ["p:2:5: not YAML: control characters are not allowed (U+7)"]),
        (
            "a: [b",
            ["p:1:6: not YAML: did not find expected ',' or ']' while parsing a flow sequence from line 1, column 4"]
        ),
        (
            "a:\n\t- b",
            [
                "p:2:1: not YAML: found character that cannot start any token while scanning for the next token from "
                    + "line 2, column 1; indent with spaces, not with tabs"
            ]
        ),
        (
            "a: [@b]",
            [
                "p:1:5: not YAML: found character that cannot start any token while scanning for the next token from "
                    + "line 1, column 5; a text that begins with `*`, `@` or `%` must stand in quotes, "
                    + "as in \"*\" or \"@group\""
            ]
        ),
        (
            "a: [*]",
            [
                "p:1:6: not YAML: did not find expected alphabetic or numeric character while scanning an alias from "
                    + "line 1, column 5; a text that begins with `*`, `@` or `%` must stand in quotes, "
                    + "as in \"*\" or \"@group\""
            ]
        ),
    ])
    func `what is not read is named with its place`(text: String, lines: [String]) {
        #expect(read(text) == lines)
    }

    @Test func `faults of YAML and of fields come together`() {
        let text = "version: 1\ndepartments:\n- id: &x a\n  id: b\n  weight: no"
        #expect(
            faults(text).map { $0.split(separator: " ").prefix(2).joined(separator: " ") } == [
                "p:3:7: departments[0].id:", "p:4:3: departments[0].id:", "p:5:11: departments[0].weight:",
            ])
    }

    @Test func `32 levels are read and 33 are not`() {
        let nested = { (levels: Int) in
            "a: " + String(repeating: "[", count: levels - 1) + String(repeating: "]", count: levels - 1)
        }
        #expect(read(nested(32)) == [])
        #expect(read(nested(33)) == ["p:1:35: nested deeper than 32 levels"])
    }

    @Test(arguments: ["[", "{a: ", "- ", "? ", "[{a: ", "{? ", "a:\n "])
    func `a text that is nested a million times is refused and harms nothing`(opening: String) {
        let lines = read(String(repeating: opening, count: 1_000_000))
        #expect(lines.count == 1)
    }

    @Test func `steps of indentation are counted too`() {
        let text = (0..<1000).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n")
        #expect(read(text) == ["p:33:33: nested deeper than 32 levels"])
    }

    @Test func `8 MiB are read and one byte more is not`() {
        let text = "a: 1\n#" + String(repeating: "x", count: YAMLDocument.Limits.bytes - 6)
        #expect(read(text) == [])
        let expected = ["p:1:1: 8388609 bytes; at most 8388608 are read"]
        #expect(read(text + "x") == expected)
        #expect(read(bytes: Array((text + "x").utf8)) == expected)
    }

    @Test func `the number of values is limited`() {
        let text = "a: [" + String(repeating: "x,", count: 1_000_001) + "]"
        #expect(read(text).map { $0.hasSuffix(": more than 1000000 values and keys") } == [true])
    }

    @Test func `faults past a thousand are counted`() throws {
        let text = "a: 1\n" + (0..<1200).map { "key\($0): 1" }.joined(separator: "\n")
        let lines = read(text)
        #expect(lines.count == 1001)
        #expect(lines.last == "p: and 200 more faults")
    }

    @Test(
        arguments: [
            ([0xff], "p:1:1"), ([0x61, 0x0a, 0x62, 0xc3], "p:2:2"), ([0xc3, 0xbc, 0xed, 0xa0, 0x80], "p:1:2"),
            ([0x0a, 0xc0, 0x80], "p:2:1"), ([0xff, 0xfe, 0x61, 0x00], "p:1:1"), ([0x0d, 0x0a, 0x80], "p:2:1"),
        ] as [([UInt8], String)])
    func `bytes that are no UTF-8 are refused with their place`(bytes: [UInt8], place: String) {
        #expect(read(bytes: bytes) == ["\(place): not UTF-8 from here on"])
    }

    @Test(arguments: [
        ("---", "p:1:4: version: missing"), ("a:\n- [b", "p:2:5: not YAML"), ("a: \"b", "p:1:6: not YAML"),
    ])
    func `a fault at the end of a text without a final line break lies within it`(text: String, start: String) {
        #expect(faults(text).first.map { $0.hasPrefix(start) } == true, "\(faults(text))")
    }

    @Test func `an empty text has no fields`() {
        for text in ["", "\n", "# only a comment", "---", "--- ~\n...\n", "{}"] { #expect(read(text) == []) }
    }

    @Test func `a message repeats a text from the file so that no terminal acts on it`() {
        let key = String(repeating: "k", count: 100)
        #expect(
            read("\"\\e[2J\": 1\n\(key): 1") == [
                "p:1:1: `\\u{1b}[2J`: unknown key; known here: `a`, `b`",
                "p:2:1: `\(key.prefix(60))…`: unknown key; known here: `a`, `b`",
            ])
    }

    @Test(arguments: [
        ("departments", "deparments"), ("departments", "Departments"), ("departments", "departmnets"),
        ("weight", "wieght"), ("weight", "weights"), ("id", "di"), ("members", "member"), ("maximumWait", "maxWait"),
    ])
    func `a slip of the pen is recognized`(key: String, written: String) {
        let lines = read("\(written): 1", keys: ["departments", "weight", "id", "members", "maximumWait"])
        let isNear = key != "maximumWait"
        #expect(lines.map { $0.hasSuffix("did you mean `\(key)`?") } == [isNear])
    }

    private func read(_ text: String, keys: [String] = ["a", "b"]) -> [String] {
        read(bytes: Array(text.utf8), keys: keys)
    }

    private func read(bytes: [UInt8], keys: [String] = ["a", "b"]) -> [String] {
        do throws(DocumentFaults) {
            try YAMLDocument.read(bytes: bytes, name: "p") { fields in
                for key in keys { _ = fields.optional(key) }
            }
            return []
        } catch {
            return error.lines
        }
    }
}
