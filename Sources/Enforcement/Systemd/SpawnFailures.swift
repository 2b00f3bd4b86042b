import CSystemd

/// Tells a step before a program that failed, by the exit codes of systemd.exec(5), from a program that has ended with
/// the same code.
///
/// systemd (before 256) shows both alike where the program was quicker than systemd's notice of its start. But of a
/// failed step it writes an entry into the journal, of a kind of its own.
struct SpawnFailures: Sendable {
    private let threads = WaitingThreads(limit: EnforcementLimits.journalReaders)

    /// The exit codes that systemd itself uses.
    static let codes: ClosedRange<Int32> = 200...245

    /// Whether systemd says so of a unit; it is given a moment to do so.
    /// - Parameter invocation: the unit's `InvocationID`, of this one life of it. Times would not do: the step's entry
    ///   may be older than the time at which systemd says that it made the process.
    func isTold(of unit: String, invocation: [UInt8]) async -> Bool {
        let name = invocation.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        for _ in 0..<SpawnFailures.looks {
            let isThere = try? await threads.run { () throws(ExecutorFailure) in
                let journal = try Journal()
                try journal.match("MESSAGE_ID=\(SpawnFailures.message)")
                try journal.match("UNIT=\(unit)")
                try journal.match("INVOCATION_ID=\(name)")
                try journal.seek(after: nil)
                return try journal.hasNext()
            }
            if isThere == true { return true }
            try? await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    /// `SD_MESSAGE_SPAWN_FAILED` of sd-messages.h.
    private static let message = "641257651c1b4ec9a8624d7a40a9e1e7"
    private static let looks = 40
}
