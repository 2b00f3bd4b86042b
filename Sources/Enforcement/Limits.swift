/// What this room accepts at most.
public enum EnforcementLimits {
    /// One message between the daemon and the enforcer, in bytes.
    public static let frameBytes = 128 << 10
    /// Requests of one connection that are being worked on.
    public static let requestsInFlight = 512
    /// The devices of one grant.
    public static let devices = 128
    /// The files of one device.
    public static let filesPerDevice = 16
    /// Others whom a reservation is shared with.
    public static let sharedWith = 64
    /// A command's program and arguments.
    public static let arguments = 4096
    /// Variables of a command's environment.
    public static let variables = 1024
    /// The name of a variable, in bytes.
    public static let variableNameBytes = 255
    /// A path, in bytes (PATH_MAX without its end).
    public static let pathBytes = 4095
    /// A device's id or UUID, in bytes.
    public static let identifierBytes = 128
    /// The longest wait between SIGTERM and SIGKILL, in seconds.
    public static let graceSeconds: Int64 = 3600
    /// The longest wait of one `observe`, in seconds.
    public static let observeSeconds: Int64 = 600
    /// Processes, threads included, of one reservation under systemd.
    public static let tasks: UInt64 = 65_536
    /// Lines of one answer from a log.
    public static let logLines = 10_000
    /// Bytes of one answer from a log.
    public static let logBytes = 1 << 20
    /// Readings of the journal at one time.
    public static let journalReaders = 4
}
