import AllotAPI
import Units

@testable import allot

/// Things to show.
enum Sample {
    static let now = Timestamp(milliseconds: 1_795_426_200_000)  // 2026-11-23T09:30:00Z

    static func style(width: Int? = nil, isColoured: Bool = false, isUnicode: Bool = true) -> Style {
        Style(zone: .utc, now: now, isColoured: isColoured, isUnicode: isUnicode, width: width)
    }

    static func reservation(
        _ number: Int, _ state: ReservationView.State = .waiting, user: String? = "ada", model: String? = "H100"
    ) -> ReservationView {
        var view = ReservationView(
            id: "r-\(number)", state: state, kind: .queued, department: "research", gpus: 2, model: model,
            together: .nvlink, cpus: 16, memoryBytes: 64 << 30, durationSeconds: 14_400, submittedAt: DateTime(now),
            class: "standard")
        view.user = user
        switch state {
        case .waiting:
            view.plannedStart = DateTime(now + .hours(1))
            view.ahead = number
        case .awaitingApproval: view.approvalUntil = DateTime(now + .hours(1))
        case .active, .ending:
            view.startedAt = DateTime(now)
            view.endsAt = DateTime(now + .hours(4))
        case .ended:
            view.endedAt = DateTime(now)
            view.endReason = .cancelled
        }
        return view
    }

    static func json(_ view: ReservationView) -> String {
        let page = String(decoding: Page(items: [view]).json, as: UTF8.self)
        return String(page.dropFirst("{\"items\":[".count).dropLast("]}".count))
    }

    static func health(sequence: Int64) -> String {
        #"{"status":"ok","version":"0","time":"2026-11-23T09:30:00Z","clock":{"differenceMilliseconds":0,"#
            + #""isDisputed":false},"journalSequence":\#(sequence),"waiting":0,"active":0,"#
            + #""executor":"process","problems":[],"remarks":[]}"#
    }

    static func lines(_ text: [UInt8]) -> [String] {
        String(decoding: text, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .map(String.init)
    }
}
