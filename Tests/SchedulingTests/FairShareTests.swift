import Foundation
import Policy
import Simulation
import Testing
import Topology
import Units

@testable import Scheduling

@Suite struct DecayTests {
    private let week = Decay(halfLife: .days(7))

    @Test(arguments: [0.0, 0.001, 0.1, 0.5, 1, 1.5, 3.25, 10, 40, 61.9])
    func `what is left is two to the minus of the half-lives that have passed`(halfLives: Double) {
        let elapsed = Span(milliseconds: Int64(halfLives * Double(Span.days(7).milliseconds)))
        let expected = pow(2, -Double(elapsed.milliseconds) / Double(Span.days(7).milliseconds))
        let factor = Double(week.factor(after: elapsed)) / Double(Decay.one)
        #expect(abs(factor - expected) <= 1e-9 * expected + 2e-19)
    }

    @Test func `no time leaves all, and very long leaves nothing`() {
        #expect(week.remainder(of: 1_000_003, after: .zero) == 1_000_003)
        #expect(week.remainder(of: 1_000_003, after: Span(milliseconds: -5)) == 1_000_003)
        #expect(week.remainder(of: .max, after: .days(7 * 64)) == 0)
        #expect(week.factor(after: Span(milliseconds: .max)) == 0)
    }

    @Test func `steady use accrues as its integral`() {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<500 {
            let rate = Int64.random(in: 1...20_000_000_000, using: &generator)
            let start = Timestamp.monday
            let end = start + .seconds(Int64.random(in: 1...3_000_000, using: &generator))
            let time = end + .seconds(Int64.random(in: 0...3_000_000, using: &generator))
            let life = Double(Span.days(7).milliseconds)
            let part = { (from: Timestamp) in pow(2, -Double((time - from).milliseconds) / life) }
            let expected = Double(rate) / 3_600_000 * life / log(2) * (part(end) - part(start))
            let found = Double(week.accrued(rate: rate, from: start, to: end, at: time))
            #expect(abs(found - expected) <= 1e-5 * expected + 2, "\(rate) \(start) \(end) \(time)")
        }
    }

    @Test func `nothing accrues backwards, and nothing traps`() {
        #expect(week.accrued(rate: 5, from: .monday, to: .monday, at: .monday) == 0)
        #expect(week.accrued(rate: -5, from: .monday, to: .monday + .hours(1), at: .monday + .hours(1)) == 0)
        _ = Decay(halfLife: .zero).accrued(rate: .max, from: .monday, to: .distantFuture, at: .distantFuture)
        _ = Decay(halfLife: .days(36_500)).accrued(
            rate: .max, from: Timestamp(milliseconds: 0), to: .distantFuture, at: .distantFuture)
    }
}

@Suite struct UsageLedgerTests {
    private let key = UsageKey(account: Account(department: DepartmentID("a"), team: nil), user: UserID(1))

    @Test func `use in one piece and in many comes to the same`() {
        var whole = UsageLedger(halfLife: .days(1))
        var pieces = whole
        let end = Timestamp.monday + .days(3)
        whole.accrue(1_000_000, from: .monday, to: end, by: key)
        for hour in Int64(0)..<72 {
            pieces.accrue(1_000_000, from: .monday + .hours(hour), to: .monday + .hours(hour + 1), by: key)
        }
        let (one, many) = (whole.amount(of: key, at: end), pieces.amount(of: key, at: end))
        #expect(one.magnitude.distance(to: many).magnitude < 500, "\(one) \(many)")
    }

    @Test func `an end that comes late is counted as of the later time`() {
        var ledger = UsageLedger(halfLife: .days(1))
        ledger.accrue(1_000_000, from: .monday, to: .monday + .days(2), by: key)
        ledger.accrue(1_000_000, from: .monday, to: .monday + .days(1), by: key)
        #expect(ledger.entries[key]?.at == .monday + .days(2))
        let alone = Decay(halfLife: .days(1)).accrued(
            rate: 1_000_000, from: .monday, to: .monday + .days(1), at: .monday + .days(2))
        let first = Decay(halfLife: .days(1)).accrued(
            rate: 1_000_000, from: .monday, to: .monday + .days(2), at: .monday + .days(2))
        #expect(ledger.entries[key]?.amount == alone + first)
    }

