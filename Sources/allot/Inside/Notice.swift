import AllotAPI

/// What somebody who works inside a reservation should know of it.
enum Notice: Hashable {
    case endsSoon(DateTime)
    case unused(ReservationView.Unused, releaseAt: DateTime?)
    case ending(ReservationView.EndReason?)
    case ended(ReservationView.EndReason?)
    /// It had to give way, or what it held has failed, and it waits for another turn.
    case waitsAgain

    /// What there is to know now.
    static func current(of view: ReservationView) -> [Notice] {
        switch view.state {
        case .active:
            let end = view.endsSoon == true ? view.endsAt : nil
            return [end.map { .endsSoon($0) }, view.unused.map { .unused($0, releaseAt: view.releaseAt) }]
                .compactMap { $0 }
        case .ending: return [.ending(view.endReason)]
        case .ended: return [.ended(view.endReason)]
        case .waiting, .awaitingApproval: return [.waitsAgain]
        }
    }

    /// A line for a terminal.
    func text(of id: String, _ style: Style) -> String {
        switch self {
        case .endsSoon(let end):
            return "\(id) ends at \(style.relativeTime(end)), and what runs in it is stopped then; "
                + "for more time: allot extend \(id) --for 1h"
        case .unused(let unused, let release):
            let what = unused == .idle ? "is idle" : "has had nothing run in it"
            guard let release else { return "\(id) \(what)" }
            return "\(id) \(what), and is released at \(style.relativeTime(release)); "
                + "to keep it, use it, or: allot extend \(id) --for 1h --reason '...'"
        case .ending(let reason):
            return "\(id) is ending, \(Notice.text(reason)): what runs in it is being stopped"
        case .ended(let reason): return "\(id) has ended: \(Notice.text(reason))"
        case .waitsAgain: return "\(id) is over for now, and waits for its next turn: allot show \(id)"
        }
    }

    private static func text(_ reason: ReservationView.EndReason?) -> String {
        reason.map(ReservationView.text) ?? "it is over"
    }
}
