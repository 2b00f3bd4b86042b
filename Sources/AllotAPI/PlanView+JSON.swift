import Units

extension PlanView.Entry: JSONStreamable {
    public init(reading reader: inout JSONReader) throws(JSONFault) {
        var id: String?
        var state: ReservationView.State?
        var kind: ReservationView.Kind?
        var department: String?
        var user: String?
        var start: DateTime?
        var end: DateTime?
        var devices: [String]?
        var gpuShare: String?
        var cpus: Int?
        try reader.object { name, reader throws(JSONFault) in
            if try reader.null() { return }
            switch name {
            case "id": id = try reader.string()
            case "state": state = try reader.choice()
            case "kind": kind = try reader.choice()
            case "department": department = try reader.string()
            case "user": user = try reader.string()
            case "start": start = try reader.dateTime()
            case "end": end = try reader.dateTime()
            case "devices": devices = try reader.strings()
            case "gpuShare": gpuShare = try reader.string()
            case "cpus": cpus = try reader.integer()
            default: try reader.skip()
            }
        }
        self.init(
            id: try reader.required(id, "id"), state: try reader.required(state, "state"),
            kind: try reader.required(kind, "kind"), department: try reader.required(department, "department"),
            user: user, start: try reader.required(start, "start"), end: try reader.required(end, "end"),
            devices: try reader.required(devices, "devices"), gpuShare: gpuShare,
            cpus: try reader.required(cpus, "cpus"))
    }

    public func write(to writer: inout JSONWriter) {
        writer.openObject()
        writer.field("id", id)
        writer.field("state", state.rawValue)
        writer.field("kind", kind.rawValue)
        writer.field("department", department)
        writer.field("user", user)
        writer.field("start", start)
        writer.field("end", end)
        writer.field("devices", devices)
        writer.field("gpuShare", gpuShare)
        writer.field("cpus", cpus)
        writer.closeObject()
    }
}

extension PlanView {
    /// Reads a page of the plan.
    public init(json: [UInt8]) throws(JSONFault) {
        var reader = JSONReader(json)
        var items: [Entry]?
        var nextCursor: String?
        var isProvisional: Bool?
        try reader.object { name, reader throws(JSONFault) in
            switch name {
            case "items":
                var read: [Entry] = []
                try reader.array { reader throws(JSONFault) in read.append(try Entry(reading: &reader)) }
                items = read
            case "nextCursor": nextCursor = try reader.null() ? nil : reader.string()
            case "isProvisional": isProvisional = try reader.bool()
            default: try reader.skip()
            }
        }
        try reader.end()
        self.init(
            items: try reader.required(items, "items"), nextCursor: nextCursor,
            isProvisional: try reader.required(isProvisional, "isProvisional"))
    }

    /// The page as JSON.
    public var json: [UInt8] {
        var writer = JSONWriter(capacity: 256 * items.count + 96)
        writer.openObject()
        writer.name("items" as StaticString)
        writer.openArray()
        for item in items { item.write(to: &writer) }
        writer.closeArray()
        writer.field("nextCursor", nextCursor)
        writer.name("isProvisional" as StaticString)
        writer.bool(isProvisional)
        writer.closeObject()
        return writer.bytes
    }
}
