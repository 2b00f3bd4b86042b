import Telemetry
import Units

/// Who may have an accelerator's file open, by the grants that stand.
struct GrantClaims: Sendable {
    private let lowestUser: UInt32
    /// Where `allot.slice` is, as /proc shows control groups here: below a container's own group, if it is one's.
    private let root: String
    private let files: [ReservationID: Set<String>]
    private let devices: [ReservationID: Set<DeviceID>]

    /// - Parameters:
    ///   - holdings: all that stand.
    ///   - root: the control group that systemd works in; empty for the whole machine's.
    init(_ holdings: some Sequence<Holding>, lowestUser: UInt32, root: String) {
        self.lowestUser = lowestUser
        self.root = root
        files = Dictionary(holdings.map { ($0.reservation, Set($0.ownFiles)) }) { one, _ in one }
        devices = Dictionary(holdings.map { ($0.reservation, Set($0.devices.map(\.id))) }) { one, _ in one }
    }

    /// The files, of those that a process was seen to have open, that it may not have open. Nothing for accounts of the
    /// system itself: what keeps a driver awake, a display, a monitor.
    ///
    /// - Parameter opener: seen by `Holding.watched(_:)`, where a device's id is the file's path.
    func trespass(of opener: DeviceOpener) -> [String] {
        guard isUsers(opener) else { return [] }
        let granted = reservation(of: opener.group).flatMap { files[$0] } ?? []
        return opener.devices.map(\.text).filter { !granted.contains($0) }
    }

    /// Whether a user's process has a device open that is not granted to it.
    ///
    /// - Parameter opener: seen with the devices' own ids.
    func isRogue(_ opener: DeviceOpener) -> Bool {
        guard isUsers(opener) else { return false }
        let granted = reservation(of: opener.group).flatMap { devices[$0] } ?? []
        return !granted.isSuperset(of: opener.devices)
    }

    /// Whether a process is a user's, and none of the system's.
    func isUsers(_ process: DeviceOpener) -> Bool { process.user.isUserAccount(from: UserID(lowestUser)) }

    /// Whose slice a control group is in. A user may give a group of their own any name, so it counts from the root.
    func reservation(of group: String) -> ReservationID? {
        let prefix = "\(root)/allot.slice/"
        guard group.hasPrefix(prefix) else { return nil }
        let slice = group.dropFirst(prefix.count).prefix { $0 != "/" }
        return slice.hasSuffix(".slice") ? UnitNames.reservation(of: String(slice)) : nil
    }
}

extension Holding {
    /// The files that are its devices' own, not their vendor's: who has one open uses the device.
    var ownFiles: [String] { files.filter { DeviceFile.isOwn($0) } }

    /// Each file as a device of its own, so that a look tells the files apart: holders of parts of a device share the
    /// whole's file, and no other.
    static func watched(_ files: [String]) -> [WatchedDevice] {
        files.map { WatchedDevice(id: DeviceID($0), vendor: "other", uuid: nil, pciAddress: nil, files: [$0]) }
    }
}

extension DeviceFile {
    /// Whether a path is a device's own file or the right to a part of one.
    static func isOwn(_ path: String) -> Bool {
        switch kind(of: path) {
        case .device, .part: true
        case .control, nil: false
        }
    }
}
