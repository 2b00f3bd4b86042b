import AllotAPI
import Policy
import Units

/// Who may call which operation: one table, that the routes ask and `docs/access.md` shows.
///
/// What somebody may do is what all that one is adds up to: everybody is a user, and some have roles besides. The
/// engine checks again whose reservation it is.
enum Access {
    /// How far an operation reaches for somebody.
    enum Extent: Int, Comparable, CaseIterable {
        /// Refused.
        case none
        /// One's own, and what one shares; of the calendar, what everybody sees.
        case own
        /// That of the departments that one manages.
        case department
        case all

        static func < (left: Extent, right: Extent) -> Bool { left.rawValue < right.rawValue }
    }

    /// What somebody is, for the table.
    enum Capacity: String, CaseIterable {
        case user, manager, finance, auditor, admin
    }

    /// One line of the table.
    struct Row {
        var operation: Operation
        var user: Extent
        var manager: Extent
        var finance: Extent
        var auditor: Extent
        var admin: Extent

        init(
            _ operation: Operation, user: Extent = .none, manager: Extent? = nil, finance: Extent? = nil,
            auditor: Extent? = nil, admin: Extent? = nil
        ) {
            self.operation = operation
            self.user = user
            self.manager = manager ?? user
            self.finance = finance ?? user
            self.auditor = auditor ?? user
            self.admin = admin ?? user
        }

        subscript(capacity: Capacity) -> Extent {
            switch capacity {
            case .user: user
            case .manager: manager
            case .finance: finance
            case .auditor: auditor
            case .admin: admin
            }
        }
    }

    /// The operations by their ids in the OpenAPI document.
    enum Operation: String, CaseIterable {
        case showHost, listDevices, listDrains, drain, resume, showPlan, showFairShare, quoteReservation
        case listBudgets
        case listReservations, submitReservation, showReservation, explainReservation
        case cancelReservation, releaseReservation, extendReservation, approveReservation, rejectReservation
        case attachProcess, readLogs
        case showHealth, showMetrics, confirmClock, readEvents, takeBackup, showDescription, simulate
        case showPolicy, listPolicyVersions, listProposals, showProposal, previewPolicy, proposePolicy
        case approveProposal, rejectProposal
        case showUsage, showUnreservedUse, listInvoices, showInvoice, verifyInvoices
        case proposeFinance, listFinanceProposals, showFinanceProposal, approveFinanceProposal, rejectFinanceProposal
        case listPeriods, closePeriod, exportPeriod
        case listAudit, verifyAudit
    }

