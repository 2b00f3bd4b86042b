import Testing

/// Each rule fails on what it forbids, and on nothing that only looks like it.
@Suite struct RuleTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let rule: Rule
        var path = "Sources/AllotServer/Some.swift"
        let text: String

        var testDescription: String { "\(rule.name): \(text.prefix(60))" }
    }

    @Test(arguments: broken)
    func `a rule finds what breaks it`(_ example: Case) {
        #expect(!example.rule.findings(SwiftFile(path: example.path, text: example.text)).isEmpty)
    }

    @Test(arguments: kept)
    func `a rule lets be what keeps it`(_ example: Case) {
        #expect(example.rule.findings(SwiftFile(path: example.path, text: example.text)) == [])
    }

    @Test func `every rule has a case that breaks it and one that keeps it`() {
        for rule in Rule.all() {
            #expect(RuleTests.broken.contains { $0.rule.name == rule.name }, "\(rule.name)")
            #expect(RuleTests.kept.contains { $0.rule.name == rule.name }, "\(rule.name)")
        }
    }

    @Test func `what a public protocol requires is known by its names`() {
        let text = """
            public protocol A {
                init(reading a: B) throws
                func write(to a: B)
            }
            protocol C {
                func d()
            }
            """
        let file = SwiftFile(path: "Sources/Units/A.swift", text: text)
        #expect(Rule.requirements(of: [file]) == ["init reading", "func write"])
    }

    static let lines60 = String(repeating: "    step()\n", count: 58)

    static let broken: [Case] = [
        Case(rule: .fileLength, text: String(repeating: "\n", count: 501)),
        Case(rule: .functionLength, text: "func long() {\n    step()\n\(lines60)}\n"),
        Case(rule: .functionLength, text: "init(\n    a: Int\n) where A: B {\n\(lines60)}\n"),
        Case(rule: .functionLength, text: "var long: Int {\n    step()\n\(lines60)}\n"),
        Case(rule: .columns, text: String(repeating: "a", count: 121)),
        Case(rule: .crashes, text: "let a = try! b()"),
        Case(rule: .crashes, text: "let a = b as! C"),
        Case(rule: .crashes, text: "fatalError(\"never\")"),
        Case(rule: .crashes, text: "let a = \"\\(try! b())\""),
        Case(rule: .uncheckedSharing, text: "final class A: @unchecked Sendable {}"),
        Case(rule: .uncheckedSharing, text: "nonisolated(unsafe) var a = 1"),
        Case(rule: .unfinished, text: "// TO" + "DO: finish"),
        Case(rule: .unfinished, path: "Tests/UnitsTests/A.swift", text: "let a = 1  // FIX" + "ME"),
        Case(rule: .output, text: "print(\"hello\")"),
        Case(rule: .shells, text: "system(command)"),
        Case(rule: .shells, text: "let shell = \"/bin/sh\""),
        Case(rule: .waits, path: "Tests/UnitsTests/A.swift", text: "try await Task.sleep(for: .seconds(1))"),
        Case(rule: .waits, path: "Tests/UnitsTests/A.swift", text: "usleep(1000)"),
        Case(rule: .time, path: "Sources/Scheduling/A.swift", text: "let now = Date()"),
        Case(rule: .time, path: "Sources/Units/A.swift", text: "let a = Int.random(in: 0...1)"),
        Case(rule: .exactness, path: "Sources/Scheduling/A.swift", text: "let share: Double = 1"),
        Case(rule: .exactness, path: "Sources/Scheduling/A.swift", text: "func decide() async {}"),
        Case(rule: .foundation, path: "Sources/Units/A.swift", text: "import Foundation"),
        Case(rule: .forceUnwraps, text: "let a = list.first!"),
        Case(rule: .forceUnwraps, text: "let a = call()!.b"),
        Case(rule: .forceUnwraps, text: "let a = list[0]!"),
        Case(rule: .forceUnwraps, text: "var a: Int!"),
        Case(rule: .documentation(), text: "public struct A {}"),
        Case(rule: .documentation(), text: "// Not a doc comment.\npublic static func make() -> A {\n}"),
        Case(rule: .documentation(), text: "@discardableResult\npublic func make() -> A {\n}"),
        Case(rule: .documentation(), text: "public init?(text: String) {}"),
        Case(rule: .documentation(inheriting: ["func make"]), text: "public protocol A {\n    func make()\n}"),
        Case(rule: .documentation(), text: "public typealias Bytes = [UInt8]"),
        Case(rule: .documentation(), text: "public init(text: String) throws {}"),
        Case(rule: .documentation(), text: "/// It.\npublic protocol A {\n    func make()\n}"),
        Case(rule: .testNames, path: "Tests/UnitsTests/A.swift", text: "@Test func works() { #expect(a) }"),
    ]

    static let kept: [Case] = [
        Case(rule: .fileLength, text: String(repeating: "\n", count: 500)),
        Case(rule: .functionLength, text: "func long() {\n\(lines60)}\n"),
        Case(rule: .functionLength, text: "protocol A {\n    func a()\n    var b: Int { get }\n}\n\(lines60)"),
        Case(rule: .functionLength, text: "let a = \"func {\"\n\(lines60)\n\n// }"),
        Case(rule: .columns, text: String(repeating: "ä", count: 120)),
        Case(rule: .crashes, text: "// try! says the comment\nlet a = \"as! fatalError(\""),
        Case(rule: .crashes, text: "let a = #\"a \"quoted\" try! b\"#"),
        Case(rule: .crashes, text: "let a = \"\"\"\n    try! \"b\"\n    \"\"\""),
        Case(rule: .uncheckedSharing, text: "struct A: Sendable {}"),
        Case(rule: .unfinished, text: "let folder = \"/tmp/allot.XXXXXX\""),
        Case(rule: .output, path: "Sources/allot/Table.swift", text: "print(\"hello\")"),
        Case(rule: .output, text: "fingerprint(of: a)"),
        Case(rule: .shells, path: "Tests/EnforcementTests/A.swift", text: "let command = [\"/bin/sh\"]"),
        Case(rule: .shells, text: "// not handed to /bin/sh\nlet a = filesystem(b)"),
        Case(rule: .waits, path: "Tests/UnitsTests/A.swift", text: "await condition.wait()"),
        Case(rule: .waits, text: "try await Task.sleep(for: .seconds(1))"),
        Case(rule: .time, path: "Sources/Scheduling/A.swift", text: "let dateOfStart = now"),
        Case(rule: .time, text: "let now = Date()"),
        Case(rule: .exactness, path: "Sources/Scheduling/A.swift", text: "let share: Int128 = 1"),
        Case(rule: .foundation, text: "import Foundation"),
        Case(rule: .forceUnwraps, text: "if !a, b != c, !(d) { e(!f, [!g]) }"),
        Case(rule: .forceUnwraps, text: "#if !DEBUG\nlet a = \"done!\"  // yes!\n#endif"),
        Case(
            rule: .documentation(),
            text: "/// It.\n@frozen\npublic struct A {\n    public let b: Int\n    public init(b: Int) {}\n}"),
        Case(rule: .documentation(), text: "public func encode(to encoder: any Encoder) throws {}\nstruct A {}"),
        Case(rule: .documentation(), text: "public static func < (left: A, right: A) -> Bool {\n}"),
        Case(rule: .documentation(), text: "public static func hours(_ count: Int64) -> Span { Span(count) }"),
        Case(rule: .documentation(inheriting: ["init reading"]), text: "public init(reading text: String) throws {\n}"),
        Case(rule: .documentation(inheriting: ["func make"]), text: "public func make() {\n}"),
        Case(rule: .documentation(), text: "let a = open(path)\nfunc open(path: String) {\n}"),
        Case(rule: .documentation(), text: "public init(from decoder: any Decoder) throws {}"),
        Case(rule: .testNames, path: "Tests/UnitsTests/A.swift", text: "@Test func `it works`() { #expect(a) }"),
        Case(
            rule: .testNames, path: "Tests/UnitsTests/A.swift", text: "@Test(\"it works\") func a() { #expect(b) }"),
    ]
}
