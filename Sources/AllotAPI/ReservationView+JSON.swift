import Units

extension ReservationView: JSONStreamable {
    public init(reading reader: inout JSONReader) throws(JSONFault) {
        var found = Found()
        var view = ReservationView.blank
        try reader.object { name, reader throws(JSONFault) in
            if try reader.null() { return }
            // Those that every one has first: there are most of them.
            if try view.readRequired(name, from: &reader, found: &found) { return }
            if reader.detail == .summary, ReservationView.isDetail(name) { return _ = try reader.skip() }
            if try view.readOwn(name, from: &reader) { return }
            if try view.readOptional(name, from: &reader) { return }
            try reader.skip()
        }
        guard found == .all else { throw reader.fault("a reservation with \(found.missing) before it") }
        self = view
    }

    public func write(to writer: inout JSONWriter) {
        writer.openObject()
        writer.field("id", id)
        writer.field("state", state.rawValue)
        writer.field("kind", kind.rawValue)
        writer.field("department", department)
        writer.field("gpus", gpus)
        writer.field("gpuShare", gpuShare)
        writer.field("gpuMemoryBytes", gpuMemoryBytes)
        writer.field("model", model)
        writer.field("together", together.rawValue)
        writer.field("cpus", cpus)
        writer.field("memoryBytes", memoryBytes)
        if let licences {
            writer.name("licences" as StaticString)
            writer.openObject()
            for (name, count) in licences.sorted(by: { $0.key < $1.key }) {
                writer.name(name)
                writer.integer(Int64(count))
            }
            writer.closeObject()
        }
        writer.field("durationSeconds", durationSeconds)
        writer.field("submittedAt", submittedAt)
        writer.field("class", `class`)
        writeTimes(to: &writer)
        writer.field("devices", devices)
        writer.field("cores", cores)
        writer.field("numaNodes", numaNodes)
        writeOwn(to: &writer)
        writer.closeObject()
    }

    private func writeTimes(to writer: inout JSONWriter) {
        writer.field("notBefore", notBefore)
        writer.field("after", after)
        writer.field("plannedStart", plannedStart)
        writer.field("firstForecast", firstForecast)
        writer.field("ahead", ahead)
        writer.field("isFirm", isFirm)
        writer.field("isBorrowed", isBorrowed)
        writer.field("approvalUntil", approvalUntil)
        writer.field("approver", approver?.rawValue)
        writer.field("startedAt", startedAt)
        writer.field("endsAt", endsAt)
        writer.field("endedAt", endedAt)
        writer.field("endReason", endReason?.rawValue)
        writer.field("exitCode", exitCode)
        writer.field("gaveWayTo", gaveWayTo)
        writer.field("requeue", requeue)
        writer.field("preemptions", preemptions)
        writer.field("requeuedAt", requeuedAt)
    }

    private func writeOwn(to writer: inout JSONWriter) {
        writer.field("team", team)
        writer.field("user", user)
        writer.field("uid", uid)
        writer.field("endsSoon", endsSoon)
        writer.field("unused", unused?.rawValue)
        writer.field("unusedSince", unusedSince)
        writer.field("releaseAt", releaseAt)
        writer.field("shareWith", shareWith)
        if let tags {
            writer.name("tags" as StaticString)
            writer.openObject()
            for (name, value) in tags.sorted(by: { $0.key < $1.key }) {
                writer.name(name)
                writer.string(value)
            }
            writer.closeObject()
        }
        writer.field("command", command)
        writer.field("dockerOptions", dockerOptions)
    }

    /// The fields that a summary leaves out.
    private static func isDetail(_ name: JSONName) -> Bool {
        switch name {
        case "tags", "command", "dockerOptions", "devices", "shareWith", "after", "cores", "numaNodes", "firstForecast",
            "licences", "isFirm", "isBorrowed", "gaveWayTo", "requeue", "preemptions", "requeuedAt", "gpuMemoryBytes",
            "approvalUntil", "approver", "endsSoon", "unused", "unusedSince", "releaseAt":
            true
        default: false
        }
    }

