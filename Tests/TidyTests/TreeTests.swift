import Foundation
import Testing

/// What the tree keeps. That each of these checks can fail is shown in the other files here.
@Suite struct TreeTests {
    @Test(arguments: try Rule.all(Repository.swiftFiles()))
    func `every Swift file keeps the rule`(_ rule: Rule) throws {
        for finding in try Repository.swiftFiles().flatMap(rule.findings) {
            Issue.record("\(rule.name): \(finding)")
        }
    }

    @Test func `the tree was found`() throws {
        #expect(try Repository.swiftFiles().contains { $0.path == "Sources/Units/Span.swift" })
        #expect(try Repository.paths().contains("Tests/TidyTests/TreeTests.swift"))
    }

    @Test func `half of the source files or more keep to the usual length`() throws {
        let lengths = try Repository.swiftFiles().filter(\.isSource).map(\.lines.count).sorted()
        #expect(lengths[lengths.count / 2] <= Limits.usualFileLines)
    }

    @Test func `Package.swift has the rooms of the table and lets none see more`() throws {
        #expect(Graph.findings(Manifest(text: try Repository.text("Package.swift"))) == [])
    }

    @Test func `every import is in the table and in Package.swift`() throws {
        let manifest = Manifest(text: try Repository.text("Package.swift"))
        for finding in try Repository.swiftFiles().flatMap({ Graph.findings($0, manifest) }) {
            Issue.record("\(finding)")
        }
    }

    @Test func `every room of the table has a paragraph in ARCHITECTURE.md`() throws {
        let page = try Repository.text("docs/ARCHITECTURE.md")
        for room in Graph.rooms.keys.sorted() {
            #expect(page.contains("`\(room)`"), "\(room)")
        }
    }

    @Test(arguments: try Repository.paths().filter { $0.hasSuffix(".md") })
    func `a page links and names only what is there`(_ path: String) throws {
        let text = try Repository.text(path)
        let makefile = try Repository.text("Makefile")
        #expect(Pages.deadLinks(path: path, text: text, exists: Repository.exists) == [])
        #expect(Pages.unknownTargets(path: path, text: text, makefile: makefile) == [])
    }

    @Test func `no file names the machine that it was written on`() throws {
        let machine = Pages.machinePaths(root: Repository.root, environment: ProcessInfo.processInfo.environment)
        for path in try Repository.paths() {
            guard let text = try? Repository.text(path) else { continue }
            #expect(Pages.foreignWords(path: path, text: text, machine: machine) == [])
        }
    }
}
