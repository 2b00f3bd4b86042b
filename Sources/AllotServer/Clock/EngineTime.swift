import Units

/// One look at the clocks.
struct ClockReading: Sendable, Equatable {
    /// Engine time.
    var time: Timestamp
    /// Wall clock minus engine time.
    var difference: Span
    /// Whether the wall clock is set aside: it is more than a minute off, and neither the system nor an admin has
    /// vouched for it.
    var isDisputed: Bool
    /// How often engine time has stepped forward to a wall clock that was vouched for, since the start.
    var steps: Int
}

/// Engine time: anchored to the wall clock at the start, driven by the time since boot, slewed toward the wall clock,
/// and never going back. A pure value; `SystemClock` feeds it. The rules are told in docs/time.md.
///
/// The slew is the one of adjtime(3): at most 500 parts in a million, which no quota or invoice notices.
struct EngineTime: Sendable {
    /// The rules' numbers.
    enum Rule {
        /// Within this, the wall clock is followed.
        static let tolerance: Int64 = 60_000
        /// Parts in a million that engine time may run faster or slower while it is slewed.
        static let slew: Int64 = 500
        /// The same while engine time is far ahead of a wall clock that is accepted.
        static let slowSlew: Int64 = 10_000
        /// For how long a disputed wall clock must keep its difference, before the system's word for it is taken.
        static let stableNanoseconds: Int64 = 60_000_000_000
        /// How much that difference may move in the meantime, in milliseconds.
        static let stableWithin: Int64 = 1000
        /// A start this far behind the wall clock, with a system that is not synchronized, keeps the journal's time.
        static let longestTrustedGap: Int64 = 30 * 86_400_000
    }

    private enum Standing {
        case followed
        /// The wall clock's distance from the time since boot when the dispute, or its latest jump, began.
        case disputed(offset: Int64, since: Int64, isConfirmed: Bool)
        /// It is accepted and behind: engine time runs slowly until they meet.
        case awaited(offset: Int64)
    }

    /// Milliseconds since 1970 and nanoseconds past them.
    private var milliseconds: Int64
    private var nanoseconds: Int64 = 0
    private var lastBoot: Int64
    /// Time that has passed and not yet been used for slewing.
    private var unslewed: Int64 = 0
    private var standing: Standing
    private var steps = 0

    /// Starts at the wall clock, or at the journal's last time where that is later.
    ///
    /// `boot` is the time since boot in nanoseconds, suspends included; `wall` is in milliseconds since 1970.
    /// `lastJournaled` is the latest time in the journal, if it has any.
    init(lastJournaled: Timestamp?, boot: Int64, wall: Int64, isSynchronized: Bool) {
        let last = lastJournaled?.milliseconds ?? wall
        let gap = wall.clampedDifference(last)
        let isDoubtful = gap < -Rule.tolerance || (gap > Rule.longestTrustedGap && !isSynchronized)
        milliseconds = isDoubtful ? last : max(last, wall)
        lastBoot = boot
        standing = .followed
        if isDoubtful { standing = dispute(boot: boot, wall: wall) }
    }

    /// The time now. `isSynchronized` is asked only where it decides.
    mutating func read(boot: Int64, wall: Int64, isSynchronized: @autoclosure () -> Bool) -> ClockReading {
        let passed = max(0, boot.clampedDifference(lastBoot))
        lastBoot = max(boot, lastBoot)
        advance(by: passed)
        unslewed = unslewed.addingClamped(passed)
        judge(boot: boot, wall: wall)
        settle(boot: boot, wall: wall, isSynchronized: isSynchronized)
        slew(toward: wall)
        return ClockReading(
            time: Timestamp(milliseconds: milliseconds), difference: Span(milliseconds: difference(wall)),
            isDisputed: isDisputed, steps: steps)
    }

    /// An admin vouches for the wall clock: the next reading takes it. Gives whether there is a dispute.
    mutating func confirm() -> Bool {
        guard case .disputed(let offset, let since, _) = standing else { return false }
        standing = .disputed(offset: offset, since: since, isConfirmed: true)
        return true
    }

    private var isDisputed: Bool {
        if case .disputed = standing { true } else { false }
    }

    private func difference(_ wall: Int64) -> Int64 { wall.clampedDifference(milliseconds) }

    private func dispute(boot: Int64, wall: Int64) -> Standing {
        .disputed(offset: wall.clampedDifference(boot / 1_000_000), since: boot, isConfirmed: false)
    }

    /// Whether the wall clock is believed as it stands.
    private mutating func judge(boot: Int64, wall: Int64) {
        let difference = difference(wall)
        let offset = wall.clampedDifference(boot / 1_000_000)
        if abs(difference) <= Rule.tolerance {
            standing = .followed
            return
        }
        switch standing {
        case .followed: standing = dispute(boot: boot, wall: wall)
        case .disputed(let earlier, _, let isConfirmed):
            // It moved again: what was confirmed, or was stable, is not this.
            let limit = isConfirmed ? Rule.tolerance : Rule.stableWithin
            if abs(offset.clampedDifference(earlier)) > limit { standing = dispute(boot: boot, wall: wall) }
        case .awaited(let earlier):
            if abs(offset.clampedDifference(earlier)) > Rule.tolerance { standing = dispute(boot: boot, wall: wall) }
        }
    }

    /// Ends a dispute where someone vouches for the wall clock: by a step forward, or by waiting for it.
    private mutating func settle(boot: Int64, wall: Int64, isSynchronized: () -> Bool) {
        guard case .disputed(let offset, let since, let isConfirmed) = standing else { return }
        let isStable = boot.clampedDifference(since) >= Rule.stableNanoseconds
        guard isConfirmed || (isStable && isSynchronized()) else { return }
        guard difference(wall) > 0 else {
            standing = .awaited(offset: offset)
            return
        }
        milliseconds = wall
        nanoseconds = 0
        unslewed = 0
        standing = .followed
        steps += 1
    }

    private mutating func slew(toward wall: Int64) {
        let rate: Int64
        switch standing {
        case .followed: rate = Rule.slew
        case .awaited: rate = Rule.slowSlew
        case .disputed:
            unslewed = 0
            return
        }
        // Less than a microsecond is not worth it, and would be lost in rounding.
        let most = unslewed / (1_000_000 / rate)
        guard most >= 1000 else { return }
        unslewed = 0
        let wanted = difference(wall)
        guard wanted != 0 else { return }
        // The wanted correction in nanoseconds, held to a day so that it does not overflow.
        let correction = min(abs(min(max(wanted, -86_400_000), 86_400_000)) * 1_000_000, most)
        advance(by: wanted > 0 ? correction : -correction)
    }

    /// A negative amount is always less than what the same reading advanced before.
    private mutating func advance(by amount: Int64) {
        let (whole, part) = amount.quotientAndRemainder(dividingBy: 1_000_000)
        nanoseconds += part
        milliseconds = milliseconds.addingClamped(whole)
        if nanoseconds >= 1_000_000 {
            nanoseconds -= 1_000_000
            milliseconds = milliseconds.addingClamped(1)
        } else if nanoseconds < 0 {
            nanoseconds += 1_000_000
            milliseconds = milliseconds.addingClamped(-1)
        }
    }
}

extension Int64 {
    /// The sum, held at the ends of Int64.
    fileprivate func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    /// The difference, held within ±(2⁶² − 1), so that its magnitude and a sum of two are numbers.
    fileprivate func clampedDifference(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        let limit = Int64.max / 2
        if overflow { return other < 0 ? limit : -limit }
        return Swift.min(Swift.max(difference, -limit), limit)
    }
}
