import AllotAPI
import Policy
import Scheduling
import Units

/// An event as the journal's payload: JSON, for ever. The kind stands in a column of its own.
enum EventRecord {
    static let drainedKind = "host.drained"

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
        case .moved(_, let devices): ReservationRecord.writeDevices("devices", devices, to: &writer)
        case .reassigned(_, let account):
            writer.field("department", account.department.text)
            writer.field("team", account.team?.text)
        case .requeued(_, let time): writer.field("at", time.milliseconds)
        case .credited(_, let credit):
            writer.field("from", credit.from.milliseconds)
            writer.field("to", credit.to.milliseconds)
        case .held(_, let holds):
            writer.name("holds" as StaticString)
            ReservationRecord.writeMonths(holds.map { ($0.month, $0.amount.microunits) }, to: &writer)
        case .approved(_, let user, let start):
            writer.field("by", user.uid)
            writer.field("start", start?.milliseconds)
        case .budgetThreshold(let department, let month, let percent):
            writer.field("department", department.text)
            writer.field("month", month.milliseconds)
            writer.field("percent", percent)
        case .drained(let drain): DrainRecord.writeFields(drain, to: &writer)
        case .resumed(let time, let devices, let isHost, let host):
            writer.field("at", time.milliseconds)
            if host != 0 { writer.field("host", host) }
            ReservationRecord.writeDevices("devices", devices, to: &writer)
            if isHost {
                writer.name("isHost" as StaticString)
                writer.bool(true)
            }
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
        // What the daemon notes of itself has fields of its own.
        guard ["reservation.", "host.", "fairShare.", "budget."].contains(where: kind.hasPrefix) else { return nil }
        if kind == "host.restarted" { return nil }
        var reader = JSONReader(payload)
        if kind == "reservation.submitted" { return .submitted(try ReservationRecord.read(from: &reader)) }
        if kind == drainedKind { return .drained(try DrainRecord.read(from: &reader)) }
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
        var from: Int64?
        var to: Int64?
        var devices = DeviceSet()
        var isHost = false
        var host = 0
        var department: String?
        var team: String?
        var active: Reservation.Active?
        var ending: Reservation.Ending?
        var ended: Reservation.Ended?
        var holds: [MonthAmount] = []
        var by: UInt32?
        var month: Int64?
        var percent: Int?

        mutating func read(_ name: JSONName, _ reader: inout JSONReader) throws(AllotAPI.JSONFault) {
            switch name {
            case "id": id = try reader.integer()
            case "start": start = try reader.integer()
            case "cause": cause = try reader.choice()
            case "span": span = try reader.integer()
            case "at": at = try reader.integer()
            case "from": from = try reader.integer()
            case "to": to = try reader.integer()
            case "devices": devices = try ReservationRecord.readDevices(from: &reader)
            case "isHost": isHost = try reader.bool()
            case "host": host = try reader.integer()
            case "department": department = try reader.string()
            case "team": team = try reader.string()
            case "halfLife": halfLife = try reader.integer()
            case "active": active = try ReservationRecord.readActive(from: &reader)
            case "ending": ending = try ReservationRecord.readEnding(from: &reader)
            case "ended": ended = try ReservationRecord.readEnded(from: &reader)
            case "holds": holds = try ReservationRecord.readMoney(from: &reader)
            case "by": by = try reader.integer()
            case "month": month = try reader.integer()
            case "percent": percent = try reader.integer()
            default: try reader.skip()
            }
        }

        func event(kind: String, at reader: JSONReader) throws(AllotAPI.JSONFault) -> Event? {
            if kind == "fairShare.changed" {
                return .fairShareChanged(
                    at: Timestamp(milliseconds: try reader.required(at, "at")),
                    halfLife: Span(milliseconds: try reader.required(halfLife, "halfLife")))
            }
            if kind == "host.resumed" {
                return .resumed(
                    at: Timestamp(milliseconds: try reader.required(at, "at")), devices: devices, isHost: isHost,
                    host: host)
            }
            if kind == "budget.threshold" {
                return .budgetThreshold(
                    DepartmentID(try reader.required(department, "department")),
                    month: Timestamp(milliseconds: try reader.required(month, "month")),
                    percent: try reader.required(percent, "percent"))
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
            case "reservation.moved": return .moved(id, devices: devices)
            case "reservation.reassigned":
                let account = Account(
                    department: DepartmentID(try reader.required(department, "department")),
                    team: team.map { TeamID($0) })
                return .reassigned(id, account: account)
            case "reservation.requeued":
                return .requeued(id, at: Timestamp(milliseconds: try reader.required(at, "at")))
            case "reservation.credited":
                let from = Timestamp(milliseconds: try reader.required(from, "from"))
                return .credited(id, Credit(from: from, to: Timestamp(milliseconds: try reader.required(to, "to"))))
            case "reservation.held": return .held(id, holds)
            case "reservation.approved":
                return .approved(
                    id, by: UserID(try reader.required(by, "by")), start: start.map { Timestamp(milliseconds: $0) })
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
