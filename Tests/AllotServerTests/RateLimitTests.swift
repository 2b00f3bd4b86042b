import Testing
import Units

@testable import AllotServer

@Suite struct RateLimitTests {
    private let start = ContinuousClock.now

    private func admitted(_ limit: RateLimit, _ user: UInt32, tries: Int, at time: Duration) -> Int {
        (0..<tries).count { _ in limit.admits(UserID(user), at: start + time) }
    }

    @Test func `after a rest so many at once, then so many a second`() {
        let limit = RateLimit(.init(atOnce: 5, perSecond: 2), users: 10)
        #expect(admitted(limit, 1, tries: 9, at: .zero) == 5)
        #expect(admitted(limit, 1, tries: 9, at: .milliseconds(499)) == 0)
        #expect(admitted(limit, 1, tries: 9, at: .milliseconds(500)) == 1)
        #expect(admitted(limit, 1, tries: 9, at: .milliseconds(1999)) == 2)
        #expect(admitted(limit, 1, tries: 9, at: .milliseconds(2000)) == 1)
        #expect(admitted(limit, 1, tries: 9, at: .seconds(3600)) == 5)
    }

    @Test func `asking in vain costs nothing, and over time the rate holds`() {
        let limit = RateLimit(.init(atOnce: 3, perSecond: 10), users: 10)
        let count = (0..<10_000).count { limit.admits(UserID(1), at: start + .milliseconds($0)) }
        #expect(count == 3 + 99)
    }

    @Test func `users do not take from each other, and a clock that stands still gives nothing`() {
        let limit = RateLimit(.init(atOnce: 2, perSecond: 1), users: 10)
        #expect(admitted(limit, 1, tries: 5, at: .zero) == 2)
        #expect(admitted(limit, 2, tries: 5, at: .zero) == 2)
        #expect(admitted(limit, 1, tries: 5, at: .zero) == 0)
        #expect(admitted(limit, 1, tries: 5, at: .seconds(-5)) == 0)
    }

    @Test func `no more users are counted than may be, and who has rested makes room`() {
        let limit = RateLimit(.init(atOnce: 2, perSecond: 1), users: 3)
        for user: UInt32 in 1...3 { #expect(admitted(limit, user, tries: 1, at: .zero) == 1) }
        #expect(admitted(limit, 4, tries: 1, at: .zero) == 0)
        #expect(admitted(limit, 4, tries: 3, at: .seconds(1)) == 2)
    }
}
