public import Units

/// A way from a quantity to an amount, opaque here. Never changed once it is there.
public struct TariffRow: Sendable, Hashable {
    public var id: Int64
    /// Of one body there is one row.
    public var body: [UInt8]

    public init(id: Int64, body: [UInt8]) {
        self.id = id
        self.body = body
    }
}

/// A metered interval of one reservation. Never changed once it is there.
public struct UsageRecordRow: Sendable, Hashable {
    /// From 1, without gaps.
    public var number: Int64
    /// The day in the policy's zone that it is posted to, of the years 1970 to 9999.
    public var day: CivilDate
    public var reservation: ReservationID
    public var department: DepartmentID
    /// nil for a member of the department alone.
    public var team: TeamID?
    public var user: UserID
    public var devices: DeviceSet
    public var from: Timestamp
    /// The first instant behind it.
    public var to: Timestamp
    /// Of any sign, but not the smallest number of its type.
    public var quantity: Int64
    /// A tariff's id.
    public var tariff: Int64
    /// The number of the earlier record that this one is about.
    public var original: Int64?

    public init(
        number: Int64, day: CivilDate, reservation: ReservationID, department: DepartmentID, team: TeamID?,
        user: UserID, devices: DeviceSet, from: Timestamp, to: Timestamp, quantity: Int64, tariff: Int64,
        original: Int64?
    ) {
        self.number = number
        self.day = day
        self.reservation = reservation
        self.department = department
        self.team = team
        self.user = user
        self.devices = devices
        self.from = from
        self.to = to
        self.quantity = quantity
        self.tariff = tariff
        self.original = original
    }
}

/// A usage record with what its reservation was tagged with.
public struct TaggedRecordRow: Sendable, Hashable {
    public var record: UsageRecordRow
    /// The personal field `tags` as it was submitted; nil where there was none, or it has been erased.
    public var tags: [UInt8]?

    public init(record: UsageRecordRow, tags: [UInt8]?) {
        self.record = record
        self.tags = tags
    }
}

/// A sealed document of a department's month, opaque here. Never changed once it is there.
public struct InvoiceRow: Sendable, Hashable {
    public var number: String
    /// Its first day.
    public var month: CivilDate
    public var department: DepartmentID
    public var body: [UInt8]

    public init(number: String, month: CivilDate, department: DepartmentID, body: [UInt8]) {
        self.number = number
        self.month = month
        self.department = department
        self.body = body
    }
}

/// The sum of a month's records of one tariff, of one team of a department.
public struct UsageMonthRow: Sendable, Hashable {
    /// The month's first day.
    public var month: CivilDate
    public var department: DepartmentID
    /// nil for members of the department alone.
    public var team: TeamID?
    public var tariff: Int64
    public var quantity: Int64

    public init(month: CivilDate, department: DepartmentID, team: TeamID?, tariff: Int64, quantity: Int64) {
        self.month = month
        self.department = department
        self.team = team
        self.tariff = tariff
        self.quantity = quantity
    }
}

/// Which records are summed.
public struct UsageFilter: Sendable, Hashable {
    /// The days that they are posted to.
    public var days: Range<CivilDate>
    /// nil for all. So are the others; each has at most `StorageLimits.filterItems`.
    public var departments: [DepartmentID]?
    /// A team is one of its department: of two departments' teams with one id both are meant. A nil in the list stands
    /// for members of a department alone.
    public var teams: [TeamID?]?
    public var users: [UserID]?
    public var tariffs: [Int64]?

    public init(
        days: Range<CivilDate>, departments: [DepartmentID]? = nil, teams: [TeamID?]? = nil, users: [UserID]? = nil,
        tariffs: [Int64]? = nil
    ) {
        self.days = days
        self.departments = departments
        self.teams = teams
        self.users = users
        self.tariffs = tariffs
    }
}

/// By what records are summed, beside their tariff.
public struct UsageGrouping: OptionSet, Sendable, Hashable {
    public let rawValue: Int

    public init(rawValue: Int) {
        self.rawValue = rawValue
    }

    public static let day = UsageGrouping(rawValue: 1)
    public static let department = UsageGrouping(rawValue: 2)
    /// To be asked together with `department`: a team's id is unique in its department only.
    public static let team = UsageGrouping(rawValue: 4)
    public static let user = UsageGrouping(rawValue: 8)
}

/// A sum of records of one tariff. What is not grouped by is nil.
public struct UsageSum: Sendable, Hashable {
    public var day: CivilDate?
    public var department: DepartmentID?
    /// nil also for members of the department alone.
    public var team: TeamID?
    public var user: UserID?
    public var tariff: Int64
    public var quantity: Int64

    public init(
        day: CivilDate? = nil, department: DepartmentID? = nil, team: TeamID? = nil, user: UserID? = nil,
        tariff: Int64, quantity: Int64
    ) {
        self.day = day
        self.department = department
        self.team = team
        self.user = user
        self.tariff = tariff
        self.quantity = quantity
    }
}

/// A sum of records of one tariff, one day and one reservation: of one of each there may be several, for the asker to
/// add up by tag.
public struct UsageOfReservation: Sendable, Hashable {
    public var reservation: ReservationID
    public var day: CivilDate
    public var department: DepartmentID
    /// nil for members of the department alone.
    public var team: TeamID?
    public var user: UserID
    /// The personal field `tags` as it was submitted; nil where there was none, or it has been erased.
    public var tags: [UInt8]?
    public var tariff: Int64
    public var quantity: Int64

    public init(
        reservation: ReservationID, day: CivilDate, department: DepartmentID, team: TeamID?, user: UserID,
        tags: [UInt8]?, tariff: Int64, quantity: Int64
    ) {
        self.reservation = reservation
        self.day = day
        self.department = department
        self.team = team
        self.user = user
        self.tags = tags
        self.tariff = tariff
        self.quantity = quantity
    }
}
