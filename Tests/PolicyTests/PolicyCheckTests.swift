import Policy
import Testing
import Units

/// What is wrong with a policy beyond its text, in full: it is what an administrator works with.
@Suite struct PolicyCheckTests {
    /// Two islands of four, on two NUMA nodes, and a small device apart.
    private static let machine = Inventory(
        devices: (0..<8).map { Inventory.Device(model: "NVIDIA H100", numaNode: $0 / 4, island: $0 / 4) }
            + [Inventory.Device(model: "NVIDIA L4", numaNode: 0)])

    @Test(arguments: [
        (
            "- {id: a, quotas: [{model: h100, nominal: 5}]}\n- {id: b, quotas: [{model: \"*\", nominal: 4}]}",
            [
                "p:4:42: warning: departments[1].quotas[0].nominal: with it 9 devices of `NVIDIA H100` are "
                    + "nominal in all "
                    + "departments together; the machine has 8",
                "p:4:42: warning: departments[1].quotas[0].nominal: with it 4 devices of `NVIDIA L4` are "
                    + "nominal in all "
                    + "departments together; the machine has 1",
            ]
        ),
        ("- {id: a, quotas: [{model: H100, nominal: 5}]}\n- {id: b, quotas: [{model: H100, nominal: 3}]}", []),
        (
            "- {id: a, quotas: [{model: \"*\", nominal: 0}, {model: A100, nominal: 1}]}",
            [
                "p:3:54: warning: departments[0].quotas[1].model: `A100` is no model of this machine, which has "
                    + "`NVIDIA H100`, `NVIDIA L4`"
            ]
        ),
        (
            "- {id: a, cells: [{together: nvlink, size: 4, count: 2}, {together: nvlink, size: 8, count: 1}]}",
            [
                "p:3:58: warning: departments[0].cells[1]: 1 islands of 8 devices of `*` (nvlink); the "
                    + "machine has room "
                    + "for 0"
            ]
        ),
        (
            "- {id: a, cells: [{together: numa, size: 2, count: 5, model: H100}]}",
            [
                "p:3:19: warning: departments[0].cells[0]: 5 islands of 2 devices of `H100` (numa); the "
                    + "machine has room "
                    + "for 4"
            ]
        ),
        (
            "- {id: a}\nshareable: [{model: T4, most: 2}]",
            [
                "p:4:21: warning: shareable[0].model: `T4` is no model of this machine, which has `NVIDIA H100`, "
                    + "`NVIDIA L4`"
            ]
        ),
        (
            "- {id: a}\nlicences: [{name: matlab, count: 1}]\npriceBook:\n  currency: EUR\n  rates:\n  "
                + "- {sku: cpu, from: 2026-01-01, perHour: 1}\n  - {sku: memory, from: 2027-01-01, perHour: 1}\n  "
                + "- {sku: gpu:NVIDIA H100, from: 2026-01-01, to: 2026-02-01, perHour: 1}",
            [
                "p:8:3: warning: priceBook.rates: `gpu:NVIDIA H100` has no price now: its use is metered and stays "
                    + "unrated",
                "p:8:3: warning: priceBook.rates: `gpu:NVIDIA L4` has no price now: its use is metered and "
                    + "stays unrated",
                "p:8:3: warning: priceBook.rates: `memory` has no price before 2027-01-01T00:00:00Z: its "
                    + "use is metered "
                    + "and stays unrated",
                "p:8:3: warning: priceBook.rates: `licence:matlab` has no price now: its use is metered and "
                    + "stays unrated",
            ]
        ),
    ])
    func `what the machine does not have is told as a warning`(departments: String, lines: [String]) throws {
        let text = try read("version: 1\ndepartments:\n\(departments)")
        let findings = text.check(inventory: PolicyCheckTests.machine, before: nil, now: noon, isKnown: { _ in nil })
        #expect(findings.map { $0.line("p") } == lines)
        #expect(findings.allSatisfy { $0.severity == .warning })
        #expect(text.check(inventory: nil, before: nil, now: noon, isKnown: { _ in nil }) == [])
    }

    private static let rates = """
        version: 1
        timeZone: Europe/Berlin
        departments: [{id: a}]
        priceBook:
          currency: EUR
          rates:
          - {sku: memory, from: 2026-01-01, to: 2026-02-01, perHour: 0.1}
          - {sku: cpu, from: 2026-01-01, to: 2027-01-01, perHour: 0.2,
             windows: [{name: n, from: 20:00, to: 08:00, perHour: 0.1}]}
          - {sku: cpu, from: 2027-01-01, perHour: 0.3}
        """

