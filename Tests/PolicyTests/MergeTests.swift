import Policy
import Testing
import Units

/// What was changed from one text to another, done to a third.
@Suite struct MergeTests {
    private static let base = """
        version: 1
        departments:
          - {id: a, weight: 1, members: [ada], quotas: [{model: H100, nominal: 4}]} # the first
          - {id: b, weight: 1, teams: [{id: t, weight: 1}, {id: u, weight: 1}]}
        """

    @Test func `to a text that is still the base the change is made as it was written`() throws {
        let (base, change) = (try read(MergeTests.base), try edited("weight: 1, members", "weight: 2, members"))
        #expect(try base.merging(from: base, to: change) == change)
        #expect(try change.merging(from: change, to: base) == base)
        #expect(change.text.contains("# the first"))
    }

    @Test func `changes of different places both hold, and either is taken back alone`() throws {
        let base = try read(MergeTests.base)
        let loan = try edited("nominal: 4", "nominal: 3")
        let teams = try edited("{id: t, weight: 1}", "{id: t, weight: 5}, {id: new}")
        let both = try teams.merging(from: base, to: loan)
        #expect(both.policy.departments[0].quotas[0].nominal == 3)
        #expect(both.policy.departments[1].teams.map(\.id.text) == ["t", "new", "u"])
        #expect(both.text.hasPrefix("# Merged"))
        #expect(try both.merging(from: loan, to: base).policy == teams.policy)
        #expect(try both.merging(from: teams, to: base).policy == loan.policy)
        #expect(try loan.merging(from: base, to: teams).text == both.text)
    }

    @Test(arguments: [
        ("nominal: 4", "nominal: 3", "nominal: 4", "nominal: 5", "departments[a].quotas[H100].nominal"),
        ("{id: t, weight: 1}, ", "", "{id: t, weight: 1}", "{id: t, weight: 2}", "departments[b].teams[t]"),
        ("{id: t, weight: 1}", "{id: t, weight: 2}", "{id: t, weight: 1}, ", "", "departments[b].teams[t]"),
        ("{id: u,", "{id: n}, {id: u,", "{id: u,", "{id: n, weight: 7}, {id: u,", "departments[b].teams[n]"),
    ])
    func `a place that both have changed is named, and nothing is merged`(
        old: String, new: String, otherOld: String, otherNew: String, path: String
    ) throws {
        let base = try read(MergeTests.base)
        let (one, other) = (try edited(old, new), try edited(otherOld, otherNew))
        #expect(throws: PolicyConflict(paths: [path])) { try one.merging(from: base, to: other) }
    }

    @Test func `what comes into a list keeps its place where the list is in another order meanwhile`() throws {
        let base = try read(MergeTests.base)
        let turned = try edited(
            "{id: t, weight: 1}, {id: u, weight: 1}", "{id: u, weight: 1}, {id: t, weight: 1}")
        let longer = try edited("{id: u, weight: 1}", "{id: u, weight: 1}, {id: n}")
        let both = try turned.merging(from: base, to: longer)
        #expect(both.policy.departments[1].teams.map(\.id.text) == ["u", "n", "t"])
    }

    @Test func `a team that one side moves keeps what the other side changes of it, and goes back with it`() throws {
        let base = try read(MergeTests.base)
        let moved = try edited(
            "quotas:", "teams: [{id: t, weight: 1}], quotas:", "{id: t, weight: 1}, {id: u", "{id: u")
        let grown = try edited("{id: t, weight: 1}", "{id: t, weight: 1, members: [eve]}")
        for both in [try grown.merging(from: base, to: moved), try moved.merging(from: base, to: grown)] {
            #expect(both.policy.departments.map { $0.teams.map(\.id.text) } == [["t"], ["u"]])
            #expect(both.policy.departments[0].teams[0].members == [.user("eve")])
            let back = try both.merging(from: moved, to: base)
            #expect(back.policy.departments.map { $0.teams.map(\.id.text) } == [[], ["t", "u"]])
            #expect(back.policy.departments[1].teams[0].members == [.user("eve")])
        }
    }

    @Test func `a team that one side moves and the other takes out is gone`() throws {
        let base = try read(MergeTests.base)
        let moved = try edited(
            "quotas:", "teams: [{id: t, weight: 1}], quotas:", "{id: t, weight: 1}, {id: u", "{id: u")
        let gone = try edited("{id: t, weight: 1}, {id: u", "{id: u")
        for both in [try gone.merging(from: base, to: moved), try moved.merging(from: base, to: gone)] {
            #expect(both.policy.departments.map { $0.teams.map(\.id.text) } == [[], ["u"]])
        }
    }

