import AllotAPI
import Policy
import Scheduling
import Units

/// A reservation as JSON, in the journal's `reservation.submitted` and in the projection. The format is for ever: a
/// field keeps its meaning, and new ones may be absent. Times and spans are whole milliseconds.
enum ReservationRecord {
    static func write(_ reservation: Reservation, to writer: inout JSONWriter) {
        writer.openObject()
        writer.field("id", reservation.id.number)
        writer.field("owner", reservation.owner.uid)
        writer.field("department", reservation.account.department.text)
        writer.field("team", reservation.account.team?.text)
        writer.field("class", reservation.priorityClass.text)
        writeDemand(reservation.demand, to: &writer)
        if case .window(let start, let devices) = reservation.kind {
            writer.field("windowStart", start.milliseconds)
            writeDevices("windowDevices", devices, to: &writer)
            if reservation.windowHost != 0 { writer.field("windowHost", reservation.windowHost) }
        }
        writer.field("span", reservation.span.milliseconds)
        writer.field("notBefore", reservation.notBefore?.milliseconds)
        writeNumbers("after", reservation.after.map(\.number), to: &writer)
        writeNumbers("sharedWith", reservation.sharedWith.map { Int64($0.uid) }, to: &writer)
        if reservation.hasCommand {
            writer.name("hasCommand" as StaticString)
            writer.bool(true)
        }
        if reservation.isRequeued {
            writer.name("isRequeued" as StaticString)
            writer.bool(true)
        }
        writer.field("submittedAt", reservation.submittedAt.milliseconds)
        writer.field("firstForecast", reservation.firstForecast?.milliseconds)
        writer.field("forecast", reservation.forecast?.milliseconds)
        if reservation.isFirm {
            writer.name("isFirm" as StaticString)
            writer.bool(true)
        }
        if reservation.preemptions > 0 { writer.field("preemptions", reservation.preemptions) }
        writer.field("requeuedAt", reservation.requeuedAt?.milliseconds)
        writer.field("approvalUntil", reservation.approval?.until.milliseconds)
        writer.field("approver", reservation.approval?.approver.rawValue)
        writeMoney("holds", reservation.holds, to: &writer)
        writeState(reservation.state, to: &writer)
        writer.closeObject()
    }

    static func writeActive(_ active: Reservation.Active, to writer: inout JSONWriter) {
        writer.openObject()
        if active.grant.host != 0 { writer.field("host", active.grant.host) }
        writeDevices("devices", active.grant.devices, to: &writer)
        writer.field("cores", active.grant.cores.list)
        writer.field("numaNodes", active.grant.numaNodes.list)
        writer.field("memory", active.grant.memory.bytes)
        writer.field("startedAt", active.startedAt.milliseconds)
        writer.field("endsAt", active.endsAt.milliseconds)
        if active.weight != 0 { writer.field("weight", active.weight) }
        if active.isBorrowed {
            writer.name("isBorrowed" as StaticString)
            writer.bool(true)
        }
        writer.closeObject()
    }

    static func writeReason(_ reason: EndReason, to writer: inout JSONWriter) {
        switch reason {
        case .expired: writer.field("reason", "expired")
        case .cancelled(let by):
            writer.field("reason", "cancelled")
            writer.field("by", by.uid)
        case .released(let by):
            writer.field("reason", "released")
            writer.field("by", by.uid)
        case .commandEnded(let code):
            writer.field("reason", "commandEnded")
            writer.field("exitCode", code)
        case .failed: writer.field("reason", "failed")
        case .restarted: writer.field("reason", "restarted")
        case .missed: writer.field("reason", "missed")
        case .deviceFailed: writer.field("reason", "deviceFailed")
        case .drained: writer.field("reason", "drained")
        case .budget: writer.field("reason", "budget")
        case .idle: writer.field("reason", "idle")
        case .noShow: writer.field("reason", "noShow")
        case .notApproved: writer.field("reason", "notApproved")
        case .rejected(let by):
            writer.field("reason", "rejected")
            writer.field("by", by.uid)
        case .preempted(let claimant, let isReclaim):
            writer.field("reason", isReclaim ? "reclaimed" : "preempted")
            writer.field("for", claimant.number)
        }
    }

