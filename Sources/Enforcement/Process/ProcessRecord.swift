import Units

/// What a plain-process grant is on disk: enough for the next daemon to find, watch and stop what this one started.
struct ProcessRecord: Sendable, Codable {
    /// Processes of an earlier boot are gone.
    var bootID: String
    /// In the environment of all that belongs to the grant; its id alone is not enough, for another daemon of the
    /// same user may have one of the same number.
    var token: String
    var holding: Holding
    var attached: [ProcessIdentity] = []
    var command: Command?

    /// The batch command, from before it is started.
    struct Command: Sendable, Codable {
        /// nil until its start is known to have worked.
        var identity: ProcessIdentity?
        var exitCode: Int32?
    }

    static let tokenVariable = "ALLOT_GRANT"

    var environment: [String: String] {
        holding.environment(numbering: .host).merging([ProcessRecord.tokenVariable: token]) { _, token in token }
    }

    /// Every running process that belongs to the grant.
    ///
    /// Those it knows, the session of its command, all that carry its token, and what any of these started. What
    /// gives up its session, its environment and its parent escapes: confinement is the systemd executor's.
    func members(of table: [ProcessFacts]) -> Set<ProcessIdentity> {
        let known = Set(attached + [command?.identity].compactMap { $0 })
        let entry = "\(ProcessRecord.tokenVariable)=\(token)"
        var members: Set<ProcessIdentity> = []
        var numbers: Set<Int32> = []
        var others: [ProcessFacts] = []
        for facts in table where !facts.isZombie {
            let belongs =
                known.contains(facts.identity) || isInSession(facts)
                || ProcessTable.environment(of: facts.identity.pid, contains: entry)
            if belongs {
                members.insert(facts.identity)
                numbers.insert(facts.identity.pid)
            } else {
                others.append(facts)
            }
        }
        while let child = others.firstIndex(where: { numbers.contains($0.parent) }) {
            let facts = others.remove(at: child)
            members.insert(facts.identity)
            numbers.insert(facts.identity.pid)
        }
        return members
    }

    /// A session's number is not given out anew while a process is in it; an older process can't be in a newer one.
    private func isInSession(_ facts: ProcessFacts) -> Bool {
        guard let leader = command?.identity else { return false }
        guard facts.session == leader.pid, facts.identity.startTime >= leader.startTime else { return false }
        let holder = ProcessTable.facts(of: leader.pid)
        return holder == nil || holder?.identity == leader
    }
}