    @Test func `a team that both sides move elsewhere is a conflict`() throws {
        let text = { (home: String) in
            let departments = ["a", "b", "c"].map { "{id: \($0)\($0 == home ? ", teams: [{id: t}]" : "")}" }
            return try read("version: 1\ndepartments: [\(departments.joined(separator: ", "))]")
        }
        #expect(throws: PolicyConflict(paths: ["departments[a].teams[t].department"])) {
            try text("b").merging(from: text("a"), to: text("c"))
        }
        let same = try edited("quotas:", "teams: [{id: t, weight: 1}], quotas:", "{id: t, weight: 1}, {id: u", "{id: u")
        let heavier = try edited(
            "quotas:", "teams: [{id: t, weight: 3}], quotas:", "{id: t, weight: 1}, {id: u", "{id: u")
        let both = try same.merging(from: read(MergeTests.base), to: heavier)
        #expect(both.policy == heavier.policy)
    }

    @Test func `two orders of one list are a conflict`() throws {
        let text = { (ids: [String]) in
            try read("version: 1\ndepartments: [\(ids.map { "{id: \($0)}" }.joined(separator: ", "))]")
        }
        let base = try text(["a", "b", "c"])
        #expect(throws: PolicyConflict(paths: ["departments"])) {
            try text(["b", "a", "c"]).merging(from: base, to: text(["a", "c", "b"]))
        }
        let ordered = try text(["a", "x", "b", "c"]).merging(from: base, to: text(["c", "b", "a"]))
        #expect(ordered.policy.departments.map(\.id.text) == ["c", "b", "a", "x"])
    }

    @Test func `what two right changes make wrong together is refused with what is wrong`() throws {
        let base = try read(MergeTests.base)
        let one = try edited("members: [ada]", "members: [ada, bob]")
        let other = try edited("teams: [{id: t, weight: 1}", "teams: [{id: t, weight: 1, members: [bob]}")
        let conflict = #expect(throws: PolicyConflict.self) { try one.merging(from: base, to: other) }
        #expect(conflict?.paths.first?.contains("`bob` is of another department too") ?? false)
    }

    @Test func `changes made at random of different places commute, and each can be taken back`() throws {
        let seed = variable("ALLOT_SEED") ?? UInt64.random(in: 0 ... .max)
        let rounds = Int(variable("ALLOT_ROUNDS") ?? 40)
        print("ALLOT_SEED=\(seed) ALLOT_ROUNDS=\(rounds)")
        var generator = Seeded(state: seed)
        var apart = 0
        for round in 0..<rounds {
            let base = RandomPolicy.make(&generator)
            let (left, right) = (base.edited(&generator), base.edited(&generator))
            let texts = try [base, left, right].map { try read($0.canonicalText) }
            let paths = texts.dropFirst().map { Set(texts[0].changes(to: $0).map(\.path)) }
            guard paths[0].isDisjoint(with: paths[1]), !paths[0].overlapsBelow(paths[1]) else { continue }
            apart += 1
            let both = try texts[1].merging(from: texts[0], to: texts[2])
            let comment: Comment = "ALLOT_SEED=\(seed) round \(round)"
            #expect(try texts[2].merging(from: texts[0], to: texts[1]).sorted == both.sorted, comment)
            #expect(try both.merging(from: texts[2], to: texts[0]).sorted == texts[1].sorted, comment)
            #expect(try both.merging(from: texts[1], to: texts[0]).sorted == texts[2].sorted, comment)
            #expect(Set(texts[0].changes(to: both).map(\.path)) == paths[0].union(paths[1]), comment)
        }
        #expect(apart > rounds / 4)
    }

    /// The base with texts replaced by those behind them.
    private func edited(_ pairs: String...) throws -> PolicyText {
        var text = MergeTests.base
        for index in stride(from: 0, to: pairs.count, by: 2) {
            try #require(text.contains(pairs[index]))
            text = text.replacing(pairs[index], with: pairs[index + 1])
        }
        return try read(text)
    }

    private func read(_ text: String) throws -> PolicyText { try PolicyText(yaml: Array(text.utf8), name: "p") }
}

extension PolicyText {
    /// Without what two changes that insert at one place of a list cannot agree on: its order.
    fileprivate var sorted: Policy {
        var sorted = policy
        for index in sorted.departments.indices {
            sorted.departments[index].teams.sort { $0.id < $1.id }
            sorted.departments[index].quotas.sort { $0.model.text < $1.model.text }
            sorted.departments[index].members.sort { "\($0)" < "\($1)" }
            for team in sorted.departments[index].teams.indices {
                sorted.departments[index].teams[team].members.sort { "\($0)" < "\($1)" }
            }
        }
        sorted.departments.sort { $0.id < $1.id }
        sorted.licences.sort { $0.name < $1.name }
        return sorted
    }
}

extension Set<String> {
    /// Whether a path of one lies within a path of the other: a team's weight within the team.
    fileprivate func overlapsBelow(_ other: Set<String>) -> Bool {
        contains { path in other.contains { path.hasPrefix($0) || $0.hasPrefix(path) } }
    }
}
