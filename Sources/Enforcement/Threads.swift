import CLinux
import Glibc
import Telemetry

/// Starts a thread of its own for work that waits in the kernel, which a task must not.
/// - Throws: `ExecutorFailure.failed` where the machine has no thread left.
func startThread(_ body: @escaping @Sendable () -> Void) throws(ExecutorFailure) {
    let error = detachThread(body)
    guard error == 0 else { throw .failed("thread: \(errorText(error))") }
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
