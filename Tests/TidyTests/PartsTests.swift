import Testing

/// The readers that the rules stand on.
@Suite struct PartsTests {
    @Test(arguments: [
        ("a // b", "a     "),
        ("a /* b /* c */ d */ e", "a                   e"),
        ("\"a\" + b", "\" \" + b"),
        ("\"a \\(b + \"c\") d\"", "\"    b + \" \"   \""),
        ("\"\\(f(1))\"!", "\"  f(1) \"!"),
        ("#\"a \"b\" \\(c)\"# d", "#\"          \"# d"),
        ("\"a\\\"b\" c", "\"    \" c"),
        ("f(/a\"b/) c", "f(     ) c"),
        ("a / b / c", "a / b / c"),
        ("#/a\"/# b", "       b"),
        ("`it's a name`()", "`           `()"),
    ])
    func `code is told from strings and comments`(text: String, expected: String) {
        #expect(SwiftFile(path: "Sources/A/A.swift", text: text).code.joined(separator: "\n") == expected)
    }

    @Test func `a string over several lines ends where it ends`() {
        let file = SwiftFile(path: "Sources/A/A.swift", text: "let a = \"\"\"\n  \"b\" // c\n  \"\"\"\nlet d = 1")
        #expect(file.code.map { $0.filter { $0 != " " } } == ["leta=\"\"\"", "", "\"\"\"", "letd=1"])
    }

    @Test func `bodies are found with their lines`() {
        let text = """
            struct A {
                var a: Int { 1 }
                let b = 2
                func c(
                    d: () -> Void = {}
                ) -> Int {
                    func e() {}
                    return 1
                }
                init() {}
            }
            """
        let bodies = Body.all(in: SwiftFile(path: "Sources/A/A.swift", text: text).tokens)
        #expect(
            bodies.map { "\($0.name) \($0.firstLine)-\($0.lastLine)" } == ["a 2-2", "c 4-9", "e 7-7", "init 10-10"])
    }

    @Test(arguments: [
        ("sleep(", "Task.sleep(1)", true), ("print(", "fingerprint(a)", false), ("Date", "Date()", true),
        ("Date", "DateTime()", false), ("as!", "a as! B", true), ("as!", "alias! B", false),
    ])
    func `a word is found whole`(word: String, line: String, isThere: Bool) {
        #expect(Words.contains(word, in: line[...]) == isThere)
    }
}
