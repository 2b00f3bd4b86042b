import NIOCore

/// One deadline that moves often and is seldom reached. Moving it later costs nothing: the event loop is asked again
/// when the time that it knows of has come.
final class ConnectionTimer {
    private var eventLoop: (any EventLoop)?
    private var whenReached: (() -> Void)?
    private var scheduled: Scheduled<Void>?
    private var scheduledFor = NIODeadline.distantFuture

    /// The next deadline, or none.
    var deadline: NIODeadline? {
        didSet {
            guard let deadline, deadline < scheduledFor || scheduled == nil else { return }
            scheduled?.cancel()
            schedule(deadline)
        }
    }

    /// `whenReached` is called each time that a deadline has passed, and the deadline is then gone.
    func start(on eventLoop: any EventLoop, whenReached: @escaping () -> Void) {
        self.eventLoop = eventLoop
        self.whenReached = whenReached
    }

    func stop() {
        scheduled?.cancel()
        scheduled = nil
        whenReached = nil
        eventLoop = nil
    }

    private func schedule(_ time: NIODeadline) {
        guard let eventLoop else { return }
        scheduledFor = time
        scheduled = eventLoop.assumeIsolated().scheduleTask(deadline: time) { [weak self] in self?.fired() }
    }

    private func fired() {
        scheduled = nil
        scheduledFor = .distantFuture
        guard let deadline else { return }
        if deadline > .now() {
            schedule(deadline)
        } else {
            self.deadline = nil
            whenReached?()
        }
    }
}
