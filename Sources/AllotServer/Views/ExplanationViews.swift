import AllotAPI
import Scheduling
import Units

extension Explanation {
    /// As the API shows it.
    var view: ExplanationView {
        ExplanationView(
            id: id.description, start: start.map { DateTime($0) }, blockers: blockers.map(\.view),
            changes: changes.map(\.view))
    }
}

extension Explanation.Blocker {
    fileprivate var view: ExplanationView.Blocker {
        var view = ExplanationView.Blocker(kind)
        switch self {
        case .approval(let approval):
            (view.subject, view.until) = (approval.approver.rawValue, DateTime(approval.until))
        case .window(let start), .notBefore(let start): view.until = DateTime(start)
        case .after(let id, let until): (view.subject, view.until) = (id.description, DateTime(until))
        case .devices(let free, let asked, let holders), .cores(let free, let asked, let holders):
            (view.free, view.asked, view.holders) = (Int64(free), Int64(asked), holders.map(\.view))
        case .drained(let devices, let isHost, let until):
            (view.used, view.until) = (Int64(devices), until.map { DateTime($0) })
            view.subject = isHost ? "host" : nil
        case .memory(let free, let asked, let holders):
            (view.free, view.asked, view.holders) = (free.bytes, asked.bytes, holders.map(\.view))
        case .windows(let holders): view.holders = holders.map(\.view)
        case .counted(let what, let used, let asked, let limit, let until):
            (view.used, view.asked, view.limit) = (used.roundedUp, asked.roundedUp, limit.roundedUp)
            view.until = until == .distantFuture ? nil : DateTime(until)
            if case .licence(let name) = what { view.subject = name }
        case .quota(let department, let used, let asked, let limit, let until):
            (view.subject, view.used, view.asked) = (department.text, used.roundedUp, asked.roundedUp)
            view.limit = limit?.roundedUp
            view.until = until == .distantFuture ? nil : DateTime(until)
        case .order(let ahead, let first): (view.ahead, view.holders) = (ahead, first.map(\.view))
        }
        return view
    }

    private var kind: ExplanationView.Kind {
        switch self {
        case .approval: .approval
        case .window: .window
        case .notBefore: .notBefore
        case .after: .after
        case .devices: .devices
        case .cores: .cores
        case .drained: .drained
        case .memory: .memory
        case .windows: .windows
        case .counted(.licence, _, _, _, _): .licence
        case .counted(.devicesPerTeam, _, _, _, _): .devicesPerTeam
        case .counted(.devicesPerUser, _, _, _, _): .devicesPerUser
        case .counted(.deviceHours, _, _, _, _): .deviceHours
        case .quota: .quota
        case .order: .order
        }
    }
}

extension Explanation.Holder {
    var view: ExplanationView.Holder {
        ExplanationView.Holder(
            id: id.description, department: department.text, gpus: devices, cpus: cores, from: DateTime(from),
            until: DateTime(until))
    }
}

extension Explanation.Change {
    fileprivate var view: ExplanationView.Change {
        var view = ExplanationView.Change(start: DateTime(start))
        switch kind {
        case .devices(let count): view.gpus = count
        case .model(let model): view.model = model ?? "any"
        case .anywhere: view.together = .any
        case .span(let span): view.durationSeconds = span.wholeSeconds
        case .priorityClass(let id): view.class = id.text
        case .withoutLicences: view.licences = [:]
        case .anytime: view.anytime = true
        }
        return view
    }
}
