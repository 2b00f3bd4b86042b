import AllotAPI
import Policy
import Scheduling
import Units

extension ReservationRecord {
    /// Reads what `write` wrote, now or in an older version; unknown fields are passed over.
    static func read(from reader: inout JSONReader) throws(AllotAPI.JSONFault) -> Reservation {
        var fields = Fields()
        try reader.object { name, reader throws(AllotAPI.JSONFault) in
            if try !fields.readIdentity(name, &reader), try !fields.readDemand(name, &reader) {
                try fields.readTimes(name, &reader)
            }
        }
        return try fields.reservation(at: reader)
    }

    static func readActive(from reader: inout JSONReader) throws(AllotAPI.JSONFault) -> Reservation.Active {
        var host = 0
        var devices = DeviceSet()
        var cores = BitSet()
        var numaNodes = BitSet()
        var memory: Int64 = 0
        var startedAt: Int64?
        var endsAt: Int64?
        var weight: Int64 = 0
        var isBorrowed = false
        try reader.object { name, reader throws(AllotAPI.JSONFault) in
            switch name {
            case "host": host = try reader.integer()
            case "devices": devices = try readDevices(from: &reader)
            case "cores": cores = try readList(from: &reader)
            case "numaNodes": numaNodes = try readList(from: &reader)
            case "memory": memory = try reader.integer()
            case "startedAt": startedAt = try reader.integer()
            case "endsAt": endsAt = try reader.integer()
            case "weight": weight = try reader.integer()
            case "isBorrowed": isBorrowed = try reader.bool()
            default: try reader.skip()
            }
        }
        let grant = Grant(
            host: host, devices: devices, cores: cores, numaNodes: numaNodes, memory: ByteCount(bytes: memory))
        return Reservation.Active(
            grant: grant, startedAt: Timestamp(milliseconds: try reader.required(startedAt, "startedAt")),
            endsAt: Timestamp(milliseconds: try reader.required(endsAt, "endsAt")), weight: weight,
            isBorrowed: isBorrowed)
    }

    static func readEnding(from reader: inout JSONReader) throws(AllotAPI.JSONFault) -> Reservation.Ending {
        let (ended, months, posts) = try readEnd(from: &reader)
        return Reservation.Ending(at: ended.at, reason: ended.reason, deviceTime: months, posts: posts)
    }

    static func readEnded(from reader: inout JSONReader) throws(AllotAPI.JSONFault) -> Reservation.Ended {
        try readEnd(from: &reader).ended
    }

    static func readMonths(
        from reader: inout JSONReader
    ) throws(AllotAPI.JSONFault) -> [Reservation.Ending.Month] {
        var months: [Reservation.Ending.Month] = []
        try reader.array { reader throws(AllotAPI.JSONFault) in
            let pair = try readNumbers(from: &reader)
            guard pair.count == 2 else { throw reader.fault("a month and its amount before it") }
            months.append(Reservation.Ending.Month(start: Timestamp(milliseconds: pair[0]), amount: pair[1]))
        }
        return months
    }

    static func readMoney(from reader: inout JSONReader) throws(AllotAPI.JSONFault) -> [MonthAmount] {
        try readMonths(from: &reader).map { MonthAmount(month: $0.start, amount: Amount(microunits: $0.amount)) }
    }

    private static func readEnd(
        from reader: inout JSONReader
    ) throws(AllotAPI.JSONFault) -> (
        ended: Reservation.Ended, months: [Reservation.Ending.Month], posts: [MonthAmount]
    ) {
        var months: [Reservation.Ending.Month] = []
        var posts: [MonthAmount] = []
        var active: Reservation.Active?
        var at: Int64?
        var reason: String?
        var by: UInt32?
        var exitCode: Int32?
        var claimant: Int64?
        try reader.object { name, reader throws(AllotAPI.JSONFault) in
            switch name {
            case "active": active = try readActive(from: &reader)
            case "at": at = try reader.integer()
            case "reason": reason = try reader.string()
            case "by": by = try reader.integer()
            case "exitCode": exitCode = try reader.integer()
            case "for": claimant = try reader.integer()
            case "deviceTime": months = try readMonths(from: &reader)
            case "posts": posts = try readMoney(from: &reader)
            default: try reader.skip()
            }
        }
        let end = try endReason(
            try reader.required(reason, "reason"), by: by, exitCode: exitCode, for: claimant, at: reader)
        let ended = Reservation.Ended(
            active: active, at: Timestamp(milliseconds: try reader.required(at, "at")), reason: end)
        return (ended, months, posts)
    }