    static let table: [Row] = [
        Row(.showHost, user: .all), Row(.listDevices, user: .all), Row(.listDrains, user: .all),
        Row(.drain, admin: .all), Row(.resume, admin: .all),
        Row(.showPlan, user: .own, manager: .department, auditor: .all, admin: .all),
        Row(.showFairShare, user: .own, manager: .department, finance: .all, auditor: .all, admin: .all),
        Row(.listBudgets, user: .own, manager: .department, finance: .all, auditor: .all, admin: .all),
        Row(.quoteReservation, user: .own),
        Row(.listReservations, user: .own, manager: .department, auditor: .all, admin: .all),
        Row(.submitReservation, user: .own),
        Row(.showReservation, user: .own, manager: .department, auditor: .all, admin: .all),
        Row(.explainReservation, user: .own, manager: .department, auditor: .all, admin: .all),
        Row(.cancelReservation, user: .own, manager: .department, admin: .all),
        Row(.releaseReservation, user: .own, manager: .department, admin: .all),
        Row(.extendReservation, user: .own, manager: .department, admin: .all),
        Row(.approveReservation, manager: .department, admin: .all),
        Row(.rejectReservation, manager: .department, admin: .all),
        Row(.attachProcess, user: .own),
        Row(.readLogs, user: .own, auditor: .all, admin: .all),
        Row(.showHealth, user: .all), Row(.showMetrics, finance: .all, auditor: .all, admin: .all),
        Row(.showDescription, user: .all), Row(.confirmClock, admin: .all),
        Row(.readEvents, user: .own, manager: .department, auditor: .all, admin: .all),
        Row(.takeBackup, admin: .all),
        Row(.simulate, user: .own, auditor: .all, admin: .all),
        Row(.showPolicy, manager: .all, finance: .all, auditor: .all, admin: .all),
        Row(.listPolicyVersions, manager: .all, finance: .all, auditor: .all, admin: .all),
        Row(.listProposals, manager: .all, finance: .all, auditor: .all, admin: .all),
        Row(.showProposal, manager: .all, finance: .all, auditor: .all, admin: .all),
        Row(.previewPolicy, manager: .all, finance: .all, auditor: .all, admin: .all),
        Row(.proposePolicy, manager: .department, finance: .all, admin: .all),
        Row(.approveProposal, finance: .all, admin: .all),
        Row(.listAudit, auditor: .all, admin: .all), Row(.verifyAudit, auditor: .all, admin: .all),
        Row(.rejectProposal, manager: .own, finance: .all, admin: .all),
        Row(.showUsage, user: .own, manager: .department, finance: .all, auditor: .all, admin: .all),
        Row(.showUnreservedUse, user: .own, manager: .department, finance: .all, auditor: .all, admin: .all),
        Row(.listInvoices, manager: .department, finance: .all, auditor: .all, admin: .all),
        Row(.showInvoice, manager: .department, finance: .all, auditor: .all, admin: .all),
        Row(.verifyInvoices, finance: .all, auditor: .all, admin: .all),
        Row(.proposeFinance, finance: .all, admin: .all),
        Row(.listFinanceProposals, finance: .all, auditor: .all, admin: .all),
        Row(.showFinanceProposal, finance: .all, auditor: .all, admin: .all),
        Row(.approveFinanceProposal, finance: .all, admin: .all),
        Row(.rejectFinanceProposal, finance: .all, admin: .all),
        Row(.listPeriods, manager: .department, finance: .all, auditor: .all, admin: .all),
        Row(.closePeriod, finance: .all, admin: .all),
        Row(.exportPeriod, finance: .all, auditor: .all, admin: .all),
    ]

    private static let rows = Dictionary(table.map { ($0.operation, $0) }) { first, _ in first }

    /// The line of an operation; one without is for nobody.
    static func row(_ operation: Operation) -> Row { rows[operation] ?? Row(operation) }
}

extension Caller {
    /// What the caller is.
    var capacities: [Access.Capacity] {
        var all: [Access.Capacity] = [.user]
        if !subject.manages.isEmpty { all.append(.manager) }
        if roles.contains(.finance) { all.append(.finance) }
        if roles.contains(.auditor) { all.append(.auditor) }
        if roles.contains(.admin) { all.append(.admin) }
        return all
    }

    /// How far the operation reaches for the caller.
    func extent(of operation: Access.Operation) -> Access.Extent {
        let row = Access.row(operation)
        return capacities.map { row[$0] }.max() ?? .none
    }

    /// Whether the operation reaches what is that user's and that department's.
    func reaches(_ owner: UserID, _ department: DepartmentID, by operation: Access.Operation) -> Bool {
        switch extent(of: operation) {
        case .none: false
        case .own: owner == subject.user
        case .department: owner == subject.user || subject.manages.contains(department)
        case .all: true
        }
    }
}

extension Problems {
    /// The caller is none of those who may do that.
    static func roleNeeded(_ operation: Access.Operation) -> Problem {
        let row = Access.row(operation)
        let needed = Access.Capacity.allCases.filter { row[$0] > .none }.map(\.rawValue)
        return roleNeeded(needed.isEmpty ? ["admin"] : needed)
    }

    static func roleNeeded(_ needed: [String]) -> Problem {
        let listed = needed.joined(separator: " or ")
        return Problem(
            type: "/problems/forbidden", title: "Not permitted", status: 403,
            detail: "This takes the role \(listed), which the policy does not give you",
            members: ["needed": .texts(needed)])
    }
}
