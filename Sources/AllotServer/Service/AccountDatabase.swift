import Glibc
import Units

/// The machine's accounts by the C library: getpwuid_r(3), getpwnam_r(3), getgrouplist(3), getgrgid_r(3). These calls
/// may block for as long as a directory server takes.
enum AccountDatabase {
    /// Bytes of one entry, and groups of one user, at most.
    static let entryBytes = 1 << 20
    static let groupCount: Int32 = 65_536

    static func user(id: UserID) -> Result<SystemUser, AccountError> {
        entry(unknown: .unknownID(id)) { getpwuid_r(id.uid, $0, $1, $2, $3) }
    }

    static func user(named name: String) -> Result<SystemUser, AccountError> {
        // The C library would read a name up to its NUL.
        if name.utf8.contains(0) { return .failure(.unknownName(name)) }
        return entry(unknown: .unknownName(name)) { getpwnam_r(name, $0, $1, $2, $3) }
    }

    private typealias Call = (
        UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
        UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
    ) -> Int32

    private static func entry(unknown: AccountError, _ call: Call) -> Result<SystemUser, AccountError> {
        var bytes = 1024
        while bytes <= entryBytes {
            var entry = passwd()
            var found: UnsafeMutablePointer<passwd>?
            let outcome = withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes) { buffer in
                guard let start = buffer.baseAddress else { return Outcome.failed(ENOMEM) }
                let number = call(&entry, start, bytes, &found)
                // Some databases report a missing entry as an error number of their own.
                if number == ERANGE { return .tooSmall }
                if number != 0, ![ENOENT, ESRCH, EBADF, EPERM].contains(number) { return .failed(number) }
                guard found != nil, number == 0 else { return .missing }
                return .found(name: text(entry.pw_name), uid: entry.pw_uid, gid: entry.pw_gid)
            }
            switch outcome {
            case .tooSmall: bytes *= 2
            case .missing: return .failure(unknown)
            case .failed(let number): return .failure(.unavailable(SocketError.text(number)))
            case .found(let name, let uid, let gid):
                return .success(SystemUser(id: UserID(uid), name: name, groups: groups(of: name, primary: gid)))
            }
        }
        return .failure(.unavailable("an entry is larger than \(entryBytes) bytes"))
    }

    private enum Outcome {
        case tooSmall, missing
        case failed(Int32)
        case found(name: String, uid: UInt32, gid: UInt32)
    }

    private static func groups(of name: String, primary: UInt32) -> Set<String> {
        var capacity: Int32 = 64
        while true {
            var ids = [gid_t](repeating: 0, count: Int(capacity))
            var count = capacity
            if getgrouplist(name, primary, &ids, &count) >= 0 {
                return Set(ids.prefix(Int(count)).compactMap(groupName))
            }
            // It says how many there are; never ask for less than twice as many, should it not.
            guard capacity < groupCount else { return [] }
            capacity = min(max(count, capacity * 2), groupCount)
        }
    }

    private static func groupName(_ gid: gid_t) -> String? {
        var bytes = 1024
        while bytes <= entryBytes {
            var entry = group()
            var found: UnsafeMutablePointer<group>?
            let outcome: (number: Int32, name: String?) = withUnsafeTemporaryAllocation(
                of: CChar.self, capacity: bytes
            ) { buffer in
                let number = getgrgid_r(gid, &entry, buffer.baseAddress, bytes, &found)
                return (number, found == nil ? nil : text(entry.gr_name))
            }
            if outcome.number != ERANGE { return outcome.name }
            bytes *= 2
        }
        return nil
    }

    private static func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String {
        pointer.map { String(cString: $0) } ?? ""
    }
}
