public import Units

/// A metered interval of one reservation on one SKU: cut where the price, the state or the day changes.
public struct UsageRecord: Sendable, Hashable {
    /// From 1, in the order of the journal; never reused.
    public var number: Int64
    /// The day, in the policy's zone, that it is posted to: its interval's, but for what comes later about a period
    /// that may be closed by then.
    public var day: CivilDate
    public var reservation: ReservationID
    /// Whose it was when the grant began.
    public var department: DepartmentID
    public var team: TeamID?
    public var user: UserID
    /// Of a device SKU: which ones, by index in the host's; each has the same part of the quantity.
    public var devices: DeviceSet
    public var from: Timestamp
    /// The first instant behind it.
    public var to: Timestamp
    /// In the SKU's quantities (thousandths of devices, cores, MiB, licences) times milliseconds; negative for what is
    /// given back.
    public var quantity: Int64
    public var tariff: Tariff
    /// The number of the record that this one credits, reverses or restates.
    public var original: Int64?

    public init(
        number: Int64, day: CivilDate, reservation: ReservationID, department: DepartmentID, team: TeamID?,
        user: UserID, devices: DeviceSet = DeviceSet(), from: Timestamp, to: Timestamp, quantity: Int64,
        tariff: Tariff, original: Int64? = nil
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

    /// What it costs; nil where it has no price.
    public var amount: ExactAmount? { tariff.amount(of: quantity) }
    /// The period that it is posted to.
    public var period: Period { Period(of: day) }
}

/// The sum of the quantities of one tariff in one period, of one team of one department: what invoices are made of.
public struct PeriodTotal: Sendable, Hashable {
    public var period: Period
    public var department: DepartmentID
    /// nil for members of the department alone.
    public var team: TeamID?
    public var tariff: Tariff
    public var quantity: Int64

    public init(period: Period, department: DepartmentID, team: TeamID?, tariff: Tariff, quantity: Int64) {
        self.period = period
        self.department = department
        self.team = team
        self.tariff = tariff
        self.quantity = quantity
    }
}
