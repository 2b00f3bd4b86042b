import CLinux
import Glibc
import Synchronization

/// A thread of its own for work that may wait in the kernel or a driver, perhaps for ever, while who asks for it does
/// not.
///
/// The work is one thing after the other, with a state that no other thread sees.
final class LookThread<Request: Sendable, Answer: Sendable>: Sendable {
    private let shared: Shared

    /// - Parameter make: makes the work, on the thread itself.
    init(_ make: @escaping @Sendable () -> (Request) -> Answer) {
        shared = Shared(make)
    }

    deinit { shared.stop() }

    /// What the work gives; nil where that takes longer than `limit`, or can't be asked for at all.
    func ask(_ request: Request, within limit: Duration) async -> Answer? {
        let pending = Pending<Answer>()
        guard shared.add(request, pending) else { return nil }
        let timer = Task {
            try? await Task.sleep(for: limit, clock: .continuous)
            pending.resume(nil)
        }
        defer { timer.cancel() }
        return await pending.value
    }

    private final class Shared: Sendable {
        private struct State {
            var waiting: [(Request, Pending<Answer>)] = []
            var hasThread = false
            var isStopped = false
        }

        private let make: @Sendable () -> (Request) -> Answer
        private let state = Mutex(State())
        private let event: Int32

        init(_ make: @escaping @Sendable () -> (Request) -> Answer) {
            self.make = make
            event = allot_event_open()
        }

        deinit { if event >= 0 { close(event) } }

        func add(_ request: Request, _ pending: Pending<Answer>) -> Bool {
            let isTaken = state.withLock { state in
                guard event >= 0, state.waiting.count < 16 else { return false }
                if !state.hasThread { state.hasThread = detachThread { self.run() } == 0 }
                if state.hasThread { state.waiting.append((request, pending)) }
                return state.hasThread
            }
            if isTaken { allot_event_signal(event) }
            return isTaken
        }

        func stop() {
            state.withLock { $0.isStopped = true }
            if event >= 0 { allot_event_signal(event) }
        }

        private func run() {
            let work = make()
            while true {
                var wait = pollfd(fd: event, events: Int16(POLLIN), revents: 0)
                poll(&wait, 1, -1)
                allot_event_clear(event)
                while let (request, pending) = next() {
                    // Who asked has given up meanwhile: the work would be for nobody.
                    if pending.isOpen { pending.resume(work(request)) }
                }
                if state.withLock({ $0.isStopped }) { return }
            }
        }

        private func next() -> (Request, Pending<Answer>)? {
            state.withLock { state in
                guard !state.isStopped, !state.waiting.isEmpty else { return nil }
                return state.waiting.removeFirst()
            }
        }
    }
}

/// An answer that somebody waits for, given once.
private final class Pending<Answer: Sendable>: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Answer?, Never>)
        case given(Answer?)
        case done
    }

    private let state = Mutex(State.open)

    var isOpen: Bool {
        state.withLock {
            switch $0 {
            case .open, .awaited: true
            case .given, .done: false
            }
        }
    }

    func resume(_ answer: Answer?) {
        let waiting: CheckedContinuation<Answer?, Never>? = state.withLock { state in
            switch state {
            case .open:
                state = .given(answer)
                return nil
            case .awaited(let continuation):
                state = .done
                return continuation
            case .given, .done:
                return nil
            }
        }
        waiting?.resume(returning: answer)
    }

    /// Waits; to be called once.
    var value: Answer? {
        get async {
            await withCheckedContinuation { continuation in
                let given: Answer?? = state.withLock { state in
                    guard case .given(let answer) = state else {
                        state = .awaited(continuation)
                        return .none
                    }
                    state = .done
                    return .some(answer)
                }
                if case .some(let answer) = given { continuation.resume(returning: answer) }
            }
        }
    }
}

/// A value that one thread writes and another reads: what a thread is at, for who waits for it.
final class Place<Value: Sendable>: Sendable {
    private let state: Mutex<Value>

    init(_ value: Value) {
        state = Mutex(value)
    }

    var value: Value {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

/// The clock that never jumps and counts sleep.
enum Clock {
    /// Nanoseconds since the machine's start.
    static func boottime() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
