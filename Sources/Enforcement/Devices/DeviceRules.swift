/// Which files a grant may name, and what kind each is.
///
/// Only accelerators' own files: no terminal, disk or memory can be asked for, whatever a client says.
public enum DeviceFile {
    /// What a path of an accelerator is.
    public enum Kind: Sendable, Hashable {
        /// One device's own: in one grant at a time.
        case device
        /// The right to one part of a device (NVIDIA MIG): in one grant at a time.
        case part
        /// Every device of that vendor is worked through it.
        case control
    }

    /// The kind of the file that a path names; nil for every path that is not on the list.
    public static func kind(of path: String) -> Kind? {
        if controls.contains(path) { return .control }
        for (prefix, kind) in numbered where path.hasPrefix(prefix) {
            let number = path.dropFirst(prefix.count)
            if (1...4).contains(number.utf8.count), number.utf8.allSatisfy({ (48...57).contains($0) }) { return kind }
        }
        return nil
    }

    /// The files that the devices of a vendor are worked through, beside their own.
    public static func controls(vendor: String) -> [String] {
        switch vendor {
        case "nvidia": ["/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools", "/dev/nvidia-modeset"]
        case "amd": ["/dev/kfd"]
        default: []
        }
    }

    fileprivate static let controls = Set(controls(vendor: "nvidia") + controls(vendor: "amd"))

    private static let numbered: [(String, Kind)] = [
        ("/dev/nvidia", .device),
        ("/dev/nvidia-caps/nvidia-cap", .part),
        ("/dev/dri/renderD", .device),
        ("/dev/dri/card", .device),
        ("/dev/accel/accel", .device),
    ]
}

/// Which files an administrator lets grants have beside the held devices' own.
public struct FileChoice: Sendable, Hashable {
    /// What every grant may open beside what systemd always allows (null, zero, random, terminals).
    public var shared: [String]
    /// Control files of vendors that no grant may open.
    public var withheld: Set<String>

    /// - Throws: `ExecutorFailure.refused` for a shared path that is not below `/dev` or is a device's own file, or a
    ///   withheld one that is no vendor's control file.
    public init(shared: [String] = [], withheld: [String] = []) throws(ExecutorFailure) {
        for path in shared {
            let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
            guard path.hasPrefix("/dev/"), !parts.contains(where: { ["", ".", ".."].contains($0) }) else {
                throw .refused("\(path): not a path under /dev")
            }
            guard !DeviceFile.isOwn(path) else {
                throw .refused("\(path): a device of its own, which is in one grant at a time")
            }
        }
        for path in withheld where DeviceFile.kind(of: path) != .control {
            let known = DeviceFile.controls.sorted().joined(separator: ", ")
            throw .refused("\(path): not a vendor's control file: \(known)")
        }
        self.shared = shared
        self.withheld = Set(withheld)
    }
}

extension Holding {
    /// The held devices' files, sorted.
    var files: [String] { Set(devices.flatMap(\.files)).sorted() }

    /// Files of theirs and of their vendors' controls, sorted: all that a process inside may open.
    var openableFiles: [String] {
        Set(files + devices.flatMap { DeviceFile.controls(vendor: $0.vendor) }).sorted()
    }

    /// The first file that both hold and that only one may.
    ///
    /// A part of a device is opened through the whole device's file, so two holders of parts share that one. Two
    /// holders of shares of one device share all of its files: that the shares come to one device at most is for who
    /// grants them.
    func conflict(with other: Holding) -> String? {
        if share != nil, other.share != nil, devices.map(\.id) == other.devices.map(\.id) { return nil }
        let mine = claims
        return other.claims.sorted { $0.key < $1.key }.first { path, whole in
            mine[path].map { $0 || whole } ?? false
        }?.key
    }

    /// Each claimed file, and whether it is claimed as a whole.
    private var claims: [String: Bool] {
        var claims: [String: Bool] = [:]
        for device in devices {
            let kinds = device.files.map { ($0, DeviceFile.kind(of: $0)) }
            let isPart = kinds.contains { $0.1 == .part }
            for (path, kind) in kinds where kind != .control {
                claims[path] = claims[path, default: false] || kind == .part || !isPart
            }
        }
        return claims
    }
}
