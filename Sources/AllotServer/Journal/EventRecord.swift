import AllotAPI
import Scheduling
import Units

/// An event as the journal's payload: JSON, for ever. The kind stands in a column of its own.
enum EventRecord {
    static func payload(_ event: Event) -> [UInt8] {
        var writer = JSONWriter(capacity: 384)
        if case .submitted(let reservation) = event {
            ReservationRecord.write(reservation, to: &writer)
            return writer.bytes
        }
        writer.openObject()
        writer.field("id", event.reservation?.number)
        switch event {
        case .submitted: break
        case .fairShareChanged(let time, let halfLife):
            writer.field("at", time.milliseconds)
            writer.field("halfLife", halfLife.milliseconds)
        case .firmed(_, let start): writer.field("start", start.milliseconds)
        case .slipped(_, let start, let cause):
            writer.field("start", start.milliseconds)
            writer.field("cause", cause.rawValue)
        case .started(_, let active):
            writer.name("active" as StaticString)
            ReservationRecord.writeActive(active, to: &writer)
        case .extended(_, let span): writer.field("span", span.milliseconds)
        case .ending(_, let ending):
            writer.name("ending" as StaticString)
            ReservationRecord.writeEnding(ending, to: &writer)
        case .ended(_, let ended):
            writer.name("ended" as StaticString)
            ReservationRecord.writeEnded(ended, to: &writer)
        }
        writer.closeObject()
        return writer.bytes
    }

    /// Reads a payload back; nil for a kind that is no decision of the engine's.
    static func event(kind: String, payload: [UInt8]) throws(AllotAPI.JSONFault) -> Event? {
        var reader = JSONReader(payload)
        if kind == "reservation.submitted" { return .submitted(try ReservationRecord.read(from: &reader)) }
        var parts = Parts()
        try reader.object { name, reader throws(AllotAPI.JSONFault) in try parts.read(name, &reader) }
        return try parts.event(kind: kind, at: reader)
    }

    private struct Parts {
        var id: Int64?
        var start: Int64?
        var cause: SlipCause?
        var span: Int64?
        var at: Int64?
        var halfLife: Int64?
        var active: Reservation.Active?
        var ending: Reservation.Ending?
        var ended: Reservation.Ended?

        mutating func read(_ name: JSONName, _ reader: inout JSONReader) throws(AllotAPI.JSONFault) {
            switch name {
            case "id": id = try reader.integer()
            case "start": start = try reader.integer()
            case "cause": cause = try reader.choice()
            case "span": span = try reader.integer()
            case "at": at = try reader.integer()
            case "halfLife": halfLife = try reader.integer()
            case "active": active = try ReservationRecord.readActive(from: &reader)
            case "ending": ending = try ReservationRecord.readEnding(from: &reader)
            case "ended": ended = try ReservationRecord.readEnded(from: &reader)
            default: try reader.skip()
            }
        }

        func event(kind: String, at reader: JSONReader) throws(AllotAPI.JSONFault) -> Event? {
            if kind == "fairShare.changed" {
                return .fairShareChanged(
                    at: Timestamp(milliseconds: try reader.required(at, "at")),
                    halfLife: Span(milliseconds: try reader.required(halfLife, "halfLife")))
            }
            guard kind.hasPrefix("reservation.") else { return nil }
            let id = ReservationID(try reader.required(id, "id"))
            switch kind {
            case "reservation.slipped":
                return .slipped(id, start: try time(start, reader), cause: try reader.required(cause, "cause"))
            case "reservation.firmed": return .firmed(id, start: try time(start, reader))
            case "reservation.started": return .started(id, try reader.required(active, "active"))
            case "reservation.extended":
                return .extended(id, span: Span(milliseconds: try reader.required(span, "span")))
            case "reservation.ending": return .ending(id, try reader.required(ending, "ending"))
            case "reservation.ended": return .ended(id, try reader.required(ended, "ended"))
            default: return nil
            }
        }

        private func time(_ milliseconds: Int64?, _ reader: JSONReader) throws(AllotAPI.JSONFault) -> Timestamp {
            Timestamp(milliseconds: try reader.required(milliseconds, "start"))
        }
    }
}
