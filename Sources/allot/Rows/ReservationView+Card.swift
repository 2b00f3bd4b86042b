import AllotAPI
import Units

extension ReservationView {
    func card(_ style: Style) -> [CardLine] {
        [CardLine("Reservation", id, tint: .strong), CardLine("State", stateText(style), tint: tint)]
            + CardLine.present([
                ("Needs the yes of", approver.map(Self.text)),
                ("Without it ends", approvalUntil.map(style.relativeTime)),
                ("Planned start", isUnstarted ? plannedStart.map(style.relativeTime) : nil),
                ("Firm", isFirm == true && kind == .queued ? "its turn comes before all that are not" : nil),
                ("First forecast", firstForecast.map { style.time($0) }),
                ("Started", startedAt.map { style.time($0) }),
                ("Ends", state == .active ? endsAt.map(style.relativeTime) : nil),
                ("Not used", unused.map { unusedText($0, style) }),
                ("Ended", endedAt.map { style.time($0) }),
                ("Gave way to", gaveWayTo), ("Waits again since", requeuedAt.map { style.time($0) }),
                ("Had to give way", preemptions.map { $0 == 1 ? "once" : "\($0) times" }),
                ("If its devices fail", requeue == true ? "it goes back into the queue" : nil),
                ("Exit code", exitCode.map { "\($0)" }),
                ("Asked for", request),
                ("Not before", notBefore.map { style.time($0) }),
                ("After", after.flatMap { $0.isEmpty ? nil : Style.list($0) }),
                ("Devices", devices.flatMap { $0.isEmpty ? nil : $0.joined(separator: ", ") }),
                ("Borrowed", isBorrowed == true ? "beyond its department's own quota" : nil),
                ("Cores", cores), ("NUMA nodes", numaNodes),
                ("Department", team.map { "\(department), team \($0)" } ?? department),
                ("User", user), ("Class", self.class),
                ("Shared with", shareWith.flatMap { $0.isEmpty ? nil : $0.joined(separator: ", ") }),
                ("Tags", tags.flatMap { $0.isEmpty ? nil : Exact.pairs($0) }),
                ("Command", command.flatMap { $0.isEmpty ? nil : $0.joined(separator: " ") }),
                ("Submitted", style.time(submittedAt)),
            ])
    }

    /// How it is not used, and what comes of it.
    private func unusedText(_ unused: Unused, _ style: Style) -> String {
        let since = unusedSince.map { " since \(style.time($0))" } ?? ""
        let release = releaseAt.map {
            "; released at \(style.time($0)) unless it is used, or extended with a reason"
        }
        switch unused {
        case .idle: return "idle\(since)\(release ?? "")"
        case .noShow: return "nothing was run in it\(since)\(release ?? "")"
        }
    }

    /// What was asked for, in a line.
    var request: String {
        var parts: [String] = []
        if gpus > 0 {
            let kind = model.map { " \($0)" } ?? ""
            let count = GPUCount.text(gpus, share: gpuShare)
            let memory = gpuMemoryBytes.map { " with \(Style.memory($0))" } ?? ""
            let group = together == .any ? "" : " together: \(together)"
            parts.append("\(count)\(kind) GPU\(gpus == 1 ? "" : "s")\(memory)\(group)")
        }
        parts.append("\(cpus) core\(cpus == 1 ? "" : "s")")
        parts.append(Style.memory(memoryBytes))
        for (name, count) in (licences ?? [:]).sorted(by: { $0.key < $1.key }) { parts.append("\(count) × \(name)") }
        parts.append("for \(Style.duration(seconds: durationSeconds))")
        return parts.joined(separator: ", ")
    }

    private func stateText(_ style: Style) -> String {
        switch state {
        case .waiting:
            switch (kind, ahead) {
            case (.window, _): "waiting for its time"
            case (.queued, nil): "waiting"
            case (.queued, 0?): "waiting, next in line"
            case (.queued, let ahead?): "waiting, \(ahead) before it"
            }
        case .awaitingApproval: "waiting for approval"
        case .active: "active now"
        case .ending: "ending: \(endReason.map(Self.text) ?? "its processes are being stopped")"
        case .ended: "ended: \(endReason.map(Self.text) ?? "over")"
        }
    }

    private var isUnstarted: Bool { state == .waiting || state == .awaitingApproval }

    static func text(_ approver: Approver) -> String {
        switch approver {
        case .manager: "a manager of its department, or an admin"
        case .admin: "an admin"
        }
    }

    static func text(_ reason: EndReason) -> String {
        switch reason {
        case .expired: "its time was over"
        case .cancelled: "cancelled"
        case .released: "released"
        case .commandEnded: "its command ended"
        case .failed: "the daemon could not make it hold"
        case .restarted: "the machine was started anew while its command ran"
        case .deviceFailed: "what it held has failed"
        case .drained: "what its window was to have is drained"
        case .preempted: "it had to give way to a higher class"
        case .reclaimed: "another department took back what it had lent"
        case .budget: "its department's budget is used up"
        case .idle: "it did next to nothing for too long"
        case .noShow: "nothing was run in it in time"
        case .notApproved: "nobody approved it in time"
        case .rejected: "it was not approved"
        case .missed: "its window passed before it could start"
        }
    }
}

/// What `reserve` answers: the few things that one wants to know then.
struct Submitted: CardDisplayable {
    let reservation: ReservationView

    static let columns = ReservationView.columns.map { $0.of { (outer: Submitted) in outer.reservation } }

    init(from decoder: any Decoder) throws {
        reservation = try ReservationView(from: decoder)
    }

    func card(_ style: Style) -> [CardLine] {
        let shown = [
            "Reservation", "State", "Needs the yes of", "Without it ends", "Planned start", "Devices", "Cores", "Ends",
            "Ended",
        ]
        var lines = reservation.card(style).filter { shown.contains($0.label) }
        if reservation.state == .waiting, let end = reservation.end {
            lines.append(CardLine("Planned end", style.time(end)))
        }
        return lines
    }
}
