import Glibc

/// Reads the small text files in which the kernel and its drivers tell of devices.
struct MachineFiles {
    /// `/`, or a folder that stands for it in a test; without a slash at the end.
    private let root: String

    init(root: String) {
        self.root = root.hasSuffix("/") ? String(root.dropLast()) : root
    }

    static func hostName() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// A file's text without blanks and line ends around it; nil where it can't be read or is empty.
    func text(_ path: String) -> String? {
        let descriptor = open(root + path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard let bytes = TopologyFile.readAll(descriptor, limit: Limits.machineFileBytes),
            bytes.count <= Limits.machineFileBytes
        else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        let words = text.drop { $0.isWhitespace }
        guard let last = words.lastIndex(where: { !$0.isWhitespace }) else { return nil }
        return String(words[...last])
    }

    func number(_ path: String) -> Int? { text(path).flatMap { Int($0) } }

    /// A number that sysfs writes as `0x10de`.
    func hexadecimal(_ path: String) -> UInt32? {
        text(path).flatMap { $0.hasPrefix("0x") ? UInt32($0.dropFirst(2), radix: 16) : nil }
    }

    /// The value behind a key, in a file of `Key: value` or `key value` lines.
    func value(_ path: String, key: String) -> String? {
        for line in (text(path) ?? "").split(separator: "\n") {
            guard line.hasPrefix(key) else { continue }
            let rest = line.dropFirst(key.count)
            guard let mark = rest.first, mark == ":" || mark.isWhitespace else { continue }
            return HwlocText.clean(rest.dropFirst().map { $0 == "\t" ? " " : String($0) }.joined())
        }
        return nil
    }

    /// The names in a folder, sorted; none where there is no such folder.
    func names(in path: String) -> [String] {
        guard let folder = opendir(root + path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// The last part of what a symbolic link points to; nil where there is none.
    func linkName(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(root + path, &buffer, buffer.count)
        guard count > 0 else { return nil }
        let target = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return target.split(separator: "/").last.map { String($0) }
    }
}
