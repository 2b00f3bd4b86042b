import Testing

/// The checks of the import graph and of the pages fail on what they forbid.
@Suite struct GraphTests {
    static let manifest = Manifest(
        text: """
            func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
                .target(name: name, dependencies: dependencies)
            }
            let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
            let package = Package(targets: [
                .systemLibrary(name: "CHwloc", pkgConfig: "hwloc", providers: [.apt(["libhwloc-dev"])]),
                room("Units"),
                room("Policy", ["Units", "Storage"]),
                room("Storage", ["Units", grdb]),
                testSupport("FakeDaemon", [grdb]),
                tests("StorageTests", ["Units", "Storage", grdb]),
            ])
            """)

    @Test func `a manifest is read`() {
        #expect(
            GraphTests.manifest.dependencies == [
                "CHwloc": [], "Units": [], "Policy": ["Units", "Storage"], "Storage": ["Units", "GRDB"],
                "StorageTests": ["Units", "Storage", "GRDB"], "FakeDaemon": ["GRDB"],
            ])
    }

    @Test func `a room that sees too much and a room that is missing are found`() {
        let findings = Graph.findings(GraphTests.manifest)
        #expect(findings.contains("Policy depends on Storage"))
        #expect(findings.contains("Topology is not in both the table and Package.swift"))
        #expect(!findings.contains { $0.hasPrefix("Storage depends") })
    }

    @Test(arguments: [
        ("Sources/Storage/A.swift", "import GRDB\nimport Units\nimport Foundation", []),
        ("Sources/Storage/A.swift", "import GRDBSQLite", []),
        ("Sources/Policy/A.swift", "import GRDBSQLite", ["Policy imports GRDBSQLite"]),
        ("Sources/Storage/A.swift", "import Crypto", ["Storage imports Crypto"]),
        ("Sources/Storage/A.swift", "@preconcurrency import Policy", ["Storage imports Policy"]),
        ("Sources/Storage/A.swift", "public import struct Policy.Team", ["Storage imports Policy"]),
        ("Sources/Storage/A.swift", "import Testing", ["Storage imports Testing"]),
        ("Sources/Policy/A.swift", "import Storage", ["Policy imports Storage"]),
        ("Sources/Units/A.swift", "// import Policy", []),
        ("Tests/StorageTests/A.swift", "import Testing\n@testable import Storage", []),
        ("Tests/StorageTests/A.swift", "import XCTest", ["StorageTests imports XCTest"]),
    ])
    func `an import beyond the table or the manifest is found`(path: String, text: String, expected: [String]) {
        let findings = Graph.findings(SwiftFile(path: path, text: text), GraphTests.manifest)
        #expect(findings.map(\.what) == expected)
    }

    @Test func `a dead link is found, from the page's own folder`() {
        let text = "[a](../README.md) [b](b.md#part) [c](https://example.org/c) [d](#part) [e](gone.md)"
        let there: Set<String> = ["README.md", "docs/b.md"]
        let findings = Pages.deadLinks(path: "docs/a.md", text: text, exists: there.contains)
        #expect(findings.map(\.what) == ["links to gone.md"])
    }

    @Test func `a make target that is not there is found`() {
        let findings = Pages.unknownTargets(
            path: "README.md", text: "`make test` and `make tea`", makefile: "test: build\n\t@echo tea: no")
        #expect(findings.map(\.what) == ["`make tea`"])
    }

    @Test func `a path of this machine and a number of a tracker are found`() {
        let findings = Pages.foreignWords(
            path: "a.md", text: "see /srv/me/allot/x\nas in issue \(12) and Issue #\(3)\nfine", machine: ["/srv/me/"])
        #expect(findings.map(\.line) == [1, 2, 2])
    }

    @Test func `this machine's own folders are known, those of every machine are not`() {
        let paths = Pages.machinePaths(
            root: Repository.root, environment: ["HOME": "/root", "PATH": "/nowhere/bin"])
        #expect(paths.contains(Repository.root.path(percentEncoded: false)))
        #expect(!paths.contains("/root/"))
    }
}
