import AllotAPI
import Scheduling
import Storage
import Units

extension Rejection {
    /// What the client is told: the kind, the field, and the numbers.
    var problem: Problem {
        switch self {
        case .asksForNothing:
            Problem(
                type: "/problems/asks-for-nothing", title: "Asks for nothing", status: 422,
                detail: "Ask for gpus, cpus or memoryBytes", field: "gpus")
        case .outOfRange(let field, let value, let limits):
            Problem(
                type: "/problems/out-of-range", title: "Out of range", status: 422,
                detail: "\(field) is \(value); it may be from \(limits.lowerBound) to \(limits.upperBound)",
                field: field,
                members: [
                    "value": .number(value), "minimum": .number(limits.lowerBound),
                    "maximum": .number(limits.upperBound),
                ])
        case .exceedsHost(let field, let asked, let largest):
            Problem(
                type: "/problems/exceeds-host", title: "More than the host has", status: 422,
                detail: "\(field) is \(asked); this host has \(largest)", field: field,
                members: ["asked": .number(asked), "largest": .number(largest)])
        case .tooFarApart(let together, let asked, let largest):
            Problem(
                type: "/problems/too-far-apart", title: "No group of devices is that large", status: 422,
                detail:
                    "\(asked) devices can not be together by \(together.rawValue); the largest group has \(largest)",
                field: "together", members: ["asked": .number(Int64(asked)), "largest": .number(Int64(largest))])
        case .unknownModel(let model, let known):
            Problem(
                type: "/problems/unknown-model", title: "No such model", status: 422,
                detail: "No device of model '\(model)' is here; there is: \(list(known))", field: "model",
                members: ["known": .texts(known)])
        case .notShared(let model, let shared):
            Problem(
                type: "/problems/not-shared", title: "Devices of that model are not shared", status: 422,
                detail: "A part of a device can be had of: \(list(shared))"
                    + (model.map { "; '\($0)' is held whole" } ?? ""), field: "gpuShare",
                members: ["shared": .texts(shared)])
        case .shareOfSeveral(let devices):
            Problem(
                type: "/problems/share-of-several", title: "A share is of one device", status: 422,
                detail: "gpuShare goes with gpus 1; gpus is \(devices)", field: "gpuShare")
        case .unknownClass(let id, let known):
            Problem(
                type: "/problems/unknown-class", title: "No such priority class", status: 422,
                detail: "There is no class '\(id)'; there is: \(list(known.map(\.text)))", field: "class",
                members: ["known": .texts(known.map(\.text))])
        default: quotaProblem ?? accountProblem ?? approvalProblem ?? timeProblem
        }
    }

    private var quotaProblem: Problem? {
        switch self {
        case .unknownLicence(let name, let known):
            Problem(
                type: "/problems/unknown-licence", title: "No such licence", status: 422,
                detail: "There is no licence '\(name.prefix(64))'; there is: \(list(known))", field: "licences",
                members: ["known": .texts(known)])
        case .exceedsLicences(let name, let asked, let count):
            Problem(
                type: "/problems/exceeds-licences", title: "More licences than there are", status: 422,
                detail: "\(asked) of licence '\(name)' are asked for; there are \(count)", field: "licences",
                members: ["licence": .text(name), "asked": .number(Int64(asked)), "limit": .number(Int64(count))])
        case .exceedsCap(let cap, let asked, let limit):
            Problem(
                type: "/problems/exceeds-cap", title: "More than a cap lets", status: 422,
                detail: "The policy's cap \(cap.rawValue) is \(limit)\(cap == .duration ? " s" : ""); asked for "
                    + "is \(asked)", field: cap == .duration ? "durationSeconds" : "gpus",
                members: ["cap": .text(cap.rawValue), "asked": .number(asked), "limit": .number(limit)])
        case .budgetExhausted(let shortage): shortage.problem
        case .exceedsQuota(let department, let model, let asked, let limit):
            Problem(
                type: "/problems/exceeds-quota", title: "More than the department's quota", status: 422,
                detail: "Department \(department) may hold \(limit) devices\(model.map { " of \($0)" } ?? "") at "
                    + "once, what it may borrow included; asked for is \(asked)", field: "gpus",
                members: Rejection.quota(department, model, asked: asked, limit: limit))
        case .windowExceedsNominal(let department, let model, let asked, let limit):
            Problem(
                type: "/problems/window-exceeds-nominal", title: "More than a window may take", status: 422,
                detail: "A window takes nothing borrowed: department \(department) has \(limit) devices"
                    + "\(model.map { " of \($0)" } ?? "") of its own; asked for is \(asked)", field: "gpus",
                members: Rejection.quota(department, model, asked: asked, limit: limit))
        default: nil
        }
    }

