import AllotAPI
import Policy
import Scheduling
import Units

/// Makes standings' views for one viewer: every department, and teams and users of the viewer's own departments.
struct FairShareViews: Sendable {
    let viewer: Caller
    /// Names of the users that come up; a user without one is shown by uid.
    var names: [UserID: String]

    func view(_ standing: FairShareReport.Standing) -> FairShareView.Standing? {
        guard viewer.extent(of: .showFairShare) == .all || standing.who.isDepartment || isOwn(standing.who.department)
        else { return nil }
        var view = FairShareView.Standing(
            level: standing.who.level, department: standing.who.department.text, weight: standing.shares,
            share: part(UInt64(max(standing.shares, 0)), of: UInt64(max(standing.allShares, 0))),
            usage: Millionths.text(standing.usage), usageShare: part(standing.usage, of: standing.allUsage),
            rank: standing.rank)
        switch standing.who {
        case .department: break
        case .team(let account): view.team = account.team?.text
        case .user(let key):
            view.team = key.account.team?.text
            view.user = name(key.user)
        }
        if standing.fairness.raw < .max {
            view.levelFairness = Millionths.text(
                UInt64(clamping: (UInt128(standing.fairness.raw) * UInt128(Millionths.one)) >> 32))
        }
        view.fairshare = standing.fairshare.map { Millionths.text(UInt64(max($0, 0))) }
        view.behind = standing.behind.map { label($0) }
        view.overtakes = standing.overtakes.map { DateTime($0) }
        return view
    }

    private func isOwn(_ department: DepartmentID) -> Bool {
        viewer.subject.manages.contains(department) || viewer.subject.accounts.contains { $0.department == department }
    }

    private func label(_ who: FairShareReport.Who) -> String {
        switch who {
        case .department(let id): id.text
        case .team(let account): account.team?.text ?? account.department.text
        case .user(let key): name(key.user)
        }
    }

    private func name(_ user: UserID) -> String { names[user] ?? user.description }

    private func part(_ amount: UInt64, of all: UInt64) -> String {
        guard all > 0 else { return Millionths.text(0) }
        return Millionths.text(UInt64(clamping: UInt128(amount) * UInt128(Millionths.one) / UInt128(all)))
    }
}

extension FairShareReport.Who {
    var department: DepartmentID {
        switch self {
        case .department(let id): id
        case .team(let account): account.department
        case .user(let key): key.account.department
        }
    }

    var isDepartment: Bool {
        if case .department = self { true } else { false }
    }

    fileprivate var level: FairShareView.Level {
        switch self {
        case .department: .department
        case .team: .team
        case .user: .user
        }
    }
}

/// Whole millionths as decimal text.
enum Millionths {
    static let one: UInt64 = 1_000_000

    static func text(_ amount: UInt64) -> String {
        let digits = String(amount % one)
        return "\(amount / one)." + String(repeating: "0", count: 6 - digits.count) + digits
    }
}
