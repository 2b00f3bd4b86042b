import CLinux
import Glibc
import Testing

@testable import Enforcement

@Suite("Access control lists")
struct AccessControlListTests {
    @Test func `a user is let in beside what the mode says`() {
        var list = AccessControlList(mode: 0o660)
        list.allow(user: 1001)
        list.allow(user: 1000)
        list.allow(user: 1001)
        #expect(
            list.entries == [
                .init(tag: .owner, permissions: 6, id: .max), .init(tag: .user, permissions: 6, id: 1000),
                .init(tag: .user, permissions: 6, id: 1001), .init(tag: .group, permissions: 6, id: .max),
                .init(tag: .mask, permissions: 6, id: .max), .init(tag: .other, permissions: 0, id: .max),
            ])
    }

    @Test func `taking everybody out leaves the mode`() {
        var list = AccessControlList(mode: 0o640)
        list.allow(user: 1000)
        list.allow(user: 1001)
        list.remove(user: 1000)
        list.remove(user: 1001)
        list.remove(user: 1002)
        #expect(list == AccessControlList(mode: 0o640))
    }

    @Test func `entries of others stay`() throws {
        var list = AccessControlList(mode: 0o600)
        list.allow(user: 1000)
        list.entries.append(.init(tag: .namedGroup, permissions: 4, id: 44))
        list.allow(user: 1001)
        list.remove(user: 1001)
        #expect(list.entries.contains(.init(tag: .user, permissions: 6, id: 1000)))
        #expect(list.entries.contains(.init(tag: .namedGroup, permissions: 4, id: 44)))
    }

    @Test func `the attribute reads back as it was written`() throws {
        var list = AccessControlList(mode: 0o4751)
        list.allow(user: 0x0102_0304)
        #expect(AccessControlList(attribute: list.attribute) == list)
        #expect(
            Array(list.attribute.prefix(20)) == [2, 0, 0, 0, 1, 0, 7, 0] + [255, 255, 255, 255] + [
                2, 0, 6, 0, 4, 3, 2, 1,
            ])
    }

    @Test(
        arguments: [[], [2, 0, 0], [1, 0, 0, 0], [2, 0, 0, 0, 1], [2, 0, 0, 0, 3, 0, 7, 0, 0, 0, 0, 0]] as [[UInt8]])
    func `what is no attribute is not read`(bytes: [UInt8]) {
        #expect(AccessControlList(attribute: bytes) == nil)
    }

    @Test(.enabled(if: getuid() == 0, "making a device file needs root"))
    func `a device file is opened to a user and closed again`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/node"
        try #require(mknod(path, S_IFCHR | 0o660, dev_t(1 << 8 | 3)) == 0)
        chmod(path, 0o660)
        try DeviceAccess.allow([1000, 1001], path)
        try DeviceAccess.allow([1000], path)
        try DeviceAccess.remove([1001], path)
        #expect(hasList(path))
        try DeviceAccess.remove([1000], path)
        #expect(!hasList(path))
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o7777 == 0o660)
        chmod(path, 0o666)
        try DeviceAccess.allow([1000], path)
        #expect(!hasList(path), "everybody may open it already")
    }

    @Test(.enabled(if: access("/dev/pts/ptmx", F_OK) == 0, "a device file where no lists are kept"))
    func `where the file system keeps no lists there is nothing to take back`() throws {
        try #require(getxattr("/dev/pts/ptmx", "system.posix_acl_access", nil, 0) < 0 && errno == EOPNOTSUPP)
        try DeviceAccess.remove([1000], "/dev/pts/ptmx")
    }

    @Test func `what is no device is left alone`() throws {
        let folder = try TemporaryFolder()
        try SmallFile.write([], to: "\(folder.path)/file")
        symlink("/dev/null", "\(folder.path)/link")
        for name in ["file", "link", "absent"] {
            #expect(throws: ExecutorFailure.self) { try DeviceAccess.allow([1000], "\(folder.path)/\(name)") }
        }
    }

    private func hasList(_ path: String) -> Bool {
        getxattr(path, "system.posix_acl_access", nil, 0) > 0
    }
}
