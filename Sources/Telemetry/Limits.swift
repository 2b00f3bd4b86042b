/// What is read of the kernel's files at most, and how much of what was seen is told.
public enum TelemetryLimits {
    /// The devices of one look.
    public static let devices = 256
    /// The files of one device.
    public static let filesPerDevice = 16
    /// The reservations of one look.
    public static let groups = 4096
    /// The openers of one scan. All devices of one opener are told.
    public static let openers = 1 << 16
    /// Processes of one scan that are told as not looked into wholly.
    public static let unread = 1024
    /// The name of a process, in bytes.
    public static let commandBytes = 64
    /// The name of a control group, in bytes.
    public static let groupBytes = 512
    /// Lines of `blind`.
    public static let blindLines = 64
    /// One line of `blind`, or a fault, in bytes.
    public static let sentenceBytes = 256

    /// Processes of one scan.
    static let processes = 1 << 20
    /// Bytes of one process's list of mappings, with its open files as `fileCost` each: as many mappings as Linux
    /// allows a process by default (`vm.max_map_count`, 65530) with long paths, or a million open files.
    static let processBytes = 320 << 20
    /// The same of one user's processes together, without the small ones.
    static let userBytes = 512 << 20
    /// The same of a process that is small.
    static let smallProcessBytes = 64 << 10
    /// An open file, as long as mappings that take as long to read.
    static let fileCost = 256
    /// A thread's own table of open files, in the same way.
    static let tableCost = 4096
    /// Threads of one process.
    static let threadsPerProcess = 1 << 16
    /// Open files of DRM devices of one process whose counts are read.
    static let clientsPerProcess = 4096
    /// Processes that are not looked into any more, for one is stuck with them.
    static let avoided = 32
    /// Bytes of a file of a control group (`cpu.stat` has some 300), of a process's own files, of sysfs.
    static let fileBytes = 16 << 10
}
