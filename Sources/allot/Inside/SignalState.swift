#if canImport(Glibc)
    import Glibc
#endif

/// What this process was given by whoever started it, so that a command that takes its place gets the same.
struct SignalState: Sendable {
    @TaskLocal static var atStart: SignalState?

    private let mask: sigset_t
    private let ignoresBrokenPipes: Bool

    /// The calling thread's; to be taken before another thread or a socket exists.
    static func current() -> SignalState {
        var mask = sigset_t()
        sigemptyset(&mask)
        pthread_sigmask(SIG_BLOCK, nil, &mask)
        var action = sigaction()
        sigaction(SIGPIPE, nil, &action)
        let ignored =
            unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
        return SignalState(mask: mask, ignoresBrokenPipes: ignored)
    }

    /// Puts it back, for the calling thread and what it executes: SwiftNIO ignores SIGPIPE, and worker threads block
    /// signals.
    func restore() {
        signal(SIGPIPE, ignoresBrokenPipes ? SIG_IGN : SIG_DFL)
        var mask = mask
        pthread_sigmask(SIG_SETMASK, &mask, nil)
    }
}