    private static func quota(
        _ department: DepartmentID, _ model: String?, asked: Int, limit: Int
    ) -> [String: Problem.Member] {
        var members: [String: Problem.Member] = [
            "department": .text(department.text), "asked": .number(Int64(asked)), "limit": .number(Int64(limit)),
        ]
        members["model"] = model.map { .text($0) }
        return members
    }

    private var accountProblem: Problem? {
        switch self {
        case .adminOnly:
            Problem(
                type: "/problems/forbidden", title: "Not permitted", status: 403, detail: "Only an admin may do that")
        case .notDrained:
            Problem(
                type: "/problems/not-drained", title: "Not drained", status: 409,
                detail: "Nothing of it is out of the plan")
        case .tooManyDrains(let limit):
            Problem(
                type: "/problems/too-many-drains", title: "Too many drains", status: 422,
                detail: "There are \(limit) drains, which is the limit; resume one, or drain several devices at once",
                members: ["limit": .number(Int64(limit))])
        case .notMember(let user):
            Problem(
                type: "/problems/not-a-member", title: "In no department", status: 403,
                detail: "The policy puts uid \(user) in no department; an admin can add you")
        case .notInTeam(let team, let own):
            Problem(
                type: "/problems/not-in-team", title: "Not in that team", status: 403,
                detail: "You are not in team '\(team)'; you are in: \(list(own.map(\.text)))", field: "team",
                members: ["own": .texts(own.map(\.text))])
        case .unknownReservation(let id):
            Problem(
                type: "/problems/unknown-reservation", title: "No such reservation", status: 404,
                detail: "There is no reservation \(id)", members: ["reservation": .text("\(id)")])
        case .notOwner(let id):
            Problem(
                type: "/problems/not-owner", title: "Not yours", status: 403,
                detail: "\(id) is another's; only its owner or an admin may do that",
                members: ["reservation": .text("\(id)")])
        case .alreadyEnded(let id):
            Problem(
                type: "/problems/already-ended", title: "Already ended", status: 409,
                detail: "\(id) has ended, or is ending", members: ["reservation": .text("\(id)")])
        case .notActive(let id):
            Problem(
                type: "/problems/not-active", title: "Not active", status: 409, detail: "\(id) is not active",
                members: ["reservation": .text("\(id)")])
        case .tooManyWaiting(let limit, let ofUser):
            Problem(
                type: "/problems/too-many-waiting", title: "The queue is full", status: 422,
                detail: ofUser
                    ? "You have \(limit) waiting reservations, which is the limit"
                    : "\(limit) reservations wait, which is the limit", members: ["limit": .number(Int64(limit))])
        default: nil
        }
    }

