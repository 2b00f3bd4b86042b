public import Policy
public import Units

/// What an export is about, beside the usage records: the invoices that its rows add up to, and what ids are called.
///
/// Sealed documents hold ids; the names beside them in an export are those of the time at which it is made.
public struct ExportContext: Sendable {
    /// The machine's name: resources are `HOST/DEVICE`.
    public var host: String
    public let period: Period
    public let zone: Zone
    /// From the period's first instant to the next one's.
    let range: Range<Timestamp>
    /// ISO 4217.
    public var currency: String
    public var issuer: Issuer
    /// Of the departments that are exported, for one period; in the order of their departments.
    public var invoices: [Invoice]
    /// The one department that is exported, and whose records alone are taken; nil for all.
    public var department: DepartmentID?
    /// When the period was closed; nil while it is open and its invoices are drafts.
    public var closedAt: Timestamp?
    /// The last that the export knows of: when the period was closed, or the time of the journal's last event.
    public var asOf: Timestamp
    public var names: ExportNames
    /// The name of the rule that distributes shared cost.
    public var sharedRule: String
    /// Whether rows of use are cut at each whole hour of UTC too.
    public var isSplitByHour: Bool
    public var accounts: ChargebackRules.LedgerAccounts

    public init(
        host: String, period: Period, zone: Zone, currency: String, issuer: Issuer, invoices: [Invoice],
        department: DepartmentID? = nil, closedAt: Timestamp? = nil, asOf: Timestamp,
        names: ExportNames = ExportNames(), sharedRule: String = "none", isSplitByHour: Bool = false,
        accounts: ChargebackRules.LedgerAccounts = .init()
    ) {
        self.host = host
        self.period = period
        self.zone = zone
        range = period.range(in: zone)
        self.currency = currency
        self.issuer = issuer
        self.invoices = invoices.sorted { $0.department < $1.department }
        self.department = department
        self.closedAt = closedAt
        self.asOf = asOf
        self.names = names
        self.sharedRule = sharedRule
        self.isSplitByHour = isSplitByHour
        self.accounts = accounts
    }

    /// Who writes the invoices, and to whom.
    public struct Issuer: Sendable, Hashable {
        /// Who runs the machine.
        public var name: String
        /// The id of the organisation that the departments are of. FOCUS readers take one of digits alone for a
        /// number.
        public var account: String
        /// The organisation's name.
        public var accountName: String

        public init(name: String, account: String, accountName: String) {
            self.name = name
            self.account = account
            self.accountName = accountName
        }
    }

    /// The period's last day: what ledgers are dated.
    var lastDay: CivilDate { CivilDate(daysSinceEpoch: period.next.first.daysSinceEpoch - 1) }
}

/// What ids are called. An id without a name is shown itself.
public struct ExportNames: Sendable {
    public var departments: [DepartmentID: String]
    /// A team's id is unique within its department.
    public var teams: [DepartmentID: [TeamID: String]]
    public var users: [UserID: String]
    /// By their index in the host's.
    public var devices: [DeviceID]

    public init(
        departments: [DepartmentID: String] = [:], teams: [DepartmentID: [TeamID: String]] = [:],
        users: [UserID: String] = [:], devices: [DeviceID] = []
    ) {
        self.departments = departments
        self.teams = teams
        self.users = users
        self.devices = devices
    }

    func name(of department: DepartmentID) -> String { departments[department] ?? department.text }

    func name(of team: TeamID, in department: DepartmentID) -> String { teams[department]?[team] ?? team.text }

    func name(of user: UserID) -> String { users[user] ?? user.description }

    /// One that has left the machine since is shown by its index.
    func id(of device: Int) -> String { devices.indices.contains(device) ? devices[device].text : "device-\(device)" }
}
