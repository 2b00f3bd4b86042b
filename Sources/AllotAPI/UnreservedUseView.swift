/// For how long somebody had a device open without a reservation of it.
public struct UnreservedUseView: Sendable, Hashable, Codable {
    /// Its row in the journal.
    public var sequence: Int64
    public var device: String
    /// The user's name, else the uid.
    public var user: String
    public var uid: UInt32
    /// That the user was of; absent for one who was of none.
    public var department: String?
    /// What the process called itself that was seen first; absent where it was erased.
    public var command: String?
    public var from: DateTime
    /// The first instant behind it.
    public var to: DateTime

    public init(
        sequence: Int64, device: String, user: String, uid: UInt32, department: String?, command: String?,
        from: DateTime, to: DateTime
    ) {
        self.sequence = sequence
        self.device = device
        self.user = user
        self.uid = uid
        self.department = department
        self.command = command
        self.from = from
        self.to = to
    }
}
