import AllotAPI
import FakeDaemon
import Foundation
import Policy
import Testing

@testable import allot

@Suite("allot policy", .enabled(if: BuiltProgram.path != nil, "allot is not built")) struct PolicyCommandTests {
    private static let right = "version: 1\ndepartments:\n  - {id: a, weight: 2, quotas: [{model: H100, nominal: 9}]}\n"

    @Test(
        "A text without a fault is valid, and one with faults is refused with all of them on standard error",
        arguments: [
            (right, 0, "", "policy.yaml: no faults\n"),
            (
                "version: 2\ndepartments: [{id: A}]\n", 2,
                """
                policy.yaml:1:10: version: 2 is not known to this Allot; it reads version 1
                policy.yaml:2:20: departments[0].id: `A` is no id: lower-case letters, digits and -, and no - in front
                allot: policy.yaml: 2 faults

                """, ""
            ),
            (
                "version: 1\ndepartments: [{id: \"\\u001b[31m\"}]\n", 2,
                """
                policy.yaml:2:20: departments[0].id: has a control character in it: `\\u{1b}[31m`
                allot: policy.yaml: 1 fault

                """, ""
            ),
        ] as [(String, Int32, String, String)])
    func validate(text: String, code: Int32, errors: String, output: String) async throws {
        try await PolicyCommandTests.withFiles(["policy.yaml": text]) { folder in
            let ending = try await run("validate", "\(folder)/policy.yaml")
            #expect(ending.code == code)
            #expect(ending.errors.replacingOccurrences(of: "\(folder)/", with: "") == errors)
            #expect(ending.output.replacingOccurrences(of: "\(folder)/", with: "") == output)
        }
    }

    @Test("What depends on the machine is a warning, and a fault where it is asked for")
    func warnings() async throws {
        let device = { (index: Int) in
            #"{"index":\#(index),"id":"d\#(index)","vendor":"nvidia","model":"NVIDIA H100","pciAddress":"0","#
                + #""localCores":"0","files":[],"links":[],"state":"free","health":"healthy"}"#
        }
        let host =
            #"{"name":"h","packages":[],"numaNodes":[],"cores":1,"processingUnits":1,"coreKinds":[],"memoryBytes":1,"#
            + #""devices":[\#((0..<8).map(device).joined(separator: ","))]}"#
        try await PolicyCommandTests.withFiles(["policy.yaml": Self.right, "host.json": host, "no.json": "{}"]) {
            folder in
            let loose = try await run("validate", "\(folder)/policy.yaml", "--host", "\(folder)/host.json")
            #expect(loose.code == 0)
            #expect(loose.output == "\(folder)/policy.yaml: no faults, 1 warning\n")
            #expect(
                loose.errors
                    == "\(folder)/policy.yaml:3:56: warning: departments[0].quotas[0].nominal: with it 9 devices "
                    + "of `NVIDIA H100` are nominal in all departments together; the machine has 8\n")
            let strict = try await run("validate", "\(folder)/policy.yaml", "--host", "\(folder)/host.json", "--strict")
            #expect(strict.code == 2 && strict.output.isEmpty)
            #expect(strict.errors.hasSuffix("allot: \(folder)/policy.yaml: 0 faults, 1 warning\n"))
            let wrong = try await run("validate", "\(folder)/policy.yaml", "--host", "\(folder)/no.json")
            #expect(wrong.code == 1)
            #expect(wrong.errors.contains("allot host --output json"))
        }
    }

    @Test("A price that has begun is compared with the policy before")
    func before() async throws {
        let text = { (price: String) in
            "version: 1\ndepartments: [{id: a}]\npriceBook: {currency: EUR, rates: "
                + "[{sku: cpu, from: 2020-01-01, perHour: \(price)}]}\n"
        }
        try await PolicyCommandTests.withFiles(["old.yaml": text("1"), "new.yaml": text("2")]) { folder in
            let ending = try await run(
                "validate", "\(folder)/new.yaml", "--before", "\(folder)/old.yaml", "--output", "json")
            #expect(ending.code == 2 && ending.errors.isEmpty)
            let json = try #require(
                try JSONSerialization.jsonObject(with: Data(ending.output.utf8)) as? [String: Any])
            let findings = try #require(json["findings"] as? [[String: Any]])
            #expect(json["isValid"] as? Bool == false)
            #expect(findings.map { $0["path"] as? String } == ["priceBook.rates[0].perHour"])
            #expect(findings[0]["line"] as? Int == 3 && findings[0]["severity"] as? String == "fault")
            let csv = try await run(
                "validate", "\(folder)/new.yaml", "--before", "\(folder)/old.yaml", "--output", "csv")
            #expect(csv.output.hasPrefix("severity,line,column,path,message\r\nfault,3,"))
        }
    }

    @Test("Two texts are compared by what they say, with diff's exit codes")
    func diff() async throws {
        let changed = Self.right.replacingOccurrences(of: "nominal: 9", with: "nominal: 3, lending: 1")
            .replacingOccurrences(of: "weight: 2, ", with: "")
        let files = ["a.yaml": Self.right, "b.yaml": changed, "c.yaml": "# The same.\n" + Self.right, "d.yaml": "a: b"]
        try await PolicyCommandTests.withFiles(files) { folder in
            let ending = try await run("diff", "\(folder)/a.yaml", "\(folder)/b.yaml")
            #expect(ending.code == 1 && ending.errors.isEmpty)
            #expect(
                ending.output.replacingOccurrences(of: "→", with: "->") == """
                    + departments[a].quotas[H100].lending: 1
                    ~ departments[a].quotas[H100].nominal: 9 -> 3
                    ~ departments[a].weight: 2 -> 1

                    """)
            let same = try await run("diff", "\(folder)/a.yaml", "\(folder)/c.yaml")
            #expect(same.code == 0 && same.output.isEmpty)
            let csv = try await run("diff", "\(folder)/b.yaml", "\(folder)/a.yaml", "--output", "csv")
            #expect(csv.output.hasPrefix("path,before,after,area,department\r\n"))
            #expect(csv.output.contains("departments[a].quotas[H100].lending,1,,quotas,a\r\n"))
            let wrong = try await run("diff", "\(folder)/a.yaml", "\(folder)/d.yaml")
            #expect(wrong.code == 2 && wrong.errors.contains("d.yaml:1:1: version: missing\n"))
            #expect(try await run("diff", "\(folder)/a.yaml", "\(folder)/e.yaml").code == 2)
            #expect(try await run("diff", "-", "-").code == 64)
        }
    }

    @Test("One text is compared with the policy that the daemon has")
    func diffWithDaemon() async throws {
        let view = PolicyView(version: 3, since: nil, origin: "proposal", proposal: 2, text: Self.right)
        let json = String(decoding: try JSONEncoder().encode(view), as: UTF8.self)
        let changed = Self.right.replacingOccurrences(of: "nominal: 9", with: "nominal: 3")
        try await FakeDaemon.run { request, responder in
            #expect(request.path == "/v1/policy")
            try await responder.reply(json)
        } _: { (daemon) async throws in
            try await PolicyCommandTests.withFiles(["new.yaml": changed]) { folder in
                let ending = try await BuiltProgram.run(
                    daemon, "policy", "diff", "\(folder)/new.yaml", "--output", "json")
                #expect(ending.code == 1, "\(ending.errors)")
                #expect(
                    ending.output == """
                        {
                          "changes": [
                            {
                              "after": "3",
                              "area": "quotas",
                              "before": "9",
                              "department": "a",
                              "path": "departments[a].quotas[H100].nominal"
                            }
                          ]
                        }

                        """)
            }
        }
    }

    @Test("Who has a role is looked for among the machine's users where that is asked for")
    func names() async throws {
        let text = "version: 1\nroles: {admin: [root, no-such-user-here]}\ndepartments: [{id: a}]\n"
        try await PolicyCommandTests.withFiles(["policy.yaml": text]) { folder in
            #expect(try await run("validate", "\(folder)/policy.yaml").errors.isEmpty)
            let ending = try await run("validate", "\(folder)/policy.yaml", "--names")
            #expect(
                ending.errors == "\(folder)/policy.yaml:2:23: warning: roles.admin[1]: this machine has no user "
                    + "`no-such-user-here`\n")
        }
    }

    private func run(_ words: String...) async throws -> Ending {
        try await BuiltProgram.run(
            try #require(BuiltProgram.path), ["policy"] + words, environment: ["ALLOT_SOCKET": "/nonexistent/s"])
    }

    /// A folder with these files while `body` runs.
    private static func withFiles(_ files: [String: String], _ body: (String) async throws -> Void) async throws {
        let folder = try FakeDaemon.makeFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, text) in files {
            try text.write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8)
        }
        try await body(folder)
    }

    @Test("Devices are linked by their indexes, which are no positions where one is gone")
    func islands() throws {
        // 0 to 3 are linked, and 4 to 7; 0 is gone.
        let devices = (1..<8).map { index in
            let others = (index / 4 * 4..<index / 4 * 4 + 4).filter { $0 != index }
            return DeviceView(
                index: index, id: "d\(index)", vendor: "nvidia", model: "NVIDIA H100", memoryBytes: nil,
                pciAddress: "0", numaNode: nil, localCores: "0", files: [], partitionOf: nil, partitionProfile: nil,
                links: others.map { .init(device: $0, kind: "nvlink", bandwidth: 10) }, state: .free,
                reservation: nil, department: nil, until: nil)
        }
        let host = HostView(
            name: "h", packages: [], numaNodes: [], cores: 1, processingUnits: 1, coreKinds: [], memoryBytes: 1,
            devices: devices)
        let islands = Inventory(host).devices.map(\.island)
        #expect(Set(islands.prefix(3)).count == 1 && Set(islands.suffix(4)).count == 1)
        #expect(islands[0] != nil && islands[0] != islands[3])
    }
}