    @Test func `another half-life holds from its time on`() {
        var ledger = UsageLedger(halfLife: .days(1))
        ledger.accrue(1_000_000, from: .monday, to: .monday + .hours(1), by: key)
        let before = ledger.amount(of: key, at: .monday + .days(1))
        ledger.change(halfLife: .days(10), at: .monday + .days(1))
        #expect(ledger.amount(of: key, at: .monday + .days(1)) == before)
        #expect(ledger.amount(of: key, at: .monday + .days(11)) == before / 2)
    }
}

@Suite struct FairTreeTests {
    private static let corpus = ProcessInfo.processInfo.environment["ALLOT_CORPUS"] ?? "../shared/data"
    private static let golden = "\(corpus)/fairshare/small_no_tie.csv"

    @Test(.enabled(if: FileManager.default.isReadableFile(atPath: golden), "no corpus: set ALLOT_CORPUS"))
    func `a tree of flux-accounting is ranked as flux-accounting ranks it`() throws {
        var nodes: [[FairTree.Node]] = []
        for line in try String(contentsOfFile: Self.golden, encoding: .utf8).split(separator: "\n").dropFirst() {
            let fields = line.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            let (shares, usage) = (try #require(Int64(fields[3])), try #require(UInt64(fields[4])))
            if fields[0] == "1" {
                nodes.append([FairTree.Node(name: fields[1], shares: shares, usage: usage)])
            } else {
                nodes[nodes.count - 1].append(FairTree.Node(name: fields[2], shares: shares, usage: usage))
            }
        }
        let roots = nodes.map { group in
            FairTree.Node(
                name: group[0].name, shares: group[0].shares, usage: group[0].usage, children: Array(group.dropFirst()))
        }
        let expected = try String(contentsOfFile: Self.golden.replacing(".csv", with: ".expected.txt"), encoding: .utf8)
        var values: [String: Double] = [:]
        for line in expected.split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.count == 6, let value = Double(words[5]) { values[String(words[1])] = value }
        }
        let ranking = FairTree(roots).ranking()
        #expect(ranking.count == 7 && values.count == 7)
        for rank in ranking {
            #expect(Double(rank.fairshare) / 1e6 == values[rank.path[1]], "\(rank.path)")
        }
    }

    private func places(_ roots: [FairTree.Node]) -> [String] {
        FairTree(roots).ranking().map { "\($0.position) \($0.path.joined(separator: "/"))" }
    }

    @Test func `departments come before their users: a thrifty user of a greedy department waits`() {
        let greedy = FairTree.Node(
            name: "greedy", shares: 1, usage: 90,
            children: [
                FairTree.Node(name: "thrifty", shares: 1, usage: 0), FairTree.Node(name: "hog", shares: 1, usage: 90),
            ])
        let modest = FairTree.Node(
            name: "modest", shares: 1, usage: 10, children: [FairTree.Node(name: "user", shares: 1, usage: 10)])
        #expect(places([greedy, modest]) == ["1 modest/user", "2 greedy/thrifty", "3 greedy/hog"])
    }

