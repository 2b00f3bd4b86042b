import Glibc
import Synchronization

/// The one thread that owns the connection to the system bus: it makes calls for tasks, and hears signals.
///
/// A connection that is lost is made anew with the next call.
final class BusThread: Sendable {
    private let jobs = Mutex<[@Sendable (Result<Bus, BusError>) -> Void]>([])
    private let wakeup: Wakeup
    private let rules: [String]
    private let heard: @Sendable (BusMessage) -> Void
    private let lost: @Sendable () -> Void

    /// - Parameters:
    ///   - rules: D-Bus match rules of the signals to hear.
    ///   - heard: called from the thread for each; must not wait.
    ///   - lost: called from the thread when a connection was lost, and signals with it; must not wait.
    init(
        rules: [String], heard: @escaping @Sendable (BusMessage) -> Void, lost: @escaping @Sendable () -> Void
    ) throws(ExecutorFailure) {
        wakeup = try Wakeup()
        self.rules = rules
        self.heard = heard
        self.lost = lost
    }

    /// Starts the thread, which lives as long as the program.
    func start() throws(ExecutorFailure) {
        try startThread { self.run() }
    }

    /// Runs `body` on the thread, with the connection.
    func perform<Value: Sendable>(
        _ body: @escaping @Sendable (Bus) throws(BusError) -> Value
    ) async throws(BusError) -> Value {
        let result: Result<Value, BusError> = await withCheckedContinuation { continuation in
            jobs.withLock { jobs in
                jobs.append { continuation.resume(returning: BusThread.run(body, $0)) }
            }
            wakeup.wake()
        }
        return try result.get()
    }

    private static func run<Value>(
        _ body: (Bus) throws(BusError) -> Value, _ connection: Result<Bus, BusError>
    ) -> Result<Value, BusError> {
        do throws(BusError) {
            return .success(try body(try connection.get()))
        } catch {
            return .failure(error)
        }
    }

    private func run() {
        var bus: Bus?
        while true {
            let jobs = jobs.withLock { jobs in
                defer { jobs = [] }
                return jobs
            }
            for job in jobs { job(connection(&bus)) }
            hear(&bus)
            wait(bus)
        }
    }

    private func connection(_ bus: inout Bus?) -> Result<Bus, BusError> {
        if let open = bus {
            if open.isOpen { return .success(open) }
            bus = nil
            lost()
        }
        do throws(BusError) {
            let made = try Bus()
            try made.subscribe(rules: rules)
            bus = made
            return .success(made)
        } catch {
            return .failure(error)
        }
    }

    private func hear(_ bus: inout Bus?) {
        do throws(BusError) {
            while try bus?.processNext(heard) == true {}
        } catch {
            bus = nil
            lost()
        }
    }

    private func wait(_ bus: Bus?) {
        var polled = [pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0)]
        if let bus { polled.append(bus.polled) }
        poll(&polled, nfds_t(polled.count), -1)
        if polled[0].revents != 0 { wakeup.clear() }
    }
}
