import Glibc

/// The files of one control group. The folder is held open, so that all of them are of the same one.
struct CgroupFolder: ~Copyable {
    private let path: String
    private let descriptor: Int32

    init(_ path: String) throws(CgroupError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw errno == ENOENT
                ? .gone(folder: path) : .unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// The number that is all of the file; nil without the file.
    func number(in file: String) throws(CgroupError) -> Int64? {
        guard let text = try text(of: file) else { return nil }
        guard text.hasSuffix("\n"), let number = count(text.dropLast()) else { throw malformed(file, text) }
        return number
    }

    /// The number behind `key` in a file of lines `key number`; nil without the file or the line.
    func value(of key: String, in file: String) throws(CgroupError) -> Int64? {
        guard let text = try text(of: file) else { return nil }
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(key + " ") }) else { return nil }
        guard let number = count(line.dropFirst(key.count + 1)) else { throw malformed(file, String(line)) }
        return number
    }

    private func count(_ digits: Substring) -> Int64? {
        guard digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int64(digits)
    }

    /// The file's text; nil without the file.
    private func text(of file: String) throws(CgroupError) -> String? {
        let descriptor = openat(descriptor, file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure(file, errno)
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: TelemetryLimits.fileBytes)
        var length = 0
        while length < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(descriptor, buffer.baseAddress?.advanced(by: length), buffer.count - length)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(file, errno) }
            if count == 0 { return String(decoding: bytes.prefix(length), as: UTF8.self) }
            length += count
        }
        throw malformed(file, "more than \(TelemetryLimits.fileBytes) bytes")
    }

    private func failure(_ file: String, _ code: Int32) -> CgroupError {
        // An open file of a control group that was removed gives ENODEV.
        if code == ENODEV { return .gone(folder: path) }
        return .unreadable(path: "\(path)/\(file)", reason: String(cString: strerror(code)))
    }

    private func malformed(_ file: String, _ text: String) -> CgroupError {
        .malformed(path: "\(path)/\(file)", text: String(text.prefix(40)))
    }
}
