import Glibc

/// Starts a thread of its own for work that waits in the kernel, which a task must not.
/// - Returns: 0, or the error number of pthread_create(3) where the machine has no thread left.
package func detachThread(_ body: @escaping @Sendable () -> Void) -> Int32 {
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
        return error
    }
    pthread_detach(thread)
    return 0
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}
