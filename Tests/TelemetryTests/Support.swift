import Glibc
import Synchronization
import Testing
import Units

@testable import Telemetry

/// A folder of a test's own, gone with it.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/allot-telemetry-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { preconditionFailure("no temporary folder") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { TemporaryFolder.remove(path) }

    /// Writes a file, with the folders on its way.
    func write(_ name: String, _ text: String) {
        makeFolders(to: name)
        guard let file = fopen("\(path)/\(name)", "w") else {
            Issue.record("\(name) cannot be written")
            return
        }
        fputs(text, file)
        fclose(file)
    }

    func makeFolder(_ name: String) {
        makeFolders(to: name)
        mkdir("\(path)/\(name)", 0o755)
    }

    func link(_ name: String, to target: String) {
        makeFolders(to: name)
        #expect(symlink(target, "\(path)/\(name)") == 0)
    }

    func remove(_ name: String) { TemporaryFolder.remove("\(path)/\(name)") }

    private func makeFolders(to name: String) {
        var folder = path
        for part in name.split(separator: "/").dropLast() {
            folder += "/\(part)"
            mkdir(folder, 0o755)
        }
    }

    private static func remove(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR, let stream = opendir(path) else {
            unlink(path)
            return
        }
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
                field.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { remove("\(path)/\(name)") }
        }
        closedir(stream)
        rmdir(path)
    }
}

/// Device files that stand in for those of accelerators. Making them needs root.
enum StandIn {
    /// `/dev/full`: next to nobody has it open.
    static func full(_ path: String) -> String { make(path, 7) }
    /// `/dev/zero`: it can be mapped.
    static func zero(_ path: String) -> String { make(path, 5) }

    private static func make(_ path: String, _ minor: dev_t) -> String {
        #expect(mknod(path, S_IFCHR | 0o666, 1 << 8 | minor) == 0)
        chmod(path, 0o666)
        return path
    }
}

/// A device with these files.
func watched(
    _ id: String, vendor: String = "other", uuid: String? = nil, pciAddress: String? = nil, files: [String] = []
) -> WatchedDevice {
    WatchedDevice(id: DeviceID(id), vendor: vendor, uuid: uuid, pciAddress: pciAddress, files: files)
}

/// Who has devices open, by one walk.
func scan(_ devices: [WatchedDevice], proc: String = "/proc", besides: Int32? = nil) -> DeviceScan {
    var walk = ProcessWalk(devices: devices, proc: proc, besides: besides, readsUsage: false)
    return walk.scan()
}

/// A clock that goes on when it is told to.
final class SetClock: Sendable {
    private let nanoseconds = Mutex<Int64>(0)

    func set(seconds: Int64) { nanoseconds.withLock { $0 = seconds * 1_000_000_000 } }

    var now: Int64 { nanoseconds.withLock { $0 } }
}
