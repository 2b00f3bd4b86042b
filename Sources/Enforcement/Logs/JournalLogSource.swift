import Units

/// Reads what systemd's journal keeps of batch commands. The reader needs the group `systemd-journal`.
public struct JournalLogSource: LogSource {
    private let threads = WaitingThreads(limit: EnforcementLimits.journalReaders)

    public init() {}

    /// As `LogSource`; a cursor is the journal's own. A line that the journal has cut is two lines here.
    public func lines(
        of reservation: ReservationID, owner: UserID, after cursor: String?, limit: Int
    ) async throws(ExecutorFailure) -> LogChunk {
        let lines = min(max(limit, 0), EnforcementLimits.logLines)
        return try await threads.run { () throws(ExecutorFailure) in
            let journal = try Journal()
            // journald sets both from what the kernel says of the writer; reservation ids may begin anew with a new
            // database, so that the unit's name alone would show an earlier owner's lines.
            try journal.match("_SYSTEMD_UNIT=\(UnitNames(reservation: reservation).service)")
            try journal.match("_UID=\(owner)")
            try journal.seek(after: cursor)
            return try journal.read(lines: lines, cursor: cursor ?? "")
        }
    }
}