    @Test func `equals share a place, and the children of equals are compared with each other`() {
        func department(_ name: String, _ uses: [UInt64]) -> FairTree.Node {
            FairTree.Node(
                name: name, shares: 1, usage: uses.reduce(0, +),
                children: uses.enumerated().map { FairTree.Node(name: "\($0.offset)", shares: 1, usage: $0.element) })
        }
        #expect(
            places([department("a", [30, 10]), department("b", [20, 20])])
                == ["1 a/1", "2 b/0", "2 b/1", "4 a/0"])
        #expect(places([department("a", [5]), department("b", [5])]) == ["1 a/0", "1 b/0"])
    }

    @Test func `no share comes last, even with no use, and no use at all comes first`() {
        let users = [
            FairTree.Node(name: "none", shares: 0, usage: 0), FairTree.Node(name: "new", shares: 1, usage: 0),
            FairTree.Node(name: "old", shares: 5, usage: 1),
        ]
        #expect(places(users) == ["1 new", "2 old", "3 none"])
        #expect(places([FairTree.Node(name: "alone", shares: 1, usage: 7)]) == ["1 alone"])
        #expect(places([]) == [])
    }

    @Test func `sums beyond what a number holds do not trap`() {
        let most = FairTree.Node(name: "a", shares: .max / 2, usage: .max)
        #expect(FairTree([most, most, FairTree.Node(name: "b", shares: 1, usage: 1)]).ranking().count == 3)
    }
}

@Suite struct FairQueueTests {
    private static let departments = ["a", "b"]

    private func entry(_ number: Int64, _ department: String, user: UInt32 = 1, cost: UInt64 = 10) -> FairQueue.Entry {
        FairQueue.Entry(
            id: ReservationID(number),
            key: UsageKey(
                account: Account(department: DepartmentID(department), team: nil), user: UserID(user)), cost: cost)
    }

    private func shares(_ weights: [String: Int] = ["a": 1, "b": 1]) -> ShareTable {
        ShareTable(
            policy: Policy(
                departments: weights.sorted { $0.key < $1.key }.map {
                    Department(
                        id: DepartmentID($0.key), name: $0.key, weight: $0.value, teams: [], members: [.everyone])
                }, classes: Policy.defaultClasses))
    }

    private func order(_ entries: [FairQueue.Entry], _ shares: ShareTable) -> [Int64] {
        var queue = FairQueue(entries, shares: shares)
        var order: [Int64] = []
        while let next = queue.next() { order.append(next.id.number) }
        return order
    }

    @Test func `a burst takes its turn: it does not jump the line by being first`() {
        let entries = (1...4).map { entry($0, "a") } + (5...6).map { entry($0, "b") }
        #expect(order(entries, shares()) == [1, 5, 2, 6, 3, 4])
    }

    @Test func `weights of three to one are three turns to one`() {
        let entries = (1...40).map { entry($0, $0 <= 20 ? "a" : "b") }
        let first = order(entries, shares(["a": 3, "b": 1])).prefix(24)
        #expect(first.count { $0 <= 20 } == 18)
    }

    @Test func `who has used much waits until the others have caught up`() {
        var shares = shares()
        shares.add(25, by: entry(0, "a").key)
        #expect(
            order([entry(1, "a"), entry(2, "b"), entry(3, "b"), entry(4, "b"), entry(5, "b")], shares) == [
                2, 3, 4, 1, 5,
            ])
    }

    @Test func `within a user it goes by submission, and within a department by user`() {
        let entries = [entry(1, "a", user: 1), entry(2, "a", user: 1), entry(3, "a", user: 2), entry(4, "a", user: 1)]
        #expect(order(entries.reversed(), shares()) == [1, 3, 2, 4])
    }

    @Test func `everyone is served once, whatever the tree looks like`() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<50 {
            let count = Int64.random(in: 0...200, using: &generator)
            let entries = (0..<count).map { number in
                entry(
                    number + 1, Int.random(in: 0..<3, using: &generator) == 0 ? "a" : "gone",
                    user: UInt32.random(in: 1...9, using: &generator),
                    cost: UInt64.random(in: 0...(.max / 2), using: &generator))
            }
            let served = order(entries.shuffled(using: &generator), shares())
            #expect(served.sorted() == entries.map(\.id.number))
            let present = served.prefix(entries.count { $0.key.account.department.text == "a" })
            #expect(present.allSatisfy { number in entries[Int(number) - 1].key.account.department.text == "a" })
        }
    }
}
