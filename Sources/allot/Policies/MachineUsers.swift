import Policy

#if canImport(Glibc)
    import Glibc
#endif

/// The users and groups of this machine, as its databases (nsswitch.conf(5)) have them.
struct MachineUsers: Sendable {
    /// Whether the machine has a user or group; nil where its databases could not be asked.
    func isKnown(_ member: Member) -> Bool? {
        errno = 0
        switch member {
        case .everyone: return true
        case .user(let name): return MachineUsers.answer(getpwnam(name) != nil)
        case .group(let name): return MachineUsers.answer(getgrnam(name) != nil)
        }
    }

    /// What errno says of an entry that is not there differs between databases (getpwnam(3)).
    private static func answer(_ isThere: Bool) -> Bool? {
        if isThere { return true }
        return [0, ENOENT, ESRCH, EBADF, EPERM].contains(errno) ? false : nil
    }
}
