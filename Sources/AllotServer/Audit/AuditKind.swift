/// The kinds of rows that the journal has for audits alone.
enum AuditKind {
    /// Who makes the commands whose rows name this one.
    static let callerSeen = "caller.seen"
    /// Somebody asked for what takes a role, or is another's: 403.
    static let accessDenied = "access.denied"
    /// A command that the engine or the policy refused.
    static let commandRefused = "command.refused"
    /// A command that was carried out, and changed nothing that has rows of its own.
    static let commandDone = "command.done"
    /// The journal's end was written elsewhere.
    static let anchorWritten = "anchor.written"
    /// What is personal was erased, since it was old enough.
    static let retentionErased = "retention.erased"
    /// A backup was put in the place of the database.
    static let storeRestored = "store.restored"

    /// What the stream of events does not show.
    static let unstreamed: Set<String> = [
        callerSeen, accessDenied, commandRefused, commandDone, anchorWritten, retentionErased,
    ]
    static let denied = [accessDenied, commandRefused]
}
