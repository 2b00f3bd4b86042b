import CLinux
import Glibc

/// An account of the machine, as getpwuid(3) knows it.
struct Account: Sendable, Hashable {
    var name: String
    var uid: UInt32
    var home: String
    var shell: String
    /// Its day is over, by /etc/shadow.
    var isExpired: Bool

    /// nil where no account has that uid.
    static func find(uid: UInt32) -> Account? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 << 10)
        guard getpwuid_r(uid, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        let today = time(nil) / 86_400
        return Account(
            name: String(cString: entry.pw_name), uid: uid, home: String(cString: entry.pw_dir),
            shell: String(cString: entry.pw_shell), isExpired: allot_account_expired(entry.pw_name, today) == 1)
    }

    /// The uid of a named account; nil where there is none.
    static func uid(ofName name: String) -> UInt32? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 << 10)
        guard getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        return entry.pw_uid
    }

    /// What login(1) sets.
    var environment: [String: String] {
        ["HOME": home, "LOGNAME": name, "USER": name, "SHELL": shell]
    }
}

extension EnforcerService {
    /// The uid of an account by its name; nil where there is none.
    public static func uid(ofAccount name: String) -> UInt32? {
        Account.uid(ofName: name)
    }
}
