import Glibc

/// A folder for databases on the disk that is measured.
struct Folder {
    let path: String

    /// The same folder with nothing in it.
    func empty() throws -> String {
        mkdir(path, 0o700)
        guard let folder = opendir(path) else { throw Failure(message: "\(path): \(String(cString: strerror(errno)))") }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix("allot.db") || name == "sync" { unlink(path + "/" + name) }
        }
        return path
    }

    func remove() {
        _ = try? empty()
        rmdir(path)
    }
}

struct Failure: Error, CustomStringConvertible {
    let message: String
    var description: String { message }
}