    static func writeEnding(_ ending: Reservation.Ending, to writer: inout JSONWriter) {
        writer.openObject()
        writer.field("at", ending.at.milliseconds)
        writeReason(ending.reason, to: &writer)
        if !ending.deviceTime.isEmpty {
            writer.name("deviceTime" as StaticString)
            writeMonths(ending.deviceTime.map { ($0.start, $0.amount) }, to: &writer)
        }
        writeMoney("posts", ending.posts, to: &writer)
        writer.closeObject()
    }

    static func writeEnded(_ ended: Reservation.Ended, to writer: inout JSONWriter) {
        writer.openObject()
        if let active = ended.active {
            writer.name("active" as StaticString)
            writeActive(active, to: &writer)
        }
        writer.field("at", ended.at.milliseconds)
        writeReason(ended.reason, to: &writer)
        writer.closeObject()
    }

    private static func writeState(_ state: Reservation.State, to writer: inout JSONWriter) {
        switch state {
        case .waiting: break
        case .active(let active):
            writer.name("active" as StaticString)
            writeActive(active, to: &writer)
        case .ending(let active, let ending):
            writer.name("active" as StaticString)
            writeActive(active, to: &writer)
            writer.name("ending" as StaticString)
            writeEnding(ending, to: &writer)
        case .ended(let ended):
            writer.name("ended" as StaticString)
            writeEnded(ended, to: &writer)
        }
    }

    private static func writeDemand(_ demand: Demand, to writer: inout JSONWriter) {
        writer.field("gpus", demand.devices)
        writer.field("gpuThousandths", demand.share?.thousandths)
        writer.field("gpuMemory", demand.deviceMemory?.bytes)
        writer.field("model", demand.model)
        writer.field("together", demand.together.rawValue)
        writer.field("cpus", demand.cores)
        writer.field("memory", demand.memory.bytes)
        guard !demand.licences.isEmpty else { return }
        writer.name("licences" as StaticString)
        writer.openObject()
        for licence in demand.licences {
            writer.name(licence.name)
            writer.integer(licence.count)
        }
        writer.closeObject()
    }

    static func writeDevices(_ name: StaticString, _ devices: DeviceSet, to writer: inout JSONWriter) {
        writer.name(name)
        writer.openArray()
        for device in devices { writer.integer(device) }
        writer.closeArray()
    }

    /// Millionths of the currency's unit, by month; nothing for none.
    private static func writeMoney(_ name: StaticString, _ amounts: [MonthAmount], to writer: inout JSONWriter) {
        guard !amounts.isEmpty else { return }
        writer.name(name)
        writeMonths(amounts.map { ($0.month, $0.amount.microunits) }, to: &writer)
    }

    /// Amounts by the first instants of their months, as pairs of numbers.
    static func writeMonths(_ months: [(start: Timestamp, amount: Int64)], to writer: inout JSONWriter) {
        writer.openArray()
        for month in months {
            writer.openArray()
            writer.integer(month.start.milliseconds)
            writer.integer(month.amount)
            writer.closeArray()
        }
        writer.closeArray()
    }

    private static func writeNumbers(_ name: StaticString, _ numbers: [Int64], to writer: inout JSONWriter) {
        guard !numbers.isEmpty else { return }
        writer.name(name)
        writer.openArray()
        for number in numbers { writer.integer(number) }
        writer.closeArray()
    }
}

extension ReservationRecord {
    /// The record by itself.
    static func bytes(_ reservation: Reservation) -> [UInt8] {
        var writer = JSONWriter(capacity: 384)
        write(reservation, to: &writer)
        return writer.bytes
    }

    /// Reads a record that stands by itself.
    static func reservation(_ bytes: [UInt8]) throws(AllotAPI.JSONFault) -> Reservation {
        var reader = JSONReader(bytes)
        return try read(from: &reader)
    }
}
