import AllotAPI
import Storage
import Units

/// A command that was refused.
struct Refusal: Sendable, Hashable {
    var user: UserID
    /// The operation's id in the OpenAPI document.
    var operation: String
    /// The problem's type.
    var type: String
    var status: Int
    /// The roles of which one was needed; empty where that was not why.
    var needed: [String] = []
    var reservation: ReservationID?

    init(user: UserID, operation: String, problem: Problem, reservation: ReservationID? = nil) {
        self.user = user
        self.operation = operation
        self.reservation = reservation
        type = problem.type
        status = problem.status
        if case .texts(let texts)? = problem.members["needed"] { needed = texts }
    }
}

/// Which refusals are journaled at once, and which are only counted: the first of each user, operation and reason at
/// once, the same again counted, and the count written once a minute. So a flood fills neither disk nor memory.
struct RefusalTrail: Sendable {
    /// A count of refusals of one user, operation and reason.
    struct Counted: Sendable, Hashable {
        /// The first one; for `others`, one of them.
        var refusal: Refusal
        /// Whether it stands for different operations or reasons.
        var isOthers = false
        var caller: Int64?
        var count: Int64
        var from: Timestamp
        var until: Timestamp
    }

    private struct Key: Hashable {
        var user: UserID
        var operation: String
        var type: String

        init(_ refusal: Refusal) {
            (user, operation, type) = (refusal.user, refusal.operation, refusal.type)
        }
    }

    /// Those of the last minute that a row has been written for; their counts are since that.
    private var known: [Key: Counted] = [:]
    private var others: [UserID: Counted] = [:]
    private var kept: [UserID: Int] = [:]
    private var writtenAt: Timestamp?

    /// Takes a refusal in; whether it is to be journaled now.
    mutating func isFirst(_ refusal: Refusal, at time: Timestamp) -> Bool {
        if writtenAt == nil { writtenAt = time }
        let key = Key(refusal)
        if known[key] != nil {
            known[key]?.add(at: time)
            return false
        }
        let hasRoom =
            kept[refusal.user, default: 0] < Limits.refusalsOfUser
            && (kept[refusal.user] != nil || kept.count < Limits.refusedUsers)
        guard hasRoom else {
            // One count for all that do not get one of their own: of the user, or of everybody past so many users.
            let user = kept[refusal.user] != nil ? refusal.user : RefusalTrail.everybody
            if others[user] == nil {
                var some = refusal
                some.user = user
                some.reservation = nil
                others[user] = Counted(refusal: some, isOthers: true, count: 0, from: time, until: time)
            }
            others[user]?.add(at: time)
            return false
        }
        kept[refusal.user, default: 0] += 1
        known[key] = Counted(refusal: refusal, count: 0, from: time, until: time)
        return true
    }

    /// Notes the row that says who was refused, for the counts that follow.
    mutating func name(_ refusal: Refusal, caller: Int64) { known[Key(refusal)]?.caller = caller }

    /// Counts one whose own row could not be written.
    mutating func again(_ refusal: Refusal, at time: Timestamp) { known[Key(refusal)]?.add(at: time) }

    /// The counts that are to be written: when a minute has passed, or all at the end. What has come to rest is
    /// forgotten.
    mutating func due(at time: Timestamp, all: Bool = false) -> [Counted] {
        guard let writtenAt, all || time - writtenAt >= Limits.refusalInterval else { return [] }
        self.writtenAt = nil
        let counted = (Array(known.values) + Array(others.values)).filter { $0.count > 0 }
        known = known.filter { $0.value.count > 0 }
        kept = [:]
        for key in known.keys { kept[key.user, default: 0] += 1 }
        for key in known.keys {
            known[key]?.count = 0
            known[key]?.from = time
        }
        others = [:]
        if !known.isEmpty { self.writtenAt = time }
        return counted.sorted { ($0.refusal.user.uid, $0.from) < ($1.refusal.user.uid, $1.from) }
    }

    /// Gives counts back that could not be written.
    mutating func giveBack(_ counted: [Counted], at time: Timestamp) {
        for item in counted {
            if item.isOthers { others[item.refusal.user] = item } else { known[Key(item.refusal)] = item }
        }
        writtenAt = time
    }

    /// The kernel's "no user" (-1), who can not ask.
    private static let everybody = UserID(.max)
}

extension RefusalTrail.Counted {
    /// The row that has the count.
    var event: JournalEvent {
        refusal.event(count: count, from: from, until: until, isOthers: isOthers, caller: caller)
    }

    fileprivate mutating func add(at time: Timestamp) {
        if count == 0 { from = time }
        count += 1
        until = time
    }
}

extension Refusal {
    /// The journal's row for so many of it.
    func event(
        count: Int64 = 1, from: Timestamp, until: Timestamp, isOthers: Bool = false, caller: Int64?
    ) -> JournalEvent {
        var writer = JSONWriter(capacity: 160)
        writer.openObject()
        writer.field("operation", isOthers ? "others" : operation)
        writer.field("type", isOthers ? "others" : type)
        writer.field("status", Int64(status))
        if !needed.isEmpty { writer.field("needed", needed) }
        writer.field("count", count)
        if count > 1 { writer.field("since", RFC3339.string(from)) }
        writer.closeObject()
        return JournalEvent(
            at: until, actor: user.uid == .max ? nil : user,
            kind: status == 403 ? AuditKind.accessDenied : AuditKind.commandRefused, payload: writer.bytes,
            reservation: reservation, caller: caller)
    }
}
