import Synchronization
import Units

/// Holds each user to so many requests of a kind: a bucket of tokens for each, filled over time (RFC 2697's committed
/// rate and burst).
final class RateLimit: Sendable {
    struct Allowance: Sendable, Hashable {
        /// After a rest.
        var atOnce: Int64
        /// Over time.
        var perSecond: Int64
    }

    let allowance: Allowance
    private let users: Int
    private let buckets = Mutex<[UserID: Bucket]>([:])

    /// A full bucket is not kept: one more user than `users` empties all that have filled up again by then.
    init(_ allowance: Allowance, users: Int) {
        self.allowance = allowance
        self.users = users
    }

    /// Takes a token. Gives whether there was one; where more users than are counted ask at once, there is none.
    func admits(_ user: UserID, at now: ContinuousClock.Instant = .now) -> Bool {
        buckets.withLock { buckets in
            if buckets[user] == nil, buckets.count >= users {
                buckets = buckets.filter { $0.value.tokens(at: now, allowance) < allowance.atOnce }
                guard buckets.count < users else { return false }
            }
            return buckets[user, default: Bucket(tokens: allowance.atOnce, since: now)].take(at: now, allowance)
        }
    }

    private struct Bucket {
        /// As of `since`.
        var tokens: Int64
        var since: ContinuousClock.Instant

        func tokens(at now: ContinuousClock.Instant, _ allowance: Allowance) -> Int64 {
            min(tokens + gained(at: now, allowance), allowance.atOnce)
        }

        mutating func take(at now: ContinuousClock.Instant, _ allowance: Allowance) -> Bool {
            let gained = gained(at: now, allowance)
            if tokens + gained >= allowance.atOnce {
                (tokens, since) = (allowance.atOnce, now)
            } else if gained > 0 {
                // The part of a token that is not yet whole goes on filling up.
                tokens += gained
                since += .nanoseconds(gained * 1_000_000_000 / allowance.perSecond)
            }
            guard tokens > 0 else { return false }
            tokens -= 1
            return true
        }

        private func gained(at now: ContinuousClock.Instant, _ allowance: Allowance) -> Int64 {
            let passed = min(max(now - since, .zero), .seconds(3600)).components
            let nanoseconds = passed.seconds * 1_000_000_000 + passed.attoseconds / 1_000_000_000
            return nanoseconds * allowance.perSecond / 1_000_000_000
        }
    }
}