    private static func endReason(
        _ name: String, by: UInt32?, exitCode: Int32?, for claimant: Int64?, at reader: JSONReader
    ) throws(AllotAPI.JSONFault) -> EndReason {
        switch name {
        case "expired": return .expired
        case "cancelled": return .cancelled(by: UserID(try reader.required(by, "by")))
        case "released": return .released(by: UserID(try reader.required(by, "by")))
        case "commandEnded": return .commandEnded(exitCode: try reader.required(exitCode, "exitCode"))
        case "failed": return .failed
        case "restarted": return .restarted
        case "missed": return .missed
        case "deviceFailed": return .deviceFailed
        case "drained": return .drained
        case "budget": return .budget
        case "idle": return .idle
        case "noShow": return .noShow
        case "notApproved": return .notApproved
        case "rejected": return .rejected(by: UserID(try reader.required(by, "by")))
        case "preempted", "reclaimed":
            return .preempted(
                by: ReservationID(try reader.required(claimant, "for")), isReclaim: name == "reclaimed")
        default: throw reader.fault("a reason before it")
        }
    }

    static func readDevices(from reader: inout JSONReader) throws(AllotAPI.JSONFault) -> DeviceSet {
        var devices = DeviceSet()
        try reader.array { reader throws(AllotAPI.JSONFault) in
            let index: Int = try reader.integer()
            guard (0..<DeviceSet.limit).contains(index) else { throw reader.fault("a device index before it") }
            devices.insert(index)
        }
        return devices
    }

    private static func readLicences(from reader: inout JSONReader) throws(AllotAPI.JSONFault) -> [Demand.Licence] {
        var licences: [Demand.Licence] = []
        try reader.object { name, reader throws(AllotAPI.JSONFault) in
            licences.append(Demand.Licence(name: name.text, count: try reader.integer()))
        }
        return licences
    }

    private static func readList(from reader: inout JSONReader) throws(AllotAPI.JSONFault) -> BitSet {
        guard let set = BitSet(list: try reader.string()) else { throw reader.fault("a list of numbers before it") }
        return set
    }

    static func readNumbers(from reader: inout JSONReader) throws(AllotAPI.JSONFault) -> [Int64] {
        var numbers: [Int64] = []
        try reader.array { reader throws(AllotAPI.JSONFault) in numbers.append(try reader.integer()) }
        return numbers
    }

    /// What has been read so far.
    private struct Fields {
        var numbers: [String: Int64] = [:]
        var texts: [String: String] = [:]
        var windowDevices: DeviceSet?
        var after: [Int64] = []
        var sharedWith: [Int64] = []
        var hasCommand = false
        var isFirm = false
        var isRequeued = false
        var licences: [Demand.Licence] = []
        var approver: RequestRule.Approver?
        var holds: [MonthAmount] = []
        var active: Reservation.Active?
        var ending: Reservation.Ending?
        var ended: Reservation.Ended?

        mutating func readIdentity(_ name: JSONName, _ reader: inout JSONReader) throws(AllotAPI.JSONFault) -> Bool {
            switch name {
            case "department", "team", "class", "model", "together": texts[name.text] = try reader.string()
            case "hasCommand": hasCommand = try reader.bool()
            case "isFirm": isFirm = try reader.bool()
            case "isRequeued": isRequeued = try reader.bool()
            case "after": after = try ReservationRecord.readNumbers(from: &reader)
            case "sharedWith": sharedWith = try ReservationRecord.readNumbers(from: &reader)
            default: return false
            }
            return true
        }