    private var timeProblem: Problem {
        switch self {
        case .startsInPast(let start, let now):
            Problem(
                type: "/problems/starts-in-past", title: "Starts in the past", status: 422,
                detail: "at is \(RFC3339.string(start)); it is \(RFC3339.string(now))", field: "at",
                members: ["now": .text(RFC3339.string(now))])
        case .beyondHorizon(let field, let time, let horizon):
            Problem(
                type: "/problems/beyond-horizon", title: "Too far ahead", status: 422,
                detail: "\(field) is \(RFC3339.string(time)); the calendar goes to \(RFC3339.string(horizon))",
                field: field, members: ["horizon": .text(RFC3339.string(horizon))])
        case .failsLater:
            Problem(
                type: "/problems/fails-later", title: "Fails now, not later", status: 422,
                detail: "What has failed has failed now: leave from out", field: "from")
        case .endsBeforeStart(let from, let until):
            Problem(
                type: "/problems/ends-before-start", title: "Ends before it begins", status: 422,
                detail: "until is \(RFC3339.string(until)), and it begins at \(RFC3339.string(from))", field: "until")
        case .windowWith(let field):
            Problem(
                type: "/problems/window-with", title: "Not for a window", status: 422,
                detail: "A reservation with a fixed start (at) takes no \(field)", field: field)
        case .windowDoesNotFit(let start, let nearest):
            Problem(
                type: "/problems/window-does-not-fit", title: "The calendar is full there", status: 409,
                detail:
                    "It does not fit at \(RFC3339.string(start)); it would fit at \(list(nearest.map(RFC3339.string)))",
                field: "at", members: ["nearest": .texts(nearest.map(RFC3339.string))])
        case .extensionDisplaces(let id, let latestEnd):
            Problem(
                type: "/problems/extension-displaces", title: "Others are planned there", status: 409,
                detail: "\(id) can be extended to \(RFC3339.string(latestEnd)) at most", field: "durationSeconds",
                members: ["reservation": .text("\(id)"), "latestEnd": .text(RFC3339.string(latestEnd))])
        default:
            Problem(type: "about:blank", title: "Refused", status: 422, detail: "\(self)")
        }
    }

    private func list(_ texts: [String]) -> String { texts.isEmpty ? "none" : texts.joined(separator: ", ") }
}

extension Problems {
    static func notStored(_ error: StoreError?) -> Problem {
        if case .diskFull = error {
            return Problem(
                type: "/problems/disk-full", title: "The disk is full", status: 507,
                detail: "No new work is taken until there is room; what runs goes on, and ends are recorded")
        }
        return Problem(
            type: "/problems/not-stored", title: "Could not be made durable", status: 503,
            detail: "Nothing has changed; try again in a moment")
    }

    static func backupRunning() -> Problem {
        Problem(
            type: "/problems/backup-running", title: "A backup is being taken", status: 503,
            detail: "Another backup is being read; try again when it is done")
    }

    static func noRoomForBackup() -> Problem {
        Problem(
            type: "/problems/disk-full", title: "The disk is full", status: 507,
            detail: "A backup is a copy in the state folder while it is read, and there is no room for it")
    }

    static func tooManyQuotes(_ allowance: RateLimit.Allowance) -> Problem {
        Problem(
            type: "/problems/too-many-quotes", title: "Too many questions at once", status: 429,
            detail: "You may ask for \(allowance.perSecond) quotes a second; wait a moment",
            members: ["perSecond": .number(allowance.perSecond), "atOnce": .number(allowance.atOnce)])
    }

    static func keyReused() -> Problem {
        Problem(
            type: "/problems/key-reused", title: "Another request had this key", status: 422,
            detail: "Idempotency-Key was sent before with another request; use a new one", field: "Idempotency-Key")
    }

    static func invalidField(_ field: String, _ detail: String) -> Problem {
        Problem(
            type: "/problems/invalid-field", title: "A field is not valid", status: 422, detail: "\(field): \(detail)",
            field: field)
    }

    static func forbidden(_ detail: String) -> Problem {
        Problem(type: "/problems/forbidden", title: "Not permitted", status: 403, detail: detail)
    }
}

extension Problem {
    /// The problem as a reply that can be stored.
    var reply: Reply {
        let made = ProblemReply(self)
        return Reply(status: status, contentType: Reply.problem, body: made.body)
    }
}
