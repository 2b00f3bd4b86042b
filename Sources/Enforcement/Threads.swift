import CLinux
import Glibc

/// Starts a thread of its own for work that waits in the kernel, which a task must not.
/// - Throws: `ExecutorFailure.failed` where the machine has no thread left.
func startThread(_ body: @escaping @Sendable () -> Void) throws(ExecutorFailure) {
    let box = Unmanaged.passRetained(ThreadBody(run: body))
    var thread = pthread_t()
    let error = pthread_create(
        &thread, nil,
        { argument in
            guard let argument else { return nil }
            Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run()
            return nil
        }, box.toOpaque())
    guard error == 0 else {
        box.release()
        throw .failed("thread: \(errorText(error))")
    }
    pthread_detach(thread)
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}

/// Wakes a thread that waits in poll(2).
final class Wakeup: Sendable {
    let descriptor: Int32

    init() throws(ExecutorFailure) {
        descriptor = allot_event_open()
        guard descriptor >= 0 else { throw .failed("eventfd: \(errorText(-descriptor))") }
    }

    deinit { close(descriptor) }

    func wake() { allot_event_signal(descriptor) }

    func clear() { allot_event_clear(descriptor) }
}
