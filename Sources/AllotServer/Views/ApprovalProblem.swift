import AllotAPI
import Policy
import Scheduling
import Units

extension Rejection {
    /// What the client is told where a yes is in question; nil for other rejections.
    var approvalProblem: Problem? {
        switch self {
        case .notAwaitingApproval(let id):
            Problem(
                type: "/problems/not-awaiting-approval", title: "Waits for no approval", status: 409,
                detail: "\(id) does not wait for anybody's approval", members: ["reservation": .text("\(id)")])
        case .awaitsApproval(let id):
            Problem(
                type: "/problems/awaits-approval", title: "Waits for approval", status: 409,
                detail: "\(id) waits for approval, and can only be approved, rejected or cancelled",
                members: ["reservation": .text("\(id)")])
        case .notApprover(let id, let department, let approver):
            Problem(
                type: "/problems/not-an-approver", title: "Not for you to approve", status: 403,
                detail: approver == .admin
                    ? "\(id) needs the yes or no of an admin"
                    : "\(id) needs the yes or no of a manager of department \(department), or of an admin",
                members: [
                    "reservation": .text("\(id)"), "department": .text(department.text),
                    "needed": .text(approver.rawValue),
                ])
        case .ownRequest(let id):
            Problem(
                type: "/problems/own-request", title: "Your own request", status: 403,
                detail: "\(id) is yours: somebody else has to approve or reject it; you can cancel it",
                members: ["reservation": .text("\(id)")])
        default: nil
        }
    }
}

extension Rejection.BudgetShortage {
    /// What the client is told: whose month, and what is left of it.
    var problem: Problem {
        let unit = currency.map { " \($0)" } ?? ""
        var members: [String: Problem.Member] = [
            "department": .text(department.text), "period": .text(period.monthText), "limit": .text("\(limit)"),
            "held": .text("\(held)"), "posted": .text("\(posted)"), "asked": .text("\(asked)"),
        ]
        members["currency"] = currency.map { .text($0) }
        return Problem(
            type: "/problems/budget-exhausted", title: "The budget has not so much left", status: 409,
            detail: "Of department \(department)'s budget for \(period.monthText), \(limit)\(unit), reservations hold "
                + "\(held) and \(posted) is spent; this would hold \(asked)", members: members)
    }
}

extension CivilDate {
    /// `2026-11`.
    var monthText: String { "\(year)-\(month < 10 ? "0" : "")\(month)" }
}
