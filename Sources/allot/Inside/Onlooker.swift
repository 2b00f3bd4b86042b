import AllotAPI
import AllotClient
import CLinux
import Units

#if canImport(Glibc)
    import Glibc
#endif

/// A process beside the one that becomes a command inside a reservation: it writes to the terminal what comes for the
/// reservation. It is outside of the reservation, and no child of the command; it ends with the command, and with the
/// terminal.
struct Onlooker {
    /// The descriptor that means the command's process, as `allot_spawn_aside` leaves it.
    private static let command: Int32 = 3
    private static let pause: Duration = .seconds(3)

    let id: ReservationID
    let options: GlobalOptions

    /// Starts one for this process: `allot notices`.
    /// - Returns: Why that did not work; nil where it did.
    static func start(_ id: ReservationID, socket: String, isUTC: Bool) -> SystemError? {
        var path = socket
        if !path.hasPrefix("/") {
            // It starts in another folder.
            guard let folder = getcwd(nil, 0) else { return .last }
            defer { free(folder) }
            path = "\(String(cString: folder))/\(socket)"
        }
        let texts = ["allot", "notices", "\(id)", "--socket", path] + (isUTC ? ["--utc"] : [])
        var words: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        let result = allot_spawn_aside("/proc/self/exe", words, environ)
        return result < 0 ? SystemError(number: -result) : nil
    }

    /// Looks from time to time what there is to know, and writes what is new.
    func watch() async {
        var told: Set<Notice> = []
        // While it waits for an answer it does not see that the command has ended.
        var limits = ClientLimits()
        (limits.connectSeconds, limits.requestSeconds, limits.idleConnections) = (2, 2, 0)
        while isWanted(after: Onlooker.pause) {
            let session = options.session()
            let client = AllotClient(socketPath: session.client.socketPath, limits: limits)
            let reply = try? await client.send(.get(Route.reservation(id)))
            // A daemon that is away, as over a restart, is asked again.
            guard let view = try? reply?.decode(ReservationView.self), isWanted(after: .zero) else { continue }
            let current = Notice.current(of: view)
            // What was over for a while, as idleness, is told again.
            told.formIntersection(current)
            for notice in current where told.insert(notice).inserted {
                let line = DisplayText.printable("allot: \(notice.text(of: view.id, session.output.style))")
                // The terminal may be in any mode, and its cursor anywhere.
                StandardError.write("\r\n\(line)\r\n")
            }
        }
    }

    /// Waits.
    /// - Returns: false, and that at once, where the command has ended or the terminal is gone.
    private func isWanted(after pause: Duration) -> Bool {
        var watched = [
            pollfd(fd: Onlooker.command, events: Int16(POLLIN), revents: 0),
            pollfd(fd: STDERR_FILENO, events: 0, revents: 0),
        ]
        let found = poll(&watched, nfds_t(watched.count), Int32(pause.components.seconds * 1000))
        return found == 0 || (found < 0 && errno == EINTR)
    }
}
