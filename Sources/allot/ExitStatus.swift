import AllotClient

/// The exit codes of the command line; those from 64 on are sysexits.h's.
enum ExitStatus: Int32 {
    case failed = 1
    /// By policy, quota or calendar.
    case refused = 2
    case noSuchThing = 3
    case usage = 64
    case unreachable = 69
    case timedOutWaiting = 75
    case notPermitted = 77
    /// The command is there and cannot be executed: the shell's convention.
    case cannotExecute = 126
    case commandNotFound = 127
    /// Ctrl-C: 128 and the signal's number.
    case interrupted = 130

    /// What the status of a problem document means to the shell.
    init(httpStatus: Int) {
        switch httpStatus {
        case 403: self = .notPermitted
        case 404, 410: self = .noSuchThing
        case 409, 422: self = .refused
        case 400, 413, 414, 415, 431: self = .usage
        default: self = .failed
        }
    }

    init(_ error: ClientError) {
        switch error {
        case .socketMissing, .connectionRefused, .cannotConnect, .timedOut, .disconnected, .notHTTP:
            self = .unreachable
        case .permissionDenied: self = .notPermitted
        case .pathTooLong: self = .usage
        case .replyTooLarge, .unreadable: self = .failed
        case .problem(let problem): self = ExitStatus(httpStatus: problem.status)
        }
    }
}