    /// What the reader fills in.
    private static let blank = ReservationView(
        id: "", state: .waiting, kind: .queued, department: "", gpus: 0, model: nil, together: .any, cpus: 0,
        memoryBytes: 0, durationSeconds: 0, submittedAt: DateTime(Timestamp(milliseconds: 0)), class: "")

    /// The fields that every reservation has.
    private struct Found: OptionSet {
        var rawValue: Int
        static let names = [
            "id", "state", "kind", "department", "gpus", "together", "cpus", "memoryBytes", "durationSeconds",
            "submittedAt", "class",
        ]
        static let all = Found(rawValue: 1 << names.count - 1)

        init(rawValue: Int) { self.rawValue = rawValue }

        var missing: String {
            Found.names.indices.filter { rawValue & 1 << $0 == 0 }.map { Found.names[$0] }.joined(separator: ", ")
        }
    }

    private mutating func readRequired(
        _ name: JSONName, from reader: inout JSONReader, found: inout Found
    ) throws(JSONFault) -> Bool {
        let index: Int
        switch name {
        case "id": (index, id) = (0, try reader.string())
        case "state": (index, state) = (1, try reader.choice())
        case "kind": (index, kind) = (2, try reader.choice())
        case "department": (index, department) = (3, try reader.string())
        case "gpus": (index, gpus) = (4, try reader.integer())
        case "together": (index, together) = (5, try reader.choice())
        case "cpus": (index, cpus) = (6, try reader.integer())
        case "memoryBytes": (index, memoryBytes) = (7, try reader.integer())
        case "durationSeconds": (index, durationSeconds) = (8, try reader.integer())
        case "submittedAt": (index, submittedAt) = (9, try reader.dateTime())
        case "class": (index, `class`) = (10, try reader.string())
        default: return false
        }
        found.insert(Found(rawValue: 1 << index))
        return true
    }

    private mutating func readOptional(
        _ name: JSONName, from reader: inout JSONReader
    ) throws(JSONFault) -> Bool {
        switch name {
        case "gpuShare": gpuShare = try reader.string()
        case "gpuMemoryBytes": gpuMemoryBytes = try reader.integer()
        case "model": model = try reader.string()
        case "notBefore": notBefore = try reader.dateTime()
        case "after": after = try reader.strings()
        case "plannedStart": plannedStart = try reader.dateTime()
        case "firstForecast": firstForecast = try reader.dateTime()
        case "ahead": ahead = try reader.integer()
        case "isFirm": isFirm = try reader.bool()
        case "isBorrowed": isBorrowed = try reader.bool()
        case "approvalUntil": approvalUntil = try reader.dateTime()
        case "approver": approver = try reader.choice()
        case "licences":
            var read: [String: Int] = [:]
            try reader.object { name, reader throws(JSONFault) in read[name.text] = try reader.integer() }
            licences = read
        case "startedAt": startedAt = try reader.dateTime()
        case "endsAt": endsAt = try reader.dateTime()
        case "endedAt": endedAt = try reader.dateTime()
        case "endReason": endReason = try reader.choice()
        case "exitCode": exitCode = try reader.integer()
        case "gaveWayTo": gaveWayTo = try reader.string()
        case "requeue": requeue = try reader.bool()
        case "preemptions": preemptions = try reader.integer()
        case "requeuedAt": requeuedAt = try reader.dateTime()
        case "devices": devices = try reader.strings()
        case "cores": cores = try reader.string()
        case "numaNodes": numaNodes = try reader.string()
        default: return false
        }
        return true
    }

    private mutating func readOwn(_ name: JSONName, from reader: inout JSONReader) throws(JSONFault) -> Bool {
        switch name {
        case "team": team = try reader.string()
        case "user": user = try reader.string()
        case "uid": uid = try reader.integer()
        case "endsSoon": endsSoon = try reader.bool()
        case "unused": unused = try reader.choice()
        case "unusedSince": unusedSince = try reader.dateTime()
        case "releaseAt": releaseAt = try reader.dateTime()
        case "shareWith": shareWith = try reader.strings()
        case "tags":
            var read: [String: String] = [:]
            try reader.object { name, reader throws(JSONFault) in read[name.text] = try reader.string() }
            tags = read
        case "command": command = try reader.strings()
        case "dockerOptions": dockerOptions = try reader.strings()
        default: return false
        }
        return true
    }
}
