/// What this room accepts at most.
public enum EnforcementLimits {
    /// One request of the daemon to the enforcer, in bytes.
    public static let requestBytes = 128 << 10
    /// One reply of the enforcer, in bytes: a look at the machine is the longest.
    public static let replyBytes = 2 << 20
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
    /// How long it is tried again to reach systemd, in seconds.
    public static let busSeconds: Int64 = 20
    /// How long it is tried to end what has a device open whose grant is over, in seconds.
    public static let sweepSeconds: Int64 = 5
    /// How often it is looked for that at least, where looking works.
    static let sweepLooks = 10
    /// How long it is looked for where the kernel does not answer: longer than it takes to know which processes they
    /// are that hold looks up.
    static let lateSweepSeconds: Int64 = 45
    /// In how many looks, one after the other, a process is too large to be looked into before it is ended.
    static let closedLooks = 5
    /// How long a process may be stuck in the kernel, so that it can't be looked into, before it is ended.
    static let stuckSeconds: Int64 = 30
    /// Grants that are remembered because they left a device unfit.
    public static let leftovers = 256
    /// Processes that are named as the reason why a device is unfit.
    static let namedProcesses = 5
    /// Processes of one receipt that were ended beside a grant.
    public static let receiptProcesses = 256
    /// Openers of one look at the machine that are told: what of the longest names fits a reply.
    public static let lookedAtOpeners = 512
    /// The devices of one look at the machine.
    public static let watchedDevices = 256
    /// The longest wait of one `observe`, in seconds.
    public static let observeSeconds: Int64 = 600
    /// Processes, threads included, of one reservation under systemd.
    public static let tasks: UInt64 = 65_536
    /// Lines of one answer from a log.
    public static let logLines = 10_000
    /// Bytes of one answer from a log.
    public static let logBytes = 1 << 20
    /// Looks through all processes at one time.
    public static let scans = 4
    /// Readings of the journal at one time.
    public static let journalReaders = 4
}
