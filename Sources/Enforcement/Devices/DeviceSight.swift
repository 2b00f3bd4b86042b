import Glibc
import Telemetry
import Units

/// What the enforcer sees of devices and of who uses them, how it lets users open them, and how it ends a process. The
/// machine in earnest; the tests put another in its place.
protocol DeviceSight: Sendable {
    /// Every process that has a file of the devices open or mapped.
    func openers(of devices: [WatchedDevice]) async -> DeviceScan

    /// Why devices are not healthy.
    func faults(of devices: [WatchedDevice]) async -> [DeviceID: String]

    /// The devices' readings, their openers, and what the control groups of grants have used.
    func look(_ devices: [WatchedDevice], groups: [ReservationID]) async -> MachineLook

    /// Signals this very process; false where it is gone.
    func signal(_ number: Int32, to process: ProcessIdentity) -> Bool

    /// Whether there is such a file.
    func isThere(_ file: String) -> Bool

    /// Lets users read and write a device's file.
    func allow(_ users: [UInt32], _ file: String) throws(ExecutorFailure)

    /// Whether each of the users may, or the file has gone.
    func isAllowed(_ users: [UInt32], _ file: String) -> Bool

    /// Takes that back. A file that has gone needs nothing.
    func remove(_ users: [UInt32], _ file: String) throws(ExecutorFailure)

    /// Whether this very process still runs.
    func isRunning(_ process: ProcessIdentity) -> Bool

    /// The control group that systemd works in here: empty on a machine, more within a container.
    var groupRoot: String { get }
}

extension DeviceSight {
    /// Ends one process: SIGTERM, and after the grace SIGKILL if it then still is what it was ended for.
    ///
    /// - Returns: whether it has ended; not where it runs on with nothing held against it.
    func end(
        _ opener: DeviceOpener, grace: Span, isStillMeant: @Sendable () async throws(ExecutorFailure) -> Bool
    ) async throws(ExecutorFailure) -> Bool {
        _ = signal(SIGTERM, to: opener.identity)
        // One that is held by SIGSTOP would not see it.
        _ = signal(SIGCONT, to: opener.identity)
        if try await isGone(opener.identity, within: .milliseconds(grace.milliseconds)) { return true }
        guard try await isStillMeant() else { return false }
        _ = signal(SIGKILL, to: opener.identity)
        guard try await isGone(opener.identity, within: .seconds(EnforcementLimits.sweepSeconds)) else {
            throw .failed("\(opener.text) still runs after SIGKILL")
        }
        return true
    }

    private func isGone(_ process: ProcessIdentity, within limit: Duration) async throws(ExecutorFailure) -> Bool {
        let until = ContinuousClock.now + limit
        while isRunning(process) {
            guard .now < until else { return false }
            do {
                try await Task.sleep(for: .milliseconds(20))
            } catch {
                throw .failed("pid \(process.pid): the stop was given up")
            }
        }
        return true
    }
}

extension DeviceOpener {
    var identity: ProcessIdentity { ProcessIdentity(pid: pid, startTime: startTime) }

    /// For a person, in a reason.
    var text: String { "pid \(pid) (\(command), uid \(user))" }

    /// With the devices' own ids in place of their files: of what was seen by `Holding.watched(_:)`.
    func named(among devices: [WatchedDevice]) -> DeviceOpener {
        let files = Set(self.devices.map(\.text))
        var opener = self
        opener.devices = devices.filter { !files.isDisjoint(with: $0.files) }.map(\.id)
        return opener
    }
}

extension HeldDevice {
    /// As it is watched.
    var watched: WatchedDevice {
        WatchedDevice(id: id, vendor: vendor, uuid: uuid, pciAddress: nil, files: files)
    }
}
