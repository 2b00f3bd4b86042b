import Units

/// Where a waiting reservation is planned.
public struct Placement: Sendable, Hashable {
    public var start: Timestamp
    /// By position in `Engine.hosts`.
    public var host: Int
    public var devices: DeviceSet
    var use: Use {
        Use(host: host, devices: devices, share: share, cores: cores, memory: memory, counted: counted)
    }
    var share: DeviceShare?
    var cores: Int
    /// Bytes.
    var memory: Int64
    var counted: Counted
    var span: Span

    init(start: Timestamp, use: Use, span: Span) {
        self.start = start
        self.host = use.host
        self.devices = use.devices
        self.share = use.share
        self.cores = use.cores
        self.memory = use.memory
        self.counted = use.counted
        self.span = span
    }

    /// When it would end.
    public var end: Timestamp { start + span }
}

/// The result of a pass over the whole queue: derived, never journaled. Made off the writer, from an earlier state.
public struct Plan: Sendable {
    /// The time that it was made for.
    public let time: Timestamp
    let pass: UInt64
    var placements: [ReservationID: Placement]
    var agenda: Agenda
    var profile: Profile
    var hints: Hints
    /// Reservations whose start is now later than journaled by more than `Limits.slip`.
    var slipped: [ReservationID]
    /// Those that have a place and are firm, in the journal or from this plan on.
    var firm: Set<ReservationID> = []
    /// Reservations that have waited for as long as their class lets them.
    var firmed: [ReservationID]
    /// Why what has moved has moved.
    var cause: SlipCause
    /// Who has to give way to whom, by when that is.
    var recalls: [Recall] = []
    /// When the policy lets more give way; nil where nothing waits for that.
    var recallsAgainAt: Timestamp?

    /// Notes where a waiting reservation is planned, and whether that is later than it was told.
    mutating func place(_ reservation: Reservation, _ placement: Placement, isFirm: Bool) {
        placements[reservation.id] = placement
        if isFirm { firm.insert(reservation.id) }
        guard let told = reservation.forecast, placement.start > told + Limits.slip else { return }
        slipped.append(reservation.id)
    }
}
