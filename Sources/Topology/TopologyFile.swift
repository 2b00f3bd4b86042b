import Glibc

/// Reads a topology file whole, with a limit, and never waits on something that is not a plain file.
enum TopologyFile {
    static func read(_ path: String) throws(TopologyError.Reason) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { throw .missing }
            throw .unreadable(String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(String(cString: strerror(errno))) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile }
        guard status.st_size <= Limits.fileBytes else {
            throw .tooLarge(bytes: Int(status.st_size), limit: Limits.fileBytes)
        }
        guard let bytes = readAll(descriptor, limit: Limits.fileBytes) else {
            throw .unreadable(String(cString: strerror(errno)))
        }
        // The file may have grown since its size was asked for.
        guard bytes.count <= Limits.fileBytes else { throw .tooLarge(bytes: bytes.count, limit: Limits.fileBytes) }
        guard !bytes.isEmpty else { throw .empty }
        return bytes
    }

    /// The file's name without its folder and `.xml`.
    static func name(of path: String) -> String {
        let last = path.split(separator: "/").last.map { String($0) } ?? path
        return last.hasSuffix(".xml") && last.count > 4 ? String(last.dropLast(4)) : last
    }

    /// Up to one byte more than `limit`; nil where reading failed.
    static func readAll(_ descriptor: Int32, limit: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= limit {
            let wanted = min(chunk.count, limit + 1 - bytes.count)
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, wanted) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        return bytes
    }
}
