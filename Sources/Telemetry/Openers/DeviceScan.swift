public import Units

/// Who has devices open, and what could not be seen.
public struct DeviceScan: Sendable, Hashable, Codable {
    /// By pid.
    public var openers: [DeviceOpener]
    /// There were more openers than are told.
    public var isCut: Bool
    /// What could not be looked into, and why, in words.
    public var blind: [String]
    /// Every process was looked into wholly: a device without an opener here is open nowhere, unless it is `unseen`.
    public var isComplete: Bool
    /// Devices of which nobody can tell, for no file is known of them or one is not there. Sorted.
    public var unseen: [DeviceID]

    public init(openers: [DeviceOpener], isCut: Bool, blind: [String], isComplete: Bool, unseen: [DeviceID]) {
        self.openers = openers
        self.isCut = isCut
        self.blind = blind
        self.isComplete = isComplete
        self.unseen = unseen
    }
}

/// Finds the processes that have devices open or mapped.
public enum DeviceOpeners {
    /// Looks through all processes, without waiting for any file system: what is open is told by its device number,
    /// never by a name. Takes some ten milliseconds of processor time for each hundred processes.
    ///
    /// Looking into others' processes takes CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH; what may not be looked into is
    /// told in `blind`. Kernel threads have no open files. A descriptor that is under way in a socket, and that
    /// nobody has received yet, is open nowhere that the kernel shows.
    /// - Parameters:
    ///   - proc: where proc(5) is mounted.
    ///   - besides: a process that is left out: the caller's own.
    public static func scan(devices: [WatchedDevice], proc: String = "/proc", besides: Int32? = nil) -> DeviceScan {
        var walk = ProcessWalk(devices: devices, proc: proc, besides: besides, readsUsage: false)
        return walk.scan()
    }
}
