import NIOCore

/// Runs the tasks of requests on the event loop of their connection, so that a request which never waits also never
/// changes threads. Whatever takes long belongs elsewhere: an actor, a thread pool, or a task without this preference.
final class LoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
