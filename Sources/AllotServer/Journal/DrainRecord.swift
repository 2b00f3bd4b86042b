import AllotAPI
import Scheduling
import Units

/// Drains as JSON, in the journal and in the projection; the format is for ever, as that of `ReservationRecord`.
enum DrainRecord {
    static func writeFields(_ drain: Drain, to writer: inout JSONWriter) {
        if drain.host != 0 { writer.field("host", drain.host) }
        ReservationRecord.writeDevices("devices", drain.devices, to: &writer)
        flag("isHost", drain.isHost, to: &writer)
        writer.field("from", drain.from.milliseconds)
        writer.field("until", drain.until?.milliseconds)
        flag("hasFailed", drain.hasFailed, to: &writer)
        writer.field("reason", drain.reason)
    }

    /// Of the journal's payload.
    static func drain(_ payload: [UInt8]) throws(AllotAPI.JSONFault) -> Drain {
        var reader = JSONReader(payload)
        return try read(from: &reader)
    }

    static func read(from reader: inout JSONReader) throws(AllotAPI.JSONFault) -> Drain {
        var drain = Drain(devices: DeviceSet(), from: Timestamp(milliseconds: 0))
        var from: Int64?
        try reader.object { name, reader throws(AllotAPI.JSONFault) in
            switch name {
            case "host": drain.host = try reader.integer()
            case "devices": drain.devices = try ReservationRecord.readDevices(from: &reader)
            case "isHost": drain.isHost = try reader.bool()
            case "from": from = try reader.integer()
            case "until": drain.until = Timestamp(milliseconds: try reader.integer())
            case "hasFailed": drain.hasFailed = try reader.bool()
            case "reason": drain.reason = try reader.string()
            default: try reader.skip()
            }
        }
        drain.from = Timestamp(milliseconds: try reader.required(from, "from"))
        return drain
    }

    private static func flag(_ name: StaticString, _ value: Bool, to writer: inout JSONWriter) {
        guard value else { return }
        writer.name(name)
        writer.bool(true)
    }
}

/// What of the state is neither a reservation's nor a user's: drains, and when something last had to give way.
enum HostRecord {
    /// Its name among the store's documents.
    static let name = "host"

    static func bytes(_ state: EngineState) -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.openObject()
        writer.name("drains" as StaticString)
        writer.openArray()
        for drain in state.drains {
            writer.openObject()
            DrainRecord.writeFields(drain, to: &writer)
            writer.closeObject()
        }
        writer.closeArray()
        writer.name("preemptedAt" as StaticString)
        writer.openArray()
        for time in state.preemptedAt { writer.integer(time.milliseconds) }
        writer.closeArray()
        writer.closeObject()
        return writer.bytes
    }

    static func read(_ bytes: [UInt8]) throws(AllotAPI.JSONFault) -> (drains: [Drain], preemptedAt: [Timestamp]) {
        var reader = JSONReader(bytes)
        var drains: [Drain] = []
        var times: [Timestamp] = []
        try reader.object { name, reader throws(AllotAPI.JSONFault) in
            switch name {
            case "drains":
                try reader.array { reader throws(AllotAPI.JSONFault) in
                    drains.append(try DrainRecord.read(from: &reader))
                }
            case "preemptedAt":
                try reader.array { reader throws(AllotAPI.JSONFault) in
                    times.append(Timestamp(milliseconds: try reader.integer()))
                }
            default: try reader.skip()
            }
        }
        return (drains, times)
    }
}