    @Test(arguments: [
        ("from: 2027-01-01, perHour: 0.3", "from: 2028-01-01, perHour: 0.4", []),
        ("to: 2027-01-01", "to: 2026-12-01", []),
        ("  - {sku: cpu, from: 2027-01-01, perHour: 0.3}", "", []),
        (
            "perHour: 0.2,", "perHour: 0.25,",
            [
                "p:8:59: priceBook.rates[1].perHour: was 0.20 when it began, and stays so; end it with "
                    + "`to`, and write a "
                    + "new rate behind it"
            ]
        ),
        (
            "to: 08:00", "to: 07:00",
            [
                "p:9:15: priceBook.rates[1].windows: are others than when it began; end it with `to`, and write a new "
                    + "rate behind it"
            ]
        ),
        (
            "to: 2027-01-01", "to: 2026-06-01",
            ["p:8:38: priceBook.rates[1].to: the rate of `cpu` from 2025-12-31T23:00:00Z ends in the past"]
        ),
        (
            "to: 2026-02-01", "to: 2026-03-01",
            [
                "p:7:41: priceBook.rates[0].to: the rate of `memory` from 2025-12-31T23:00:00Z has ended at "
                    + "2026-01-31T23:00:00Z, and stays so"
            ]
        ),
        (
            "  - {sku: memory, from: 2026-01-01, to: 2026-02-01, perHour: 0.1}\n", "",
            [
                "p:7:3: priceBook.rates: the rate of `memory` from 2025-12-31T23:00:00Z has begun and is "
                    + "missing; end it "
                    + "with `to` instead of taking it out"
            ]
        ),
        (
            "EUR", "USD",
            ["p:5:13: priceBook.currency: was EUR, in which rates have begun: it can't be changed any more"]
        ),
        (
            "  - {sku: memory", "  - {sku: memory, from: 2026-03-01, perHour: 1}\n  - {sku: memory",
            ["p:7:25: warning: priceBook.rates[0].from: is in the past: what was used since then had no price"]
        ),
    ])
    func `a rate that has begun never changes, except its end`(old: String, new: String, lines: [String]) throws {
        let before = try read(PolicyCheckTests.rates)
        let text = PolicyCheckTests.rates.replacing(old, with: new)
        #expect(text != PolicyCheckTests.rates)
        let findings = try read(text).check(inventory: nil, before: before, now: noon, isKnown: { _ in nil })
        #expect(findings.map { $0.line("p") } == lines)
        // Before it has begun it may be anything.
        let early = try #require(RFC3339.timestamp("2025-06-01T00:00:00Z"))
        #expect(try read(text).check(inventory: nil, before: before, now: early, isKnown: { _ in nil }) == [])
    }

    @Test func `prices are not taken out, nor their zone changed, once they have begun`() throws {
        let before = try read(PolicyCheckTests.rates)
        let bare = try read("version: 1\ndepartments: [{id: a}]")
        #expect(
            bare.check(inventory: nil, before: before, now: noon, isKnown: { _ in nil }).map { $0.line("p") } == [
                "p:1:1: priceBook: missing: 2 rates have begun; end them with `to` instead of taking them out"
            ])
        let elsewhere = try read(PolicyCheckTests.rates.replacing("Europe/Berlin", with: "Europe/Paris"))
        #expect(
            elsewhere.check(inventory: nil, before: before, now: noon, isKnown: { _ in nil }).map { $0.line("p") } == [
                "p:2:11: timeZone: was Europe/Berlin, and the windows of rates that have begun are in its time"
            ])
    }

    @Test func `a thousand findings are listed, each in its place, and the others counted`() throws {
        let text = { (price: Int) in
            let rates = (0..<1100).map { index in
                let day = CivilDate(daysSinceEpoch: Int64(index))
                let end = CivilDate(daysSinceEpoch: Int64(index + 1))
                return "{sku: cpu, from: \(name(day)), to: \(name(end)), perHour: \(price)}"
            }
            return
                "version: 1\ndepartments: [{id: a}]\npriceBook: {currency: EUR, rates: ["
                + rates.joined(separator: ",\n") + "]}"
        }
        let findings = try read(text(2)).check(
            inventory: nil, before: read(text(1)), now: noon, isKnown: { _ in nil })
        #expect(findings.count == 1001)
        #expect(findings[999].path == "priceBook.rates[999].perHour")
        #expect(findings[1000].message == "and 100 more")
    }

    private func name(_ date: CivilDate) -> String {
        RFC3339.string(Timestamp(milliseconds: 0) + .days(date.daysSinceEpoch)).prefix(10).description
    }

    @Test func `managers and roles that the machine does not know are told`() throws {
        let text = try read(
            """
            version: 1
            roles: {admin: [root, eve], auditor: ["@audit"]}
            departments:
            - {id: a, managers: [eve, "@leads", other], members: [nobody-knows]}
            """)
        let known: [Member: Bool] = [.user("root"): true, .user("eve"): false, .group("audit"): false]
        let findings = text.check(inventory: nil, before: nil, now: noon, isKnown: { known[$0] })
        #expect(
            findings.map { $0.line("p") } == [
                "p:2:23: warning: roles.admin[1]: this machine has no user `eve`",
                "p:2:39: warning: roles.auditor[0]: this machine has no group `audit`",
                "p:4:22: warning: departments[0].managers[0]: this machine has no user `eve`",
            ])
    }

    private let noon = Timestamp(milliseconds: 1_793_620_800_000)

    private func read(_ text: String) throws -> PolicyText { try PolicyText(yaml: Array(text.utf8), name: "p") }
}
