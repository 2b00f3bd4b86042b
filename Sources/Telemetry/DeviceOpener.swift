public import Units

/// A process that has a device's own file open, or mapped into its memory.
public struct DeviceOpener: Sendable, Hashable, Codable {
    public var pid: Int32
    /// In clock ticks since boot (proc(5), stat field 22): with `pid` it means this process and no later one.
    public var startTime: UInt64
    /// Its real uid.
    public var user: UserID
    /// Its name as the kernel has it, printable, of 64 bytes at most. The process may name itself anything.
    public var command: String
    /// Its control group of version 2, such as `/user.slice/user-1001.slice/session-3.scope`; empty where it is told of
    /// none. Of 512 bytes at most.
    public var group: String
    /// Sorted.
    public var devices: [DeviceID]
    /// Whose slice it is in. A group may have any name, so it is for who knows where the slices are to say; nil until
    /// then.
    public var reservation: ReservationID?

    public init(
        pid: Int32, startTime: UInt64, user: UserID, command: String, group: String, devices: [DeviceID],
        reservation: ReservationID? = nil
    ) {
        self.pid = pid
        self.startTime = startTime
        self.user = user
        self.command = command
        self.group = group
        self.devices = devices
        self.reservation = reservation
    }
}
