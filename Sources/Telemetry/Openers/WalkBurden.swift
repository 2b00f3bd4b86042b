import Units

/// How much of processes one walk reads: nobody makes it last by having much to read. A small process costs its user
/// nothing, so that what is left unread is large itself.
struct WalkBurden {
    private var spent: [UserID: Int] = [:]
    private var own = 0
    private var user: UserID?

    /// The next process begins.
    mutating func begin() {
        own = 0
        user = nil
    }

    /// Counts what was read of the process.
    /// - Parameters:
    ///   - bytes: what a table of open files, or one of its files, costs is a number of bytes too.
    ///   - owner: whose process it is; asked once it is not small any more.
    /// - Returns: false where no more of it is to be read.
    mutating func add(_ bytes: Int, owner: () -> UserID) -> Bool {
        own += bytes
        if own <= TelemetryLimits.smallProcessBytes { return true }
        let user = user ?? owner()
        self.user = user
        let spent = spent[user, default: 0] + bytes
        self.spent[user] = spent
        return own <= TelemetryLimits.processBytes && spent <= TelemetryLimits.userBytes
    }
}
