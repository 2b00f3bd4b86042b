import Units

/// How the machine's use is watched.
struct WatchSettings: Sendable, Hashable {
    var telemetry = Configuration.Telemetry()
    /// Users below are the system's own: what they have open is no use of theirs.
    var lowestUser = UserID(1000)
}
