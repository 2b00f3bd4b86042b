import CLinux
import Glibc
import Units

/// Which open file, and which mapping, means which device.
struct DeviceNumbers {
    /// Positions in the list of devices, by the number of their files. More than one where devices share a file.
    private(set) var devices: [UInt64: [Int]] = [:]
    /// The same, by where a file lies: what a mapping is told by.
    private(set) var places: [Place: UInt64] = [:]
    /// Devices of which a file is not there, or none known, with the reason.
    private(set) var missing: [Int: String] = [:]

    struct Place: Hashable {
        var fileSystem: UInt64
        var inode: UInt64
    }

    /// Major number of DRM's card and render nodes (devices.txt of the kernel).
    static let drm: UInt64 = 226

    init(_ watched: [WatchedDevice]) {
        for (position, device) in watched.enumerated() {
            if device.tellingFiles.isEmpty { missing[position] = "\(device.id): no file of its own is known" }
            for path in device.tellingFiles.prefix(TelemetryLimits.filesPerDevice) {
                var file = allot_file()
                let result = allot_file_look(AT_FDCWD, path, &file)
                guard result == 0, DeviceNumbers.isDevice(file) else {
                    missing[position] =
                        result == 0
                        ? "\(path): not a device file" : "\(path): \(String(cString: strerror(-result)))"
                    continue
                }
                if devices[file.number]?.contains(position) != true {
                    devices[file.number, default: []].append(position)
                }
                places[Place(fileSystem: file.device, inode: file.inode)] = file.number
            }
        }
    }

    static func isDevice(_ file: allot_file) -> Bool { mode_t(file.mode) & S_IFMT == S_IFCHR }
}