        mutating func readDemand(_ name: JSONName, _ reader: inout JSONReader) throws(AllotAPI.JSONFault) -> Bool {
            switch name {
            case "id", "owner", "gpus", "gpuThousandths", "gpuMemory", "cpus", "memory", "span", "submittedAt",
                "notBefore", "firstForecast",
                "forecast", "windowStart", "windowHost", "preemptions", "requeuedAt", "approvalUntil":
                numbers[name.text] = try reader.integer()
            case "licences": licences = try ReservationRecord.readLicences(from: &reader)
            case "approver": approver = try reader.choice()
            case "holds": holds = try ReservationRecord.readMoney(from: &reader)
            case "windowDevices": windowDevices = try ReservationRecord.readDevices(from: &reader)
            default: return false
            }
            return true
        }

        mutating func readTimes(_ name: JSONName, _ reader: inout JSONReader) throws(AllotAPI.JSONFault) {
            switch name {
            case "active": active = try ReservationRecord.readActive(from: &reader)
            case "ending": ending = try ReservationRecord.readEnding(from: &reader)
            case "ended": ended = try ReservationRecord.readEnded(from: &reader)
            default: try reader.skip()
            }
        }

        func reservation(at reader: JSONReader) throws(AllotAPI.JSONFault) -> Reservation {
            let demand = Demand(
                devices: Int(try number("gpus", reader)),
                share: numbers["gpuThousandths"].map { Ratio(thousandths: $0) },
                deviceMemory: numbers["gpuMemory"].map { ByteCount(bytes: $0) }, model: texts["model"],
                together: texts["together"].flatMap(Demand.Together.init) ?? .any,
                cores: Int(try number("cpus", reader)), memory: ByteCount(bytes: try number("memory", reader)),
                licences: licences)
            guard let owner = UInt32(exactly: try number("owner", reader)) else {
                throw reader.fault("a uid before it")
            }
            return Reservation(
                id: ReservationID(try number("id", reader)), owner: UserID(owner),
                account: Account(
                    department: DepartmentID(try reader.required(texts["department"], "department")),
                    team: texts["team"].map { TeamID($0) }),
                priorityClass: ClassID(try reader.required(texts["class"], "class")), demand: demand, kind: kind,
                windowHost: Int(numbers["windowHost"] ?? 0), span: Span(milliseconds: try number("span", reader)),
                notBefore: time("notBefore"),
                after: after.map { ReservationID($0) },
                sharedWith: sharedWith.compactMap { UInt32(exactly: $0) }.map { UserID($0) }, hasCommand: hasCommand,
                isRequeued: isRequeued, submittedAt: Timestamp(milliseconds: try number("submittedAt", reader)),
                firstForecast: time("firstForecast"), forecast: time("forecast"), isFirm: isFirm,
                preemptions: Int(numbers["preemptions"] ?? 0), requeuedAt: time("requeuedAt"),
                approval: approval, holds: holds, state: state)
        }

        private var approval: Reservation.Approval? {
            guard let until = time("approvalUntil"), let approver else { return nil }
            return Reservation.Approval(until: until, approver: approver)
        }

        private var kind: Reservation.Kind {
            guard let start = time("windowStart"), let devices = windowDevices else { return .queued }
            return .window(start: start, devices: devices)
        }

        private var state: Reservation.State {
            if let ended { return .ended(ended) }
            guard let active else { return .waiting }
            return ending.map { .ending(active, $0) } ?? .active(active)
        }

        private func time(_ name: String) -> Timestamp? { numbers[name].map { Timestamp(milliseconds: $0) } }

        private func number(_ name: String, _ reader: JSONReader) throws(AllotAPI.JSONFault) -> Int64 {
            try reader.required(numbers[name], name)
        }
    }
}
