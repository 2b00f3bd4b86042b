import AllotAPI
import Units

extension ExplanationView: CardDisplayable {
    static let columns: [Column<ExplanationView>] = [
        .exact("id") { $0.id },
        .exact("start") { Exact.time($0.start) },
        .exact("blockers") { $0.blockers.map(\.kind.rawValue).joined(separator: " ") },
    ]

    func card(_ style: Style) -> [CardLine] { [] }

    func drawing(_ style: Style) -> String? {
        guard !blockers.isEmpty else { return "\(id) started at \(style.time(start)): nothing stands in its way.\n" }
        let planned = start.map { "is planned to start \(style.relativeTime($0))" } ?? "has no start as things are"
        var lines = ["\(id) \(planned). In its way now:"]
        for (number, blocker) in blockers.enumerated() {
            lines.append("  \(number + 1). \(blocker.text(style))")
            lines += (blocker.holders ?? []).map { "       \($0.text(style))" }
        }
        // Who waits for a yes has no use for a change.
        let isKeptOut = blockers.contains { $0.kind == .approval }
        if changes.isEmpty, !isKeptOut {
            lines.append("No single change of what it asks for starts it sooner.")
        } else if !changes.isEmpty {
            lines.append("One of these starts it sooner:")
            lines += changes.map { "  \($0.text) - \(style.relativeTime($0.start))" }
        }
        return lines.map { DisplayText.printable($0) + "\n" }.joined()
    }
}

extension ExplanationView.Blocker {
    fileprivate func text(_ style: Style) -> String {
        let end = until.map { ", until \(style.time($0))" } ?? ""
        switch kind {
        case .approval:
            let who = subject == "admin" ? "an admin" : "a manager of its department, or an admin"
            return "it needs the yes of \(who); without it, it ends \(style.time(until))"
        case .window: return "it is a window, and this is its time: \(style.time(until))"
        case .notBefore: return "it was asked for from \(style.time(until)) on"
        case .after: return "it waits for the end of \(subject ?? "another")\(end)"
        case .devices: return "GPUs: \(asked ?? 0) asked for, \(free ?? 0) of those that it may get are free"
        case .cores: return "cores: \(asked ?? 0) asked for, \(free ?? 0) free"
        case .memory: return "memory: \(Style.memory(asked)) asked for, \(Style.memory(free)) free"
        case .windows: return "windows begin before it would end, on what it would take"
        case .licence: return "licence \(subject ?? ""): \(counts)\(end)"
        case .devicesPerTeam: return "the cap of its team: \(counts)\(end)"
        case .deviceHours: return "the device-hours of its owner in the month: \(counts)\(end)"
        case .devicesPerUser: return "the cap of its owner: \(counts)\(end)"
        case .quota: return "the quota of department \(subject ?? ""): \(counts)\(end)"
        case .drained:
            let what = subject == "host" ? "the host" : "\(used ?? 0) of the GPUs that it may get"
            return "\(what) out of the plan\(until == nil ? ", until an admin resumes it" : end)"
        case .order: return "\(ahead ?? 0) served before it, and what is free is planned for them"
        }
    }

    private var counts: String {
        let rest = limit.map { " of \($0)" } ?? ", and what is left is kept for others"
        return "\(asked ?? 0) asked for, \(used ?? 0) in use\(rest)"
    }
}

extension ExplanationView.Holder {
    fileprivate func text(_ style: Style) -> String {
        let what = gpus > 0 ? "\(gpus) GPU\(gpus == 1 ? "" : "s")" : "\(cpus) core\(cpus == 1 ? "" : "s")"
        return "\(id) of \(department): \(what), \(style.time(from)) to \(style.time(until))"
    }
}

extension ExplanationView.Change {
    fileprivate var text: String {
        if let gpus { return "\(gpus) GPU\(gpus == 1 ? "" : "s")" }
        if let model { return model == "any" ? "GPUs of any model" : "GPUs of model \(model)" }
        if together != nil { return "GPUs wherever they are" }
        if let durationSeconds { return "for \(Style.duration(seconds: durationSeconds))" }
        if anytime == true { return "as soon as there is room, whatever the time asked for" }
        if let name = self.class { return "class \(name)" }
        return "without its licences"
    }
}
