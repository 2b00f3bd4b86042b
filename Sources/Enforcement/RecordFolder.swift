import FoundationEssentials
import Glibc

/// One JSON file for each thing that has to be known again after this process was killed.
///
/// A file is whole or not there (written beside, then renamed). Nothing is forced to the disk: what the records
/// speak of, processes and units, does not outlive a power loss either.
struct RecordFolder<Record: Codable & Sendable>: Sendable {
    let path: String

    init(path: String) throws(ExecutorFailure) {
        self.path = path
        try SmallFile.makeFolder(path)
    }

    /// Every readable record by its name; what cannot be read is left where it is, and named in `damaged`.
    func load() throws(ExecutorFailure) -> (records: [String: Record], damaged: [String]) {
        var records: [String: Record] = [:]
        var damaged: [String] = []
        for file in try SmallFile.names(in: path) where file.hasSuffix(".json") {
            let name = String(file.dropLast(5))
            if let record = read(name: name) { records[name] = record } else { damaged.append(file) }
        }
        return (records, damaged.sorted())
    }

    /// nil where it is not there, or can't be read.
    func read(name: String) -> Record? {
        guard let bytes = SmallFile.read("\(path)/\(name).json", limitBytes: 4 << 20) else { return nil }
        return try? JSONDecoder().decode(Record.self, from: Data(bytes))
    }

    func save(_ record: Record, name: String) throws(ExecutorFailure) {
        let target = "\(path)/\(name).json"
        guard let data = try? JSONEncoder().encode(record) else { throw .failed("\(target): cannot be encoded") }
        try SmallFile.write(Array(data), to: target)
    }

    func contains(name: String) -> Bool {
        access("\(path)/\(name).json", F_OK) == 0
    }

    func remove(name: String) {
        unlink("\(path)/\(name).json")
    }
}

/// Files of a few kilobytes, and folders, without following anything unusual.
enum SmallFile {
    /// The content; nil where it can't be read or is longer than the limit.
    static func read(_ path: String, limitBytes: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while content.count <= limitBytes {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return count == 0 ? content : nil }
            content.append(contentsOf: chunk[0..<count])
        }
        return nil
    }

    /// The content as text; nil as for `read`.
    static func text(_ path: String) -> String? {
        read(path, limitBytes: 64 << 10).map { String(decoding: $0, as: UTF8.self) }
    }

    static func write(_ content: [UInt8], to path: String) throws(ExecutorFailure) {
        let temporary = "\(path).new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .failed("\(temporary): \(errorText(errno))") }
        var written = 0
        while written < content.count {
            let count = content[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                let reason = errorText(errno)
                close(descriptor)
                throw .failed("\(temporary): \(reason)")
            }
            written += count
        }
        close(descriptor)
        guard rename(temporary, path) == 0 else { throw .failed("\(path): \(errorText(errno))") }
    }

    /// A folder for this user alone, with those above it.
    static func makeFolder(_ path: String) throws(ExecutorFailure) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
            throw .failed("\(path): \(errorText(errno))")
        }
        try makeFolder(String(path[..<slash]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .failed("\(path): \(errorText(errno))") }
    }

    static func names(in path: String) throws(ExecutorFailure) -> [String] {
        guard let folder = opendir(path) else { throw .failed("\(path): \(errorText(errno))") }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }
}

/// The system's words for an error number.
func errorText(_ number: Int32) -> String {
    String(cString: strerror(number))
}
