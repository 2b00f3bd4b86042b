import AllotAPI
import AllotClient

/// Why a command did not do what it was asked to, in words and as an exit code.
struct Failure: Error, Hashable {
    let code: ExitStatus
    /// nil where all has been said.
    let message: String?
    /// The obvious next step.
    let hint: String?

    init(_ code: ExitStatus, _ message: String?, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// nil for what the argument parser reports itself: usage, help and version.
    init?(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as ClientError:
            self.init(ExitStatus(error), "\(error)", hint: Failure.hint(error))
        case let fault as JSONFault:
            self.init(.failed, "the answer is not what the API promises: \(fault)")
        case is CancellationError: self.init(.interrupted, nil)
        default: return nil
        }
    }

    /// Writes it to standard error.
    func report() {
        if let message { StandardError.say(message) }
        if let hint { StandardError.write("       \(hint)\n") }
    }

    private static func hint(_ error: ClientError) -> String? {
        switch error {
        case .socketMissing, .connectionRefused:
            "Is the daemon running? Try: systemctl status allotd. Another socket: --socket PATH or ALLOT_SOCKET."
        case .notHTTP:
            "Is that the socket of allotd? Another socket: --socket PATH or ALLOT_SOCKET."
        case .timedOut, .disconnected:
            "The daemon may be busy or restarting. Try again, and see: systemctl status allotd."
        case .pathTooLong: "Use a shorter path: a Unix socket's has at most 107 bytes."
        case .problem(let problem): hint(problem)
        default: nil
        }
    }

    private static func hint(_ problem: Problem) -> String? {
        switch problem.type {
        case "/problems/unknown-reservation": "Yours are listed by: allot list --ended"
        case "/problems/not-active": "When it starts is shown by: allot show ID. To wait: allot reserve … --wait"
        case "/problems/exceeds-host", "/problems/unknown-model": "What there is: allot host --tree"
        case "/problems/window-does-not-fit", "/problems/no-start-within": "What is taken until when: allot plan"
        default: problem.status == 507 ? "The daemon's disk is full: an admin has to make room." : nil
        }
    }
}
