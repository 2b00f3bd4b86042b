import Telemetry
import Units

/// What one look says of the devices of a grant that is over.
struct SweepLook: Sendable {
    /// Who has one open and may not.
    let held: [DeviceOpener]
    /// Users' processes that were not looked into wholly. Of the system's own it does not matter: they may have a
    /// device open.
    let hidden: [UnreadProcess]
    /// Files of which nobody can tell who has them open.
    private let unseen: [String]
    /// Why there may be more than was found; nil where every process was come to.
    private let blind: String?
    /// There was no answer in time.
    let isLate: Bool

    /// - Parameter isThere: of a file that has gone, nobody has to tell anything.
    init(_ scan: DeviceScan, _ claims: GrantClaims, isThere: (String) -> Bool) {
        held = scan.openers.filter { !claims.trespass(of: $0).isEmpty }
        hidden = scan.unread.filter { claims.isUsers($0.process) }
        unseen = scan.unseen.map(\.text).filter(isThere)
        let isWhole = scan.reach == .all && !scan.isCut
        blind = isWhole ? nil : scan.blind.prefix(3).joined(separator: ", ")
        isLate = scan.reach == .late
    }

    /// Every process was come to.
    var isWhole: Bool { blind == nil }

    /// It has found nothing that keeps a device from being given to somebody else.
    var isEmpty: Bool { held.isEmpty && hidden.isEmpty && isWhole }

    /// For how long it is looked again where looks are like this one.
    func limit(stuckPatience: Duration) -> Duration {
        if isLate { return .seconds(EnforcementLimits.lateSweepSeconds) }
        let isStuck = hidden.contains { $0.cause == .stuck }
        return (isStuck ? stuckPatience : .zero) + .seconds(EnforcementLimits.sweepSeconds)
    }

    /// Until the next look.
    var pause: Duration { .milliseconds(!held.isEmpty ? 10 : hidden.isEmpty ? 50 : 100) }

    /// What keeps a device from being given to anybody as it is; nil where nothing does.
    /// - Parameter fault: why it is not healthy.
    func unfit(_ device: HeldDevice, fault: String?) -> UnfitDevice? {
        let holders = held.filter { opener in opener.devices.contains { device.files.contains($0.text) } }
        var reasons: [String] = []
        if !holders.isEmpty { reasons.append("held open by \(SweepLook.count(holders.count))") }
        if device.files.contains(where: unseen.contains) { reasons.append("nobody can tell who has it open") }
        if let one = hidden.first {
            reasons.append("may be held open by \(SweepLook.count(hidden.count)): \(one.reason)")
        }
        if let blind { reasons.append("not every process was looked into: \(blind)") }
        reasons += [fault].compactMap(\.self)
        if reasons.isEmpty { return nil }
        let processes = (holders + hidden.map(\.process)).map(\.text)
        return UnfitDevice(
            id: device.id, reason: reasons.joined(separator: "; "),
            processes: Array(processes.prefix(EnforcementLimits.namedProcesses)))
    }

    private static func count(_ processes: Int) -> String { processes == 1 ? "1 process" : "\(processes) processes" }
}

/// Processes that stay closed to looks, from look to look.
struct ClosedProcesses {
    /// How long a process may be stuck in the kernel: it may be rightful work that waits for a driver or a disk.
    let stuckPatience: Duration
    private var seen: [ProcessIdentity: (looks: Int, since: ContinuousClock.Instant)] = [:]

    init(stuckPatience: Duration) {
        self.stuckPatience = stuckPatience
    }

    /// Takes in who is closed to one look, and gives those that were long enough.
    mutating func overdue(_ hidden: [UnreadProcess]) -> [UnreadProcess] {
        let before = seen
        seen = [:]
        return hidden.filter { one in
            var process = before[one.process.identity] ?? (looks: 0, since: .now)
            process.looks += 1
            seen[one.process.identity] = process
            switch one.cause {
            case .stuck: return .now - process.since >= stuckPatience
            case .tooLarge: return process.looks >= EnforcementLimits.closedLooks
            // A right or memory that who looks is short of: for that, everybody's processes would be ended.
            case .unreadable: return false
            }
        }
    }
}
