import Chargeback
import Policy
import Scheduling
import Telemetry
import Units

@testable import AllotServer

/// A machine of two devices that a test makes looks of, and what is made of them.
struct AttendanceWorld {
    static let start = Timestamp(milliseconds: 1_793_610_000_000)

    var attendance = Attendance()
    var now = AttendanceWorld.start
    var circumstances = Attendance.Circumstances(
        holders: [], devices: [DeviceID("GPU-0"), DeviceID("GPU-1")], rules: AttendanceRules(), zone: .utc,
        lowestUser: UserID(1000), settings: Configuration.Telemetry())

    /// What the next look sees: of each device how busy it was, of each slice what it has used of processors.
    var busy: [Int?] = [0, 0]
    var processors: [ReservationID: Int64] = [:]
    var openers: [DeviceOpener] = []
    var faults: [Int: String] = [:]
    var isCut = false
    /// When the machine was started.
    var boot = Timestamp(milliseconds: 0)

    /// A grant of devices, from now on.
    mutating func hold(_ number: Int64, _ devices: [Int], for span: Span = .days(2)) {
        let id = ReservationID(number)
        circumstances.holders.append(Holder(id: id, from: now, end: now + span, devices: DeviceSet(devices)))
        circumstances.holders.sort { $0.id < $1.id }
        processors[id] = 0
    }

    mutating func end(_ number: Int64) { circumstances.holders.removeAll { $0.id.number == number } }

    var sight: MachineLook {
        MachineLook(
            at: (now - boot).milliseconds * 1_000_000,
            devices: busy.enumerated().map { index, permille in
                DeviceReading(
                    id: circumstances.devices[index], busyPermille: permille, source: .nvml, memoryUsed: nil,
                    memoryTotal: nil, fault: faults[index])
            },
            groups: processors.sorted { $0.key < $1.key }.map { id, time in
                GroupReading(reservation: id, cpuMicroseconds: time, memory: nil, memoryPeak: nil, tasks: nil)
            },
            openers: openers, isCut: isCut, blind: [])
    }

    /// Looks once, so much later.
    mutating func look(after span: Span = .seconds(10)) -> [AttendanceFinding] {
        now = now + span
        return attendance.fold(sight, at: now, circumstances)
    }

    /// Looks again and again for so long.
    mutating func looks(for span: Span) -> [AttendanceFinding] {
        let end = now + span
        var findings: [AttendanceFinding] = []
        while now < end { findings += look() }
        return findings
    }

    /// Somebody's process that has a device open.
    /// - Parameter reservation: whose slice it is in.
    static func opener(_ pid: Int32, user: UInt32 = 1000, in reservation: Int64? = nil, _ devices: Int...)
        -> DeviceOpener
    {
        DeviceOpener(
            pid: pid, startTime: 7, user: UserID(user), command: "python3", group: "/user.slice",
            devices: devices.map { DeviceID("GPU-\($0)") }, reservation: reservation.map { ReservationID($0) })
    }
}

extension [AttendanceFinding] {
    /// Without samples.
    var decided: [AttendanceFinding] { filter { if case .sampled = $0 { false } else { true } } }

    var samples: [UsageSample] { compactMap { if case .sampled(_, let sample) = $0 { sample } else { nil } } }
}
