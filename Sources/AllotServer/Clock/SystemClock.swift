import CSystemd
import Glibc
import Synchronization
import Units

/// Engine time from the machine's clocks. Safe to read from anywhere.
final class SystemClock: Sendable {
    /// The machine's clocks; a test has its own.
    struct Source: Sendable {
        /// Nanoseconds since boot, suspends included (`CLOCK_BOOTTIME`).
        var boot: @Sendable () -> Int64
        /// Milliseconds since 1970 (`CLOCK_REALTIME`).
        var wall: @Sendable () -> Int64
        /// Whether the kernel's clock is disciplined: adjtimex(2) says no `STA_UNSYNC`.
        var isSynchronized: @Sendable () -> Bool

        static let machine = Source(
            boot: { nanoseconds(CLOCK_BOOTTIME) },
            wall: { nanoseconds(CLOCK_REALTIME) / 1_000_000 },
            isSynchronized: {
                var state = timex()
                return adjtimex(&state) != TIME_ERROR && state.status & STA_UNSYNC == 0
            })

        private static func nanoseconds(_ clock: Int32) -> Int64 {
            var time = timespec()
            clock_gettime(clock, &time)
            return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
        }
    }

    private let source: Source
    private let time: Mutex<EngineTime>

    /// Starts at the wall clock, or at `last`, the latest time in the journal, where that is later.
    init(last: Timestamp?, source: Source = .machine) {
        self.source = source
        time = Mutex(
            EngineTime(
                lastJournaled: last, boot: source.boot(), wall: source.wall(),
                isSynchronized: source.isSynchronized()))
    }

    /// Engine time now.
    func now() -> Timestamp { reading().time }

    /// Engine time now, and how the wall clock stands to it. A step forward shows as the end of a dispute; the
    /// number of steps so far tells it apart from a wall clock that came back by itself.
    func reading() -> ClockReading {
        time.withLock { time in
            time.read(boot: source.boot(), wall: source.wall(), isSynchronized: source.isSynchronized())
        }
    }

    /// An admin vouches for the wall clock. Gives whether there was a dispute.
    @discardableResult
    func confirm() -> Bool {
        time.withLock { $0.confirm() }
    }
}
