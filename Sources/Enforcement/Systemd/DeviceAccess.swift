import CLinux
import Glibc

/// Who may open device files, by their access control lists.
enum DeviceAccess {
    /// Lets users read and write a file, unless everybody may.
    /// - Throws: `ExecutorFailure.failed` where it is no device, or the file system keeps no such lists.
    static func allow(_ users: [UInt32], _ path: String) throws(ExecutorFailure) {
        let file = try DeviceNode(path)
        if file.mode & 0o006 == 0o006 { return }
        var list = try file.accessControlList()
        for user in users { list.allow(user: user) }
        try file.set(list)
    }

    /// Whether there is such a file. access(2) can not tell: it is denied for every device that the asking process may
    /// not open, which is all of them for the enforcer.
    static func isThere(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Whether each of the users may read and write a file, or it has gone.
    static func isAllowed(_ users: [UInt32], _ path: String) -> Bool {
        do throws(ExecutorFailure) {
            let file = try DeviceNode(path)
            if file.mode & 0o006 == 0o006 { return true }
            let list = try file.accessControlList()
            return users.allSatisfy { list.isAllowed(user: $0) }
        } catch {
            return !isThere(path)
        }
    }

    /// Takes that back. A file that has gone needs nothing.
    static func remove(_ users: [UInt32], _ path: String) throws(ExecutorFailure) {
        guard isThere(path) else { return }
        let file = try DeviceNode(path)
        let before = try file.accessControlList()
        var list = before
        for user in users { list.remove(user: user) }
        if list != before { try file.set(list) }
    }
}

/// A character device that stays the same one while it is looked at and changed.
private struct DeviceNode: ~Copyable {
    let mode: UInt32
    private let path: String
    private let descriptor: Int32
    private static let attribute = "system.posix_acl_access"

    /// Holds the file without opening the device.
    init(_ path: String) throws(ExecutorFailure) {
        (descriptor, mode) = try DeviceNode.hold(path)
        self.path = path
    }

    private static func hold(_ path: String) throws(ExecutorFailure) -> (Int32, UInt32) {
        // O_PATH does not import.
        let descriptor = open(path, 0o10000000 | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw .failed("\(path): \(errorText(errno))") }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFCHR else {
            close(descriptor)
            throw .failed("\(path) is not a device")
        }
        return (descriptor, status.st_mode)
    }

    deinit { close(descriptor) }

    func accessControlList() throws(ExecutorFailure) -> AccessControlList {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = getxattr(handle, DeviceNode.attribute, &bytes, bytes.count)
        // Where the file system keeps none, there is none either.
        if count < 0 && (errno == ENODATA || errno == EOPNOTSUPP) { return AccessControlList(mode: mode) }
        guard count >= 0, let list = AccessControlList(attribute: Array(bytes[0..<count])) else {
            throw .failed("\(path): access control list: \(count < 0 ? errorText(errno) : "unknown form")")
        }
        return list
    }

    func set(_ list: AccessControlList) throws(ExecutorFailure) {
        let bytes = list.attribute
        guard setxattr(handle, DeviceNode.attribute, bytes, bytes.count, 0) == 0 else {
            throw .failed("\(path): access control list: \(errorText(errno))")
        }
    }

    /// The attribute calls take no such descriptor, but its name in /proc.
    private var handle: String { "/proc/self/fd/\(descriptor)" }
}
