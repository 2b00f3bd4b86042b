import CLinux
import Glibc

/// A folder of /proc, held open: what is read through it is of one process, also when its number is used again.
struct ProcFolder: ~Copyable {
    private let descriptor: Int32

    init(_ path: String) throws(SystemError) {
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor < 0 { throw SystemError(code: errno) }
    }

    /// A folder within another.
    init(_ name: String, in folder: borrowing ProcFolder) throws(SystemError) {
        descriptor = openat(folder.descriptor, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor < 0 { throw SystemError(code: errno) }
    }

    deinit { close(descriptor) }

    /// What a name in it means, links followed; nil where it means nothing, or nothing any more.
    func look(_ name: UnsafePointer<CChar>) -> allot_file? {
        var file = allot_file()
        return allot_file_look(descriptor, name, &file) == 0 ? file : nil
    }

    /// Names of digits only, until `body` says no. Gives false where it was stopped.
    func numbers(_ body: (Int32, UnsafePointer<CChar>) -> Bool) throws(SystemError) -> Bool {
        // A descriptor of its own: closedir(3) closes it, and reading moves its place.
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0 else { throw SystemError(code: errno) }
        guard let stream = fdopendir(copy) else {
            let error = SystemError(code: errno)
            close(copy)
            throw error
        }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let goesOn = withUnsafePointer(to: &entry.pointee.d_name) { field in
                field.withMemoryRebound(to: CChar.self, capacity: 256) { name in
                    ProcFolder.number(name).map { body($0, name) } ?? true
                }
            }
            if !goesOn { return false }
        }
        return true
    }

    /// A file, chunk by chunk, until `body` says no. Gives false where it was stopped.
    func read(_ name: String, _ body: (UnsafeRawBufferPointer) -> Bool) throws(SystemError) -> Bool {
        let file = openat(descriptor, name, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw SystemError(code: errno) }
        defer { close(file) }
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { chunk.deallocate() }
        while true {
            let count = Glibc.read(file, chunk.baseAddress, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemError(code: errno) }
            if count == 0 { return true }
            if !body(UnsafeRawBufferPointer(rebasing: chunk[..<count])) { return false }
        }
    }

    /// A small file's text; nil where there is none, or more than a small file holds.
    func text(_ name: String) -> String? { try? smallFile(name) }

    /// A small file's text.
    func smallFile(_ name: String) throws(SystemError) -> String {
        var bytes: [UInt8] = []
        let isWhole = try read(name) { chunk in
            bytes.append(contentsOf: chunk)
            return bytes.count <= TelemetryLimits.fileBytes
        }
        guard isWhole else { throw SystemError(code: EFBIG) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func number(_ name: UnsafePointer<CChar>) -> Int32? {
        var number: Int64 = 0
        var place = 0
        while name[place] != 0 {
            guard (48...57).contains(name[place]) else { return nil }
            number = number * 10 + Int64(name[place] - 48)
            if number > Int64(Int32.max) { return nil }
            place += 1
        }
        return place == 0 ? nil : Int32(number)
    }
}

/// What the system said no with.
struct SystemError: Error, Hashable {
    var code: Int32

    /// What was there is not any more, or never was.
    var isGone: Bool { code == ENOENT || code == ESRCH }
    var isDenied: Bool { code == EACCES || code == EPERM }
    var reason: String { String(cString: strerror(code)) }
}
