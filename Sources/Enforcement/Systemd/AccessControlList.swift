import Glibc

/// A POSIX access control list, as the kernel keeps it in the attribute `system.posix_acl_access` (acl(5); the
/// layout is that of linux/posix_acl_xattr.h: a version, then tag, permissions and id of each entry, little-endian).
struct AccessControlList: Sendable, Hashable {
    /// One entry; the id counts for named users and groups only.
    struct Entry: Sendable, Hashable {
        var tag: Tag
        var permissions: UInt16
        var id: UInt32
    }

    /// In the order that the kernel wants.
    enum Tag: UInt16, Sendable {
        case owner = 0x01
        case user = 0x02
        case group = 0x04
        case namedGroup = 0x08
        case mask = 0x10
        case other = 0x20
    }

    var entries: [Entry]

    /// What a file's mode says.
    init(mode: UInt32) {
        entries = [
            Entry(tag: .owner, permissions: UInt16(mode >> 6 & 7), id: .max),
            Entry(tag: .group, permissions: UInt16(mode >> 3 & 7), id: .max),
            Entry(tag: .other, permissions: UInt16(mode & 7), id: .max),
        ]
    }

    /// From the attribute; nil where it is not one.
    init?(attribute: [UInt8]) {
        guard attribute.count >= 4, (attribute.count - 4) % 8 == 0, AccessControlList.number(attribute, 0, 4) == 2
        else { return nil }
        entries = []
        for start in stride(from: 4, to: attribute.count, by: 8) {
            guard let tag = Tag(rawValue: UInt16(AccessControlList.number(attribute, start, 2))) else { return nil }
            let permissions = UInt16(AccessControlList.number(attribute, start + 2, 2))
            entries.append(
                Entry(tag: tag, permissions: permissions, id: AccessControlList.number(attribute, start + 4, 4)))
        }
    }

    var attribute: [UInt8] {
        var bytes: [UInt8] = [2, 0, 0, 0]
        for entry in entries {
            bytes += AccessControlList.bytes(UInt32(entry.tag.rawValue), 2)
            bytes += AccessControlList.bytes(UInt32(entry.permissions), 2)
            bytes += AccessControlList.bytes(entry.id, 4)
        }
        return bytes
    }

    /// Lets a user read and write.
    mutating func allow(user: UInt32) {
        entries.removeAll { $0.tag == .user && $0.id == user }
        entries.append(Entry(tag: .user, permissions: 6, id: user))
        arrange()
    }

    /// Whether `allow` has let a user in, and nothing has masked it since.
    func isAllowed(user: UInt32) -> Bool {
        let mask = entries.first { $0.tag == .mask }?.permissions ?? 6
        return entries.contains { $0.tag == .user && $0.id == user && $0.permissions & mask & 6 == 6 }
    }

    /// Takes back what `allow` gave.
    mutating func remove(user: UInt32) {
        entries.removeAll { $0.tag == .user && $0.id == user }
        arrange()
    }

    /// The kernel wants the entries in order, and a mask exactly where someone is named.
    private mutating func arrange() {
        entries.removeAll { $0.tag == .mask }
        if entries.contains(where: { $0.tag == .user || $0.tag == .namedGroup }) {
            let masked = entries.filter { $0.tag != .owner && $0.tag != .other }
            let permissions = masked.reduce(0) { $0 | $1.permissions }
            entries.append(Entry(tag: .mask, permissions: permissions, id: .max))
        }
        entries.sort { ($0.tag.rawValue, $0.id) < ($1.tag.rawValue, $1.id) }
    }

    private static func number(_ bytes: [UInt8], _ start: Int, _ count: Int) -> UInt32 {
        (0..<count).reduce(0) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
    }

    private static func bytes(_ number: UInt32, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt32(8 * $0)) }
    }
}
