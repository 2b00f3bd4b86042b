import Policy
import Scheduling
import Testing
import Units

/// The checks of money and approvals fail on histories in which something is wrong.
@Suite struct BudgetCheckTests {
    @Test(arguments: [Promise.budget, .posted, .ledger, .approval])
    func `a check that sees what is wrong exists`(promise: Promise) throws {
        for seed in UInt64(1)...300 {
            let stream = StreamTrial(seed: seed, commands: 60).stream
            guard let money = stream.setup.community.money, money.isHard, money.freeDevices != nil else { continue }
            var player = StreamPlayer(stream)
            guard player.decidedByFirst == nil, player.forge(promise) else { continue }
            #expect(player.brokenPromises().contains { $0.promise == promise }, "seed \(seed)")
            return
        }
        Issue.record("no stream has what can be forged")
    }

    @Test func `streams with money do all that is to be checked`() {
        var kinds: Set<String> = []
        var reasons: Set<String> = []
        for seed in UInt64(1)...120 {
            let stream = StreamTrial(seed: seed, commands: 60).stream
            guard stream.setup.community.money != nil else { continue }
            for (_, event) in StreamPlayer(stream).history {
                kinds.insert(event.kind)
                if case .ended(_, let ended) = event {
                    reasons.insert("\(ended.reason)".prefix { $0 != "(" }.description)
                }
            }
        }
        #expect(kinds.isSuperset(of: ["reservation.held", "reservation.approved", "budget.threshold"]), "\(kinds)")
        #expect(reasons.isSuperset(of: ["budget", "notApproved", "rejected"]), "\(reasons)")
    }
}

extension StreamPlayer {
    /// Puts something wrong into the history; false where it has no place for it.
    fileprivate mutating func forge(_ promise: Promise) -> Bool {
        let huge = Amount(microunits: 1 << 50)
        for (index, entry) in history.enumerated() {
            switch (promise, entry.event) {
            case (.budget, .submitted(var reservation)) where !reservation.holds.isEmpty:
                reservation.holds[0].amount = huge
                history[index].event = .submitted(reservation)
            case (.posted, .ending(let id, var ending)) where !ending.posts.isEmpty,
                (.ledger, .ending(let id, var ending)) where !ending.posts.isEmpty:
                ending.posts[0].amount = huge
                history[index].event = .ending(id, ending)
            case (.approval, .approved): history.remove(at: index)
            default: continue
            }
            return true
        }
        return false
    }
}
